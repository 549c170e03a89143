"""What else than the cycle, or the drift, could explain an alarm, where the record speaks for it."""

from collections.abc import Callable

from analysis.detection.cycle import Kind, State
from analysis.detection.doubts.case import Case, case_of
from analysis.detection.doubts.doubt import KINDS, Doubt, DoubtKind, Ground
from analysis.detection.doubts.moves import at_once, one_week, season
from analysis.detection.doubts.respondents import answering, group, invited, newcomers, respondents, weeks
from analysis.figures import Record

__all__ = ["DOUBTED", "KINDS", "Doubt", "DoubtKind", "Ground", "doubts"]

DOUBTED = frozenset({Kind.WATCHING, Kind.DRIFT, Kind.CYCLE})
LOOKS: tuple[Callable[[Case], Doubt | None], ...] = (
    newcomers,
    group,
    invited,
    answering,
    respondents,
    weeks,
    season,
    at_once,
    one_week,
)


def doubts(record: Record, state: State) -> tuple[Doubt, ...]:
    """What else could explain what is seen in a unit, the weightiest first; at most one of each kind.

    Args:
        record: what was released. Only its units are compared with, so that a record cut down to what somebody
            may see tells nothing about the others.
        state: what is known about the unit, from the same record.

    Returns:
        Nothing unless the unit is watched, drifts or is called.
    """
    if state.kind not in DOUBTED or state.week is None:
        return ()
    case = case_of(record.up_to(state.week), state)
    if case is None:
        return ()
    found: dict[DoubtKind, Doubt] = {}
    for look in LOOKS:
        doubt = look(case)
        if doubt is not None and (doubt.kind not in found or doubt.weight > found[doubt.kind].weight):
            found[doubt.kind] = doubt
    return tuple(sorted(found.values(), key=lambda doubt: -doubt.weight))
