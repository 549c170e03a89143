"""Random organisations: a tree of units, and how many people of each answered."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from analysis.figures import Unit


@st.composite
def trees(draw: st.DrawFn, *, most: int = 12) -> list[Unit]:
    """A tree of up to `most` units under one company, parents before children."""
    found = [Unit("c", "C")]
    for number in range(draw(st.integers(0, most - 1))):
        parent = draw(st.sampled_from(found))
        found.append(Unit(f"{parent.id}/{number}", f"U{number}", parent.id))
    return found


@st.composite
def organisations(draw: st.DrawFn) -> tuple[list[Unit], dict[str, int]]:
    """A tree, and the number of respondents in some of its units, teams and regions alike."""
    units = draw(trees())
    sizes = draw(st.dictionaries(st.sampled_from([unit.id for unit in units]), st.integers(0, 14)))
    return units, sizes


def random_organisation(dice: random.Random) -> tuple[list[Unit], dict[str, int]]:
    """The same without hypothesis: regions of teams, most of them near the smallest size."""
    units = [Unit("c", "C")]
    for region in range(dice.randint(1, 4)):
        units.append(Unit(f"c/{region}", f"R{region}", "c"))
        units += [Unit(f"c/{region}/{team}", f"T{team}", f"c/{region}") for team in range(dice.randint(0, 5))]
    sizes = {unit.id: dice.choice([0, 1, 2, 3, 4, 5, 6, 7, 9, 12]) for unit in units if dice.random() < 0.8}
    return units, sizes
