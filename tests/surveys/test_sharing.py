"""What everybody who was asked may see: no sum of what is shown comes down to one group's figure."""

from __future__ import annotations

from datetime import date
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from analysis.figures import Figure, Record, Scale, Sums, Unit
from analysis.stages import Stage
from surveys.sharing import region_of, shared_regions

WEEK = date(2026, 3, 2)


def record(regions: dict[str, list[int]], *, merged: tuple[str, str] | None = None) -> Record:
    """A company of regions, each with teams of so many; two teams may be counted together."""
    units = [Unit("co", "Company")]
    groups: list[tuple[frozenset[str], int]] = []
    for region, sizes in regions.items():
        units.append(Unit(region, region, "co"))
        for number, size in enumerate(sizes):
            team = f"{region}/{number}"
            units.append(Unit(team, team, region))
            groups.append((frozenset({team}), size))
    if merged:
        both = [group for group in groups if group[0] & set(merged)]
        groups = [group for group in groups if group not in both]
        groups.append((frozenset(merged), sum(size for _, size in both)))
    figures = [
        Figure(WEEK, team, Stage.TRUST, Scale.AGREEMENT, Sums.of([3.0] * size))
        for team, size in groups
        if size >= 5
    ]
    return Record(units, figures)


def shown(found: Record) -> frozenset[str]:
    return shared_regions(found, Stage.TRUST, week=WEEK)


def test_region_of_one_team_is_never_shown_alone() -> None:
    # What the company has beyond the other two would be that team; so the smaller of these is left out as well.
    assert shown(record({"a": [6, 7], "b": [8], "c": [6, 6]})) == frozenset({"a"})
    assert shown(record({"a": [6, 7], "b": [8]})) == frozenset()


def test_regions_of_several_teams_are_shown() -> None:
    assert shown(record({"a": [6, 7], "b": [8, 9, 10]})) == {"a", "b"}
    # Two regions of one team each are what is left over: together they are two groups.
    assert shown(record({"a": [6, 7], "b": [8], "c": [9]})) == {"a"}


def test_team_that_is_counted_with_another_regions_is_no_part_of_either() -> None:
    found = record({"a": [6, 7, 3], "b": [8, 9, 4]}, merged=("a/2", "b/2"))
    # One group lies across: what is left over must be more than it.
    assert shown(found) == {"b"}


def test_region_is_the_unit_below_the_company() -> None:
    units = [
        Unit("co", "Co"),
        Unit("co/a", "A", "co"),
        Unit("co/a/b", "B", "co/a"),
        Unit("co/a/b/c", "C", "co/a/b"),
    ]
    found = Record(units, [])
    assert region_of(found, "co/a/b/c") == region_of(found, "co/a/b") == region_of(found, "co/a") == "co/a"
    assert region_of(found, "co") is None


SIZES = st.lists(st.lists(st.integers(3, 12), min_size=1, max_size=4), min_size=1, max_size=5)


@given(SIZES)
def test_whatever_reps_of_all_regions_put_together_no_single_group_comes_out(sizes: list[list[int]]) -> None:
    found = record({f"r{number}": teams for number, teams in enumerate(sizes)})
    groups = [figure.units for figure in found.figures]
    company = frozenset().union(*groups) if groups else frozenset()
    parts = [
        frozenset(unit for group in groups if group <= found.below(one) for unit in group) for one in shown(found)
    ]
    for count in range(len(parts) + 1):
        for some in combinations(parts, count):
            together = frozenset().union(*some)
            for told in (together, company - together):
                if told and told != company:
                    assert sum(group <= told for group in groups) != 1
