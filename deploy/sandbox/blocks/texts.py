"""Composition objects: text, options, confirmations."""

from __future__ import annotations

from typing import Any

from deploy.sandbox.blocks.rules import (
    Problems,
    Rule,
    at_least_one,
    boolean,
    both,
    by_type,
    exactly_one,
    many,
    one_of,
    problem,
    shape,
    string,
)


def plain(most: int, least: int = 1) -> Rule:
    """A ``plain_text`` object."""
    return by_type({"plain_text": shape({"text": string(most, least)}, {"emoji": boolean})})


def text(most: int, least: int = 1) -> Rule:
    """A text object of either kind."""
    return by_type(
        {
            "plain_text": shape({"text": string(most, least)}, {"emoji": boolean}),
            "mrkdwn": shape({"text": string(most, least)}, {"verbatim": boolean}),
        }
    )


def option(described: Rule, label: Rule, *, with_url: bool = False) -> Rule:
    """One choice; only an overflow menu's can carry a link."""
    extra = {"url": string(3000)} if with_url else {}
    return shape({"text": label, "value": string(150)}, {"description": described, **extra})


SELECT_OPTION = option(plain(75), plain(75))
OVERFLOW_OPTION = option(plain(75), plain(75), with_url=True)
BUTTON_OPTION = option(text(75), text(75))
"""Radio buttons and checkboxes may use mrkdwn in their choices."""

OPTION_GROUP = shape({"label": plain(75), "options": many(SELECT_OPTION, 100)})

CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)

PLACEHOLDER = plain(150)
SLACK_FILE = shape(optional={"id": string(255), "url": string(3000)}, then=exactly_one("id", "url"))


def distinct_values(value: Any, at: str, problems: Problems) -> None:
    """No two choices with the same value."""
    groups = value.get("option_groups") or [{"options": value.get("options") or []}]
    values = [choice["value"] for group in groups for choice in group["options"]]
    if len(set(values)) < len(values):
        # Slack accepts this for some elements and then cannot tell the choices apart; refused for all here.
        problem(problems, "option values must be unique", f"{at}/options")


def initial_among_options(value: Any, at: str, problems: Problems) -> None:
    """What is chosen at first must be among the choices, exactly."""
    groups = value.get("option_groups") or [{"options": value.get("options") or []}]
    values = {choice["value"] for group in groups for choice in group["options"]}
    chosen = value.get("initial_options") or [value.get("initial_option")]
    if any(choice and choice["value"] not in values for choice in chosen):
        field = "initial_options" if value.get("initial_options") else "initial_option"
        problem(problems, "must be one of the provided options", f"{at}/{field}")


CHOICES = both(distinct_values, initial_among_options)
SELECT_CHOICES = both(exactly_one("options", "option_groups"), CHOICES)
IMAGE_SOURCE = both(at_least_one("image_url", "slack_file"), exactly_one("image_url", "slack_file"))
