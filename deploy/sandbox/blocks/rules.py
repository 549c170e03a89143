"""Rules: small checks that combine into the shape of a block.

A rule takes a value, the JSON pointer where it stands and the list of problems that it may add to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Problems = list[str]
Rule = Callable[[Any, str, Problems], None]


def problem(problems: Problems, message: str, at: str) -> None:
    """Note a problem in Slack's wording, with the place."""
    problems.append(f"{message} [json-pointer:{at}]")


def anything(_: Any, __: str, ___: Problems) -> None:
    """Accepts any value."""


def string(most: int | None = None, least: int = 1) -> Rule:
    """Text of a length."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problem(problems, "must be a string", at)
        elif len(value) < least:
            problem(problems, f"must be more than {least - 1} characters", at)
        elif most is not None and len(value) > most:
            problem(problems, f"must be less than {most + 1} characters", at)

    return rule


def boolean(value: Any, at: str, problems: Problems) -> None:
    """True or false."""
    if not isinstance(value, bool):
        problem(problems, "must be a boolean", at)


def number(value: Any, at: str, problems: Problems) -> None:
    """A number, and not one in quotes."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        problem(problems, "must be a number", at)
    elif value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 (NaN is unlike itself)
        problem(problems, "must be a finite number", at)


def whole(least: int, most: int) -> Rule:
    """A whole number in a range."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            problem(problems, "must be an integer", at)
        elif not least <= value <= most:
            problem(problems, f"must be between {least} and {most}", at)

    return rule


def one_of(*allowed: str) -> Rule:
    """One of a few words."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        if value not in allowed:
            problem(problems, f"must be one of: {', '.join(allowed)}", at)

    return rule


def many(each: Rule, most: int, least: int = 1) -> Rule:
    """A list of so many items."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problem(problems, "must be an array", at)
            return
        if len(value) > most:
            problem(problems, f"no more than {most} items allowed", at)
        if len(value) < least:
            problem(problems, f"no fewer than {least} items required", at)
        for index, item in enumerate(value):
            each(item, f"{at}/{index}", problems)

    return rule


def shape(
    required: Mapping[str, Rule] | None = None,
    optional: Mapping[str, Rule] | None = None,
    *,
    then: Rule | None = None,
) -> Rule:
    """An object with these fields and no others; ``then`` looks at the whole once its fields are sound."""
    needed = dict(required or {})
    fields = {"type": anything, **needed, **(optional or {})}

    def rule(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problem(problems, "must be an object", at)
            return
        before = len(problems)
        for name in needed:
            if value.get(name) is None:
                problem(problems, f"missing required field: {name}", at)
        for name, part in value.items():
            if name not in fields:
                problem(problems, f"invalid additional property: {name}", at)
            elif part is not None:
                # Client libraries send null for what is not set, and Slack reads it so.
                fields[name](part, f"{at}/{name}", problems)
        if then is not None and len(problems) == before:
            then(value, at, problems)

    return rule


def by_type(rules: Mapping[str, Rule]) -> Rule:
    """An object whose ``type`` says which rule it follows."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problem(problems, "must be an object", at)
        elif (kind := value.get("type")) is None:
            problem(problems, "missing required field: type", at)
        elif not isinstance(kind, str) or kind not in rules:
            problem(problems, f"unsupported type: {kind}", f"{at}/type")
        else:
            rules[kind](value, at, problems)

    return rule


def exactly_one(*names: str) -> Rule:
    """One of these fields and not several."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        given = [name for name in names if value.get(name) is not None]
        if len(given) != 1:
            words = " or ".join(f"`{name}`" for name in names)
            problem(problems, f"must define exactly one of {words}", at)

    return rule


def at_least_one(*names: str) -> Rule:
    """One of these fields or several."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        if all(value.get(name) is None for name in names):
            problem(problems, f"must define either {' or '.join(f'`{name}`' for name in names)}", at)

    return rule


def both(*rules: Rule) -> Rule:
    """All of these rules."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        for each in rules:
            each(value, at, problems)

    return rule
