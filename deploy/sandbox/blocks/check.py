"""The check of a list of blocks on a surface."""

from __future__ import annotations

from collections import Counter
from typing import Any

from deploy.sandbox.blocks.layout import Surface, allowed_on
from deploy.sandbox.blocks.rules import Problems, Rule, many, problem
from deploy.sandbox.blocks.walk import elements, nested_blocks
from deploy.sandbox.state.records import Json

MOST_CHARTS = 2
_MOST: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
_RULES: dict[Surface, Rule] = {
    surface: many(allowed_on(surface), most, least=0) for surface, most in _MOST.items()
}


def problems_in(blocks: Any, surface: Surface, at: str) -> Problems:
    """What Slack would say against these blocks; empty when it would draw them."""
    problems: Problems = []
    _RULES[surface](blocks, at, problems)
    if not problems:
        _check_surface_inside(blocks, surface, at, problems)
        _check_ids(blocks, at, problems)
        _check_counts(blocks, surface, at, problems)
    return problems


def _check_surface_inside(blocks: list[Json], surface: Surface, at: str, problems: Problems) -> None:
    """Inside a container no block may stand that the surface refuses."""
    each = allowed_on(surface)
    for index, block in enumerate(blocks):
        if block["type"] == "container":
            for inner, child in enumerate(block["child_blocks"]):
                each(child, f"{at}/{index}/child_blocks/{inner}", problems)


def _check_ids(blocks: list[Json], at: str, problems: Problems) -> None:
    """Block ids are unique on the surface, action ids within their block."""
    named = Counter(block["block_id"] for block in nested_blocks(blocks) if block.get("block_id"))
    for block_id, count in named.items():
        if count > 1:
            problem(problems, f"`block_id` `{block_id}` is used more than once", at)
    seen = Counter((id(block), element["action_id"]) for block, element in elements(blocks))
    for (_, action_id), count in seen.items():
        if count > 1:
            problem(problems, f"`action_id` `{action_id}` is used more than once in a block", at)


def _check_counts(blocks: list[Json], surface: Surface, at: str, problems: Problems) -> None:
    kinds = Counter(block["type"] for block in nested_blocks(blocks))
    if surface == "message" and kinds["data_visualization"] > MOST_CHARTS:
        problem(problems, f"no more than {MOST_CHARTS} data_visualization blocks allowed", at)
    if kinds["table"] > 1:
        # Slack has the code `invalid_attachments` for two tables in a message; as blocks they are refused.
        problem(problems, "only one table allowed", at)
    focused = sum(bool(element.get("focus_on_load")) for _, element in elements(blocks))
    if focused > 1:
        problem(problems, "only one element may set focus_on_load", at)
