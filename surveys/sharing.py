"""What everybody who was asked may see: the company's figures and their region's, and never one group's alone.

A region's figure is shown when it sums at least two released groups; else it would be a team's own, which is for
those who lead it. Reps talk to each other, so that also holds for what is left when shown regions are taken from
the company: two groups or more, or nothing at all. Which regions that are is decided by groups and sizes alone.
"""

from collections.abc import Mapping
from datetime import date

from analysis.figures import Figure, Record
from analysis.stages import Stage

# Fewer are one group's figure under another name.
LEAST_GROUPS = 2


def company(record: Record) -> str | None:
    """Id of the unit above all others."""
    return next((unit.id for unit in record.units if unit.parent is None), None)


def region_of(record: Record, unit_id: str) -> str | None:
    """Id of the region that a unit is in: the unit just below the company; None for the company itself."""
    top, at = company(record), unit_id
    while (above := record.parents.get(at)) is not None:
        if above == top:
            return at
        at = above
    return None


def shared_regions(record: Record, stage: Stage, *, week: date) -> frozenset[str]:
    """Ids of the regions whose figure of a stage in a week may be shown to everybody who was asked."""
    figures = [
        figure for figure in record.about(record.below(company(record) or ""), stage) if figure.week == week
    ]
    regions = {unit.id: record.below(unit.id) for unit in record.units if unit.parent == company(record)}
    inside: Mapping[str, list[Figure]] = {
        region: [figure for figure in figures if figure.units <= units] for region, units in regions.items()
    }
    shown = {region for region, groups in inside.items() if len(groups) >= LEAST_GROUPS}
    while shown and len(figures) - sum(len(inside[region]) for region in shown) == 1:
        # One group is left over, and would be what the company has beyond the regions.
        shown.remove(min(shown, key=lambda region: (sum(one.level.n for one in inside[region]), region)))
    return frozenset(shown)
