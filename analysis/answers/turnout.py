"""Participation: how many answered, in a band."""

from collections.abc import Sequence

from analysis.answers.answer import Answer, Participation, Withheld
from analysis.figures import Record
from analysis.questions import Question

# A share of 100% would tell of each person that they answered, so a rate is given by quarters.
BANDS = ((0, 25), (25, 50), (50, 75), (75, 100))
# Smaller groups are not spoken of at all (`design`, The count: k).
LEAST_INVITED = 5


def participation(question: Question, record: Record, units: Sequence[str]) -> Answer:
    """Participation of some units in the last week asked about, of groups wholly inside each unit."""
    found: list[Participation] = []
    reasons: list[Withheld] = []
    for unit in units:
        inside = record.below(unit)
        whole = [
            turnout
            for turnout in record.turnouts
            if turnout.units <= inside and question.period.holds(turnout.week)
        ]
        if not whole:
            mixed = any(turnout.units & inside for turnout in record.turnouts)
            reasons.append(Withheld.MERGED if mixed else Withheld.NO_RELEASE_YET)
            continue
        last = max(turnout.week for turnout in whole)
        invited = sum(turnout.invited for turnout in whole if turnout.week == last)
        answered = sum(turnout.answered for turnout in whole if turnout.week == last)
        if invited < LEAST_INVITED:
            reasons.append(Withheld.BELOW_K)
            continue
        band = BANDS[min(len(BANDS) - 1, int(len(BANDS) * answered / invited))]
        found.append(Participation(unit, record.names[unit], last, invited, band))
    return Answer(question, participation=tuple(found), withheld=tuple(dict.fromkeys(reasons)))
