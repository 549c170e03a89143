"""Random organisations: a tree of units, and how many people of each answered."""

from __future__ import annotations

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
