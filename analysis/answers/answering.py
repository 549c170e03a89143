"""From a typed question to a typed answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import NormalDist

from analysis.answers.answer import Answer, Line, Reported, Withheld
from analysis.answers.comparing import LATEST_WEEKS, compare, course, ranks
from analysis.answers.hearing import hear
from analysis.answers.leading_on import leading_on
from analysis.answers.measured import Measured, measure
from analysis.answers.turnout import participation
from analysis.detection.cycle import Kind, State
from analysis.detection.grid import leaves
from analysis.effects import Acted
from analysis.figures import Record
from analysis.questions import EVER, Against, Among, Intent, Period, Question
from analysis.stages import CORE, WHEEL, Stage
from analysis.themes import Comment, Theme

# Lines that can be told apart in a chart.
MOST_LINES = 6
# Weeks drawn when the asker named none, as in the digest.
USUAL_WEEKS = 12
# A rotating stage is asked every fourth week; older figures are no news.
NEWS_WEEKS = 4
# Chance that a list of changes names one that is none (shared over all that are looked at).
FALSE_CHANGE = 0.10
_GRAVITY = (Kind.CYCLE, Kind.DRIFT, Kind.WATCHING, Kind.RECOVERING, Kind.STEADY, Kind.NOT_ENOUGH_EVIDENCE)


def answer(
    question: Question,
    *,
    record: Record,
    states: Mapping[str, State] | None = None,
    themes: Sequence[Theme] = (),
    comments: Sequence[Comment] = (),
    acted: Sequence[Acted] = (),
) -> Answer:
    """Answer a question from releases.

    Args:
        question: what `questions.parse` read.
        record: what the asker may see and no more; units that are not in it are not allowed.
        states: what `cycle.watch` says of the units, for questions about the cycle.
        themes: what `find_themes` made of `comments`.
        comments: the comments that the asker may see.
        acted: for questions about effects, the actions that they may see, the newest first.

    Returns:
        The answer. Every figure is of whole groups as they were counted; what is missing is in `withheld`.
    """
    if question.intent is Intent.REFUSED:
        return Answer(question, withheld=(Withheld.ABOUT_A_PERSON,))
    if question.intent in {Intent.HELP, Intent.DEFINITION, Intent.UNCLEAR}:
        return Answer(question, next=question.unsure or leading_on(question, record, ()))
    if not set(question.units) <= set(record.names):
        return Answer(question, withheld=(Withheld.NOT_ALLOWED,))
    if not record.figures and not record.turnouts:
        return Answer(question, withheld=(Withheld.NO_RELEASE_YET,))
    if question.intent is Intent.CYCLE:
        found = _cycle(question, record, states or {})
    elif question.intent is Intent.EFFECT:
        found = _effect(question, record, acted)
    elif question.intent in {Intent.THEMES, Intent.QUOTES}:
        found = hear(question, record, themes, comments)
    else:
        found = _FROM_FIGURES.get(question.intent, _not_yet)(question, record)
    return replace(found, next=leading_on(question, record, found.figures))


def scope(question: Question, record: Record) -> tuple[str, ...]:
    """Ids of the units asked about; the topmost that the asker sees when none was named."""
    if question.units:
        return question.units
    return tuple(unit.id for unit in record.units if unit.parent not in record.names)


def _measures(question: Question) -> tuple[Stage, ...]:
    return question.measures or CORE


def _latest(question: Question) -> int | None:
    """A period that is over is averaged; one that leads up to now is answered by its last week."""
    return None if question.end is not None else 1


def _level(question: Question, record: Record) -> Answer:
    asked = [(unit, stage) for unit in scope(question, record) for stage in _measures(question)]
    found = [measure(record, unit, stage, question.period, latest=_latest(question)) for unit, stage in asked]
    drawn = [measure(record, unit, stage, _drawn(question, record)) for unit, stage in asked]
    return Answer(
        question,
        figures=_reported(found),
        lines=tuple(item.line() for item in drawn if item is not None)[:MOST_LINES],
        neighbours=_neighbours(question, record),
        withheld=_missing(question, record, asked, found),
    )


def _trend(question: Question, record: Record) -> Answer:
    base = _level(question, record)
    period = _drawn(question, record)
    asked = [(unit, stage) for unit in scope(question, record) for stage in _measures(question)]
    compared = tuple(course(stage, measure(record, unit, stage, period)) for unit, stage in asked)
    last = [measure(record, unit, stage, period, latest=1) for unit, stage in asked]
    return replace(base, figures=_reported(last), compared=compared)


def _drawn(question: Question, record: Record) -> Period:
    """The weeks of the chart: those asked about, or the last twelve."""
    if question.start is not None or not record.weeks:
        return question.period
    last = min(question.end or record.weeks[-1], record.weeks[-1])
    return Period(last - timedelta(weeks=USUAL_WEEKS - 1, days=6), question.end)


def _neighbours(question: Question, record: Record) -> tuple[Reported, ...]:
    """Parts work only together: the stages before and after the one asked about."""
    if len(question.measures) != 1:
        return ()
    stage = question.measures[0]
    found = [
        measure(record, unit, beside, question.period, latest=_latest(question))
        for unit in scope(question, record)
        for beside in (stage.previous, stage.next)
    ]
    return _reported(found)


def _reported(found: Sequence[Measured | None]) -> tuple[Reported, ...]:
    return tuple(item.reported() for item in found if item is not None)


def _missing(
    question: Question, record: Record, asked: Sequence[tuple[str, Stage]], found: Sequence[Measured | None]
) -> tuple[Withheld, ...]:
    reasons: list[Withheld] = []
    for (unit, stage), item in zip(asked, found, strict=True):
        if item is not None:
            reasons.extend([Withheld.MERGED] if item.weeks[-1].merged else [])
        elif question.period == EVER or not _released(record, unit, stage, EVER):
            reasons.append(Withheld.BELOW_K if _asked(record, stage, question.period) else Withheld.NO_RELEASE_YET)
        else:
            reasons.append(Withheld.NONE_IN_PERIOD)
    return tuple(dict.fromkeys(reasons))


def _released(record: Record, unit: str, stage: Stage, period: Period) -> bool:
    return measure(record, unit, stage, period) is not None


def _asked(record: Record, stage: Stage, period: Period) -> bool:
    return any(figure.stage is stage and period.holds(figure.week) for figure in record.figures)


def _compare(question: Question, record: Record) -> Answer:
    base = _level(question, record)
    stages = _measures(question)
    if question.compare is Against.WEEKS or len(question.units) < 2:
        later = question.against or EVER
        pairs = [
            (stage, _window(record, unit, stage, question.period), _window(record, unit, stage, later))
            for unit in scope(question, record)
            for stage in stages
        ]
        compared = tuple(compare(stage, first, second, same_unit=True) for stage, first, second in pairs)
        figures = _reported([side for _, first, second in pairs for side in (first, second)])
        return replace(base, figures=figures, compared=compared)
    first, second = question.units[:2]
    compared = tuple(
        compare(
            stage,
            _window(record, first, stage, question.period, beside=second),
            _window(record, second, stage, question.period, beside=first),
        )
        for stage in stages
    )
    return replace(base, compared=compared)


def _window(
    record: Record, unit: str, stage: Stage, period: Period, *, beside: str | None = None
) -> Measured | None:
    """A closed period whole, an open one by its latest weeks; without a part that is compared with the rest."""
    latest = LATEST_WEEKS if period.end is None else None
    inner = record.below(beside) if beside is not None else frozenset()
    without = inner if beside is not None and inner < record.below(unit) else frozenset()
    return measure(record, unit, stage, period, latest=latest, without=without)


def _rank(question: Question, record: Record) -> Answer:
    found = []
    seen: set[tuple[frozenset[str], ...]] = set()
    for unit in _candidates(question, record):
        items = [_window(record, unit, stage, question.period) for stage in _measures(question)]
        kept = [item for item in items if item is not None]
        counted = tuple(item.weeks[-1].units for item in kept)
        if kept and counted not in seen:
            seen.add(counted)
            found.append((_badness(kept), kept))
    found.sort(key=lambda pair: (-pair[0][0], pair[1][0].unit))
    places = ranks([score for score, _ in found])
    figures = tuple(
        replace(item.reported(), rank=place)
        for (_, items), place in zip(found, places, strict=True)
        for item in items
    )
    lines = [
        drawn.line()
        for _, items in found[:MOST_LINES]
        if (drawn := measure(record, items[0].unit, items[0].stage, _drawn(question, record))) is not None
    ]
    withheld = () if figures else (Withheld.BELOW_K,)
    if any(figure.merged for figure in figures):
        withheld = (Withheld.MERGED,)
    drawable = tuple(lines) if len(_measures(question)) == 1 else ()
    return Answer(question, figures=figures, lines=drawable, withheld=withheld)


def _badness(items: Sequence[Measured]) -> tuple[float, float]:
    """How bad a unit stands in some measures, in SD, and its standard error, were all errors the same way."""
    scores = [item.level.mean * item.scale.worse / (item.sd or 1.0) for item in items]
    errors = [item.error / (item.sd or 1.0) for item in items]
    return sum(scores) / len(scores), sum(errors) / len(errors)


def _candidates(question: Question, record: Record) -> list[str]:
    """Teams, or the units under the topmost, inside what was asked."""
    inside = frozenset().union(*(record.below(unit) for unit in scope(question, record)))
    teams = [unit for unit in leaves(record) if unit in inside]
    if question.among is not Among.REGIONS:
        return teams
    tops = set(scope(Question(Intent.RANK), record))
    return [unit.id for unit in record.units if unit.parent in tops and unit.id in inside] or teams


def _change(question: Question, record: Record) -> Answer:
    if not record.weeks:
        return Answer(question, withheld=(Withheld.NO_RELEASE_YET,))
    last = max((week for week in record.weeks if question.period.holds(week)), default=None)
    if last is None:
        return Answer(question, withheld=(Withheld.NONE_IN_PERIOD,))
    start = question.start or last - timedelta(weeks=NEWS_WEEKS - 1)
    period = Period(start, question.end)
    units = [*scope(question, record), *_candidates(question, record)]
    looked: list[tuple[float, Measured]] = []
    for unit in dict.fromkeys(units):
        for stage in question.measures or WHEEL:
            item = measure(record, unit, stage, period, latest=1)
            errors = None if item is None else item.change_in_errors(item.weeks[-1].week)
            if item is not None and errors is not None:
                looked.append((errors, item))
    limit = NormalDist().inv_cdf(1 - FALSE_CHANGE / (2 * max(1, len(looked))))
    moved = sorted((pair for pair in looked if abs(pair[0]) >= limit), key=lambda pair: -pair[0])
    lines = [
        drawn.line()
        for _, item in moved[:MOST_LINES]
        if (drawn := measure(record, item.unit, item.stage, _drawn(question, record))) is not None
    ]
    return Answer(
        question,
        figures=_reported([item for _, item in moved]),
        lines=tuple(lines),
        withheld=() if looked else (Withheld.BELOW_K,),
    )


def _cycle(question: Question, record: Record, states: Mapping[str, State]) -> Answer:
    inside = frozenset().union(*(record.below(unit) for unit in scope(question, record)))
    found = sorted(
        ((unit, state) for unit, state in states.items() if unit in inside),
        key=lambda pair: (_GRAVITY.index(pair[1].kind), -pair[1].strength, pair[0]),
    )
    return Answer(question, states=dict(found), withheld=() if found else (Withheld.NO_RELEASE_YET,))


def _effect(question: Question, record: Record, acted: Sequence[Acted]) -> Answer:
    """What came of each action, and of a single one a chart of the stages that can be told."""
    lines: tuple[Line, ...] = ()
    if len(acted) == 1:
        told = [one.stage for one in acted[0].effects if one.size is not None]
        start = acted[0].on - timedelta(weeks=USUAL_WEEKS)
        drawn = [measure(record, acted[0].unit_id, stage, Period(start)) for stage in told]
        lines = tuple(item.line() for item in drawn if item is not None)[:MOST_LINES]
    return Answer(question, acted=tuple(acted), lines=lines)


def _participation(question: Question, record: Record) -> Answer:
    return participation(question, record, scope(question, record))


def _not_yet(question: Question, record: Record) -> Answer:
    del record
    return Answer(question, withheld=(Withheld.NOT_YET,))


_FROM_FIGURES: Mapping[Intent, Callable[[Question, Record], Answer]] = {
    Intent.LEVEL: _level,
    Intent.TREND: _trend,
    Intent.COMPARE: _compare,
    Intent.RANK: _rank,
    Intent.CHANGE: _change,
    Intent.PARTICIPATION: _participation,
}
