"""Figures for nested units, as surveys often publish them, by three usual rules; and what their differences tell.

Each unit's figure holds everybody in it and below it. Somebody who has the figures can take from a unit's all the
published ones below it, and has a figure about the people who are left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from analysis.figures import Unit
from surveys.counting.atoms import SMALLEST_GROUP


class Tree:
    """A tree of units with the people who answered in each, by the unit they sit in.

    People who sit in a unit that has units below it count as one more unit of it, as they do in atoms.
    """

    def __init__(self, units: Sequence[Unit], seated: Mapping[str, frozenset[int]]) -> None:
        parents = {unit.parent for unit in units}
        self.parent: dict[str, str | None] = {unit.id: unit.parent for unit in units}
        self.parent |= {f"{unit.id}/own": unit.id for unit in units if unit.id in parents and seated.get(unit.id)}
        self.people: dict[str, frozenset[int]] = {}
        for unit_id in sorted(self.parent, key=lambda found: -found.count("/")):
            own = seated.get(unit_id.removesuffix("/own"), frozenset()) if unit_id not in parents else frozenset()
            self.people[unit_id] = own.union(*(self.people[child] for child in self.children(unit_id)))

    def children(self, unit_id: str) -> list[str]:
        """Ids of the units right below a unit."""
        return [child for child, parent in self.parent.items() if parent == unit_id]

    def left_over(self, published: set[str]) -> list[frozenset[int]]:
        """For each published unit, its people without those of the published units below it.

        These sets are disjoint, and every figure is a sum of them: what can be worked out is about whole ones.
        """
        rest = {unit_id: set(self.people[unit_id]) for unit_id in published}
        for unit_id in published:
            above = self.parent[unit_id]
            while above is not None and above not in published:
                above = self.parent[above]
            if above is not None:
                rest[above] -= self.people[unit_id]
        return [frozenset(people) for people in rest.values() if people]


def five_in_each(tree: Tree) -> set[str]:
    """A figure for every unit in which at least five answered."""
    return {unit_id for unit_id, people in tree.people.items() if len(people) >= SMALLEST_GROUP}


def next_smallest_hidden(tree: Tree) -> set[str]:
    """The same, and for each unit hidden for being under five its next smallest sibling is hidden too."""
    published = five_in_each(tree)
    for unit_id in tree.parent:
        beside = tree.children(unit_id)
        small = [child for child in beside if 0 < len(tree.people[child]) < SMALLEST_GROUP]
        large = sorted((child for child in beside if child in published), key=lambda one: len(tree.people[one]))
        published -= set(large[: len(small)])
    return published


def five_left_over(tree: Tree) -> set[str]:
    """The same as the first, where a unit is published only if five of the unit above are not in it."""
    return {
        unit_id
        for unit_id in five_in_each(tree)
        if (above := tree.parent[unit_id]) is None
        or len(tree.people[above]) - len(tree.people[unit_id]) >= SMALLEST_GROUP
    }


Rule = Callable[[Tree], set[str]]
RULES: Mapping[str, Rule] = {
    "five in each nested unit": five_in_each,
    "the next smallest hidden too": next_smallest_hidden,
    "five left over of the unit above": five_left_over,
}
