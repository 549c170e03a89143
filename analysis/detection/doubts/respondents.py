"""Doubts about who answers, and how many: newcomers, another group, few answers, silence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from math import sqrt
from statistics import mean, median

from analysis.change import LAG_WEEKS
from analysis.detection.doubts.case import BEFORE_WEEKS, UNSURE_WEEKS, WEEK, Case, weeks_before
from analysis.detection.doubts.doubt import Doubt, Ground
from analysis.figures import Figure
from analysis.stages import CORE, Stage

# Limits here were chosen on 60 simulated companies with a planted cycle, and 60 with each explanation planted;
# `tests/analysis/test_doubts.py` repeats that on fewer: at most one plain cycle in ten gets a wrong explanation.

# Somebody new has no earlier answers for the weeks of the lag, so the share dips that long, and no longer.
DIP_WEEKS = 3
LEAST_FALL, LEAST_FALL_Z = 0.3, 2.0
# A quarter more or fewer people, and at least two of them, is no ordinary coming and going.
LEAST_JUMP, LEAST_JUMP_PEOPLE = 0.25, 2
# A group is the usual one when it is that of most weeks.
USUAL_SHARE = 0.6
# Fewer answer: by so much of those invited, and so many standard errors.
LEAST_SILENCE, LEAST_SILENCE_Z = 0.1, 2.0
# Fewer respondents than this in a usual week are few: the smallest group is five, or more where that was raised.
FEW_RESPONDENTS = 6.5
LATELY_WEEKS = 4
FEW_WEEKS, FEW_WEEKS_SHARE = 3, 0.6


def newcomers(case: Case) -> Doubt | None:
    """Fewer of those who answer have answered for some time."""
    shares = _familiar(case)
    if not shares:
        return None
    # Nobody can have earlier answers until the lag is over, nor all in the week after.
    settled = min(shares) + (LAG_WEEKS + UNSURE_WEEKS) * WEEK
    before = weeks_before(case, (week for week in shares if week >= settled))
    around = range(-UNSURE_WEEKS, LAG_WEEKS)
    dips = [
        [week for place in range(DIP_WEEKS) if (week := case.since + (start + place) * WEEK) in shares]
        for start in around
    ]
    full = [dip for dip in dips if len(dip) == DIP_WEEKS]
    if len(before) < DIP_WEEKS or not full:
        return None
    usual = _pooled(shares[week] for week in before)
    lowest = min(full, key=lambda dip: _pooled(shares[week] for week in dip))
    now, n = _pooled(shares[week] for week in lowest), mean(shares[week][0] for week in lowest)
    error = sqrt(max(usual * (1 - usual), 0.05) / n)
    if usual - now < LEAST_FALL or usual - now < LEAST_FALL_Z * error:
        return None
    return Doubt(Ground.NEWCOMERS, usual - now, before=usual, now=now, n=round(n), week=lowest[0])


def _pooled(counts: Iterable[tuple[int, int]]) -> float:
    """Share of people of several weeks together."""
    of, n = zip(*counts, strict=True)
    return float(sum(n) / sum(of))


def _familiar(case: Case) -> dict[date, tuple[int, int]]:
    """Week -> respondents, and those of them who have earlier answers; about, where that number is withheld."""
    figures = case.record.figures
    # One fewer than the most that it can be, which is one fewer than the fewest ever shown.
    withheld = max(0, min((figure.change.n for figure in figures if figure.change), default=0) - 2)
    found: dict[date, tuple[int, int]] = {}
    for week, several in _core_figures(case).items():
        n = sum(figure.level.n for figure in several)
        known = sum(figure.change.n if figure.change else min(figure.level.n, withheld) for figure in several)
        found[week] = (n, known)
    return found


def _core_figures(case: Case) -> dict[date, list[Figure]]:
    """Week -> figures wholly inside the unit, of the core stage that most answered."""
    by_week: dict[date, dict[Stage, list[Figure]]] = {}
    for stage in CORE:
        for figure in case.record.about(case.inside, stage):
            if figure.units <= case.inside and figure.level.n:
                by_week.setdefault(figure.week, {}).setdefault(stage, []).append(figure)
    return {
        week: max(stages.values(), key=lambda several: sum(figure.level.n for figure in several))
        for week, stages in sorted(by_week.items())
    }


def group(case: Case) -> Doubt | None:
    """Teams that are counted with it, or in it, since it began and were not before, or the reverse."""
    together: dict[date, frozenset[str]] = {}
    for turnout in case.record.turnouts:
        if turnout.units & case.inside:
            together[turnout.week] = together.get(turnout.week, frozenset()) | turnout.units
    before = _usual([together[week] for week in weeks_before(case, together)])
    now = _usual([units for week, units in together.items() if week >= case.since])
    if before is None or now is None or before == now:
        return None
    changed = tuple(sorted(before ^ now))
    return Doubt(Ground.GROUP, len(changed) / len(before | now), n=len(changed), units=changed)


def _usual(groups: Sequence[frozenset[str]]) -> frozenset[str] | None:
    """The group of most of some weeks; None when no group is."""
    if len(groups) < DIP_WEEKS:
        return None
    group, times = Counter(groups).most_common(1)[0]
    return group if times > USUAL_SHARE * len(groups) else None


def invited(case: Case) -> Doubt | None:
    """Many more people are asked than before it began, or many fewer."""
    invited = {week: asked for week, (asked, _) in _turnout(case).items()}
    before = [invited[week] for week in weeks_before(case, invited)]
    since = [asked for week, asked in invited.items() if week >= case.since][:BEFORE_WEEKS]
    if len(before) < DIP_WEEKS or len(since) < 2:
        return None
    usual, now = median(before), median(since)
    if abs(now - usual) < max(LEAST_JUMP_PEOPLE, LEAST_JUMP * usual):
        return None
    return Doubt(Ground.INVITED, min(1.0, abs(now - usual) / max(usual, now)), before=usual, now=now)


def _turnout(case: Case) -> dict[date, tuple[int, int]]:
    """Week -> people invited and people who answered, of groups wholly inside the unit."""
    found: dict[date, tuple[int, int]] = {}
    for turnout in case.record.turnouts:
        if turnout.units <= case.inside:
            invited, answered = found.get(turnout.week, (0, 0))
            found[turnout.week] = (invited + turnout.invited, answered + turnout.answered)
    return found


def answering(case: Case) -> Doubt | None:
    """Fewer answer: by the unit's state, or than before it began."""
    turnout = _turnout(case)
    lately = max(case.since, case.last - (LATELY_WEEKS - 1) * WEEK)
    before = [turnout[week] for week in weeks_before(case, turnout)]
    since = [counts for week, counts in turnout.items() if week >= lately]
    asked, asked_now = sum(counts[0] for counts in before), sum(counts[0] for counts in since)
    if not asked or not asked_now:
        return None
    usual, now = sum(counts[1] for counts in before) / asked, sum(counts[1] for counts in since) / asked_now
    error = sqrt(max(usual * (1 - usual), 0.05) * (1 / asked + 1 / asked_now))
    if case.answering and case.answering.falling:
        usual, now = case.answering.before, case.answering.now
    elif usual - now < max(LEAST_SILENCE, LEAST_SILENCE_Z * error):
        return None
    return Doubt(Ground.ANSWERING, (usual - now) / usual, before=usual, now=now, n=round(asked_now / len(since)))


def respondents(case: Case) -> Doubt | None:
    """Few people answer in a usual week lately."""
    lately = list(_core_figures(case).values())[-LATELY_WEEKS:]
    counts = [sum(figure.level.n for figure in several) for several in lately]
    if not counts or mean(counts) >= FEW_RESPONDENTS:
        return None
    return Doubt(Ground.RESPONDENTS, 1 - mean(counts) / (2 * FEW_RESPONDENTS), n=round(mean(counts)))


def weeks(case: Case) -> Doubt | None:
    """Few of the weeks since it began have figures of the unit."""
    released = [week for week in case.record.weeks if week >= case.since]
    own = [week for week in _core_figures(case) if week >= case.since]
    if not released or len(own) >= max(FEW_WEEKS, FEW_WEEKS_SHARE * len(released)):
        return None
    return Doubt(Ground.WEEKS, 1 - len(own) / max(len(released), FEW_WEEKS + 1), n=len(own), of=len(released))
