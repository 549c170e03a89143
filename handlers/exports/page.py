"""The page of a unit: the figures of its digest, laid out for a slide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from analysis.answers import Reported
from analysis.answers.course import course
from analysis.detection.cycle import State, watch
from analysis.figures import Record, Unit
from analysis.stages import CORE, Stage
from handlers.actions.marks import action_marks
from handlers.showing.figures import (
    CHART_WEEKS,
    change_text,
    group_label,
    level_text,
    newest,
    share_answered,
    state_line,
)
from handlers.showing.pictures.slide import MOST_STATES, Moved, Slide, draw_slide
from handlers.showing.pictures.style import Card, Picture, drawable, has_letters, legend, named
from handlers.showing.pictures.timeline import describe_timeline, told_marks
from handlers.showing.states import SHAPES, by_urgency
from handlers.words import Words
from surveys import results
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.exports import NothingToExport
from surveys.rounds.rounds import promised_group


@dataclass(frozen=True, slots=True)
class Page:
    """A page, ready to be drawn as a picture or as a PDF.

    Attributes:
        title: whose it is and of which week, in the reader's words.
        states: the state of the unit in a sentence, or a line for each of its teams.
        moved: what moved more than noise, with n and interval, and what did not, in sentences.
        alt: all that it says in words.
        legend: names that could not be drawn, and the numbers that stand for them; mostly empty.
        card: the sheet.
    """

    title: str
    states: Sequence[str]
    moved: str
    alt: str
    legend: str
    card: Card

    def picture(self) -> Picture:
        """As a PNG of 1920 x 1080 pixels."""
        return Picture(self.card.png(), self.alt, self.legend)

    def pdf(self) -> bytes:
        """As one page of PDF."""
        return self.card.pdf()


def export_page(session: Session, unit: Unit, *, say: Words, week: date | None = None) -> Page:
    """Lay out what a release says about a unit; who may have it is `surveys.exports`' to say.

    Args:
        session: a unit of work.
        unit: the unit.
        say: the reader's words; where the type has no letters for their language, the page is in English.
        week: Monday of a release, and the page is as of then; the newest when None.

    Raises:
        NothingToExport: nothing was released about the unit by then.
    """
    whole = results.whole_record(session)
    record = whole.up_to(week) if week else whole
    figures, courses = page_figures(record, unit.id)
    if not (figures or any(courses)):
        raise NothingToExport(unit=unit.name)
    inside, weeks = drawable(say), record.weeks[-CHART_WEEKS:]
    week = weeks[-1]
    slide = Slide(
        title=_title(record, unit, week, inside),
        states=_states(record, unit.id, _numbered(record, unit.id), inside),
        courses=courses,
        weeks=weeks,
        marks=action_marks(session, record, unit.id, inside),
        moved=[_moved(figure, inside) for figure in figures if figure.more_than_noise],
        calm=_calm(figures, inside),
        answered=share_answered(record, unit.id, week=week, say=inside),
        small_print=f"{_counted(session, inside)} {inside('picture.bars')}",
    )
    title = say("digest.title", unit=_label(record, unit, week, say), week=say.day(week))
    states = _states(record, unit.id, record.names, say)
    marks = told_marks(action_marks(session, record, unit.id, say), weeks)
    drawn = [one for one in courses if one]
    moved = _figures_told(figures, say)
    told = [
        *(line if line.endswith(".") else f"{line}." for line in [title, *states]),
        moved,
        share_answered(record, unit.id, week=week, say=say),
        # Last, for what is long may be cut.
        describe_timeline(drawn, title=unit.name, weeks=weeks, marks=marks, say=say),
    ]
    numbered = legend(_names(record, unit.id).values())
    return Page(title, states, moved, " ".join(told), numbered, draw_slide(slide, inside))


def _names(record: Record, unit_id: str) -> dict[str, str]:
    """The names of a unit and of all below it; no others stand on its page."""
    inside = record.below(unit_id)
    return {unit.id: unit.name for unit in record.units if unit.id in inside}


def _numbered(record: Record, unit_id: str) -> dict[str, str]:
    """The same as they can be drawn."""
    names = enumerate(_names(record, unit_id).items(), start=1)
    return {unit: named(name, place) for place, (unit, name) in names}


def _counted(session: Session, say: Words) -> str:
    """How it is counted, with the smallest group that people were promised."""
    return say("export.counted", k=max(SMALLEST_GROUP, promised_group(session)))


def page_figures(record: Record, unit_id: str) -> tuple[list[Reported], list[Sequence[Reported]]]:
    """The figures of a record's last week as the digest has them, and the core measures week by week.

    Their intervals are those that whoever sees this unit alone would be told: how far answers lie apart is pooled
    over a record, and taken from other units it would tell of them.
    """
    own, weeks = results.visible(record, record.below(unit_id)), record.weeks[-CHART_WEEKS:]
    told = [_figure(record, own, unit_id, stage, week=week) for stage in Stage for week in weeks[-1:]]
    courses = [_course(record, own, unit_id, stage, weeks=weeks) for stage in CORE]
    return [figure for figure in told if figure], courses


def _figure(record: Record, own: Record, unit_id: str, stage: Stage, *, week: date) -> Reported | None:
    """What the digest says of a stage, with an interval from the unit's own record."""
    told, alone = (newest(one, unit_id, stage, week=week) for one in (record, own))
    return replace(told, interval=alone.interval) if told and alone else told


def _course(
    record: Record, own: Record, unit_id: str, stage: Stage, *, weeks: Sequence[date]
) -> Sequence[Reported]:
    """A stage week by week, each figure as in the digest of its week."""
    found = course(own, unit_id, stage, weeks=weeks)
    told = {one.week: one.more_than_noise for one in course(record, unit_id, stage, weeks=weeks)}
    return [replace(one, more_than_noise=told.get(one.week)) for one in found]


def _label(record: Record, unit: Unit, week: date, say: Words) -> str:
    return group_label(record, unit.id, week=week, names=record.names, say=say)


def _title(record: Record, unit: Unit, week: date, say: Words) -> str:
    """The title as it can be drawn: without a name that the type has no letters for."""
    title = say("digest.title", unit=_label(record, unit, week, say), week=say.day(week))
    return title if has_letters(title) else say("answer.week", week=say.day(week))


def _states(record: Record, unit_id: str, names: Mapping[str, str], say: Words) -> list[str]:
    """A unit's state in a sentence; of a unit above teams, a line for each of them, the most urgent first."""
    states = record.once(watch)
    if unit_id in states:
        return [state_line(states[unit_id], say)]
    teams = by_urgency(record.below(unit_id) & set(states), states, lambda team: names.get(team, team))
    lines = [_row(names.get(team, team), states[team], say) for team in teams]
    if len(lines) > MOST_STATES:
        more = len(lines) - MOST_STATES + 1
        return [*lines[: MOST_STATES - 1], say("export.more_teams", count=more)]
    return lines or [say("state.not_enough_evidence")]


def _row(name: str, state: State, say: Words) -> str:
    return f"{SHAPES[state.kind]}  {name}: {state_line(state, say)}"


def _moved(figure: Reported, say: Words) -> Moved:
    change = figure.change or 0.0
    return Moved(_change(figure, say), _level(figure, say), worse=change * figure.scale.worse > 0)


def _change(figure: Reported, say: Words) -> str:
    told = change_text(figure.change or 0.0, figure.scale, say)
    return say("export.change", stage=say.stage(figure.stage), change=told)


def _level(figure: Reported, say: Words) -> str:
    """The level with its n and where the true average probably lies."""
    level = say("figure.no_change", level=level_text(figure, say), n=figure.n)
    if figure.interval is None:
        return level
    low, high = figure.interval
    return say("export.level", level=level, low=say.number(low), high=say.number(high))


def _calm(figures: Sequence[Reported], say: Words) -> str:
    """The measures that did not move more than noise, or that none did; of the others that is not known."""
    if not figures:
        return say("digest.nothing_released")
    calm = [say.stage(figure.stage) for figure in figures if figure.more_than_noise is False]
    if calm and not any(figure.more_than_noise for figure in figures):
        return say("digest.nothing_moved")
    return say("export.calm", stages=say.listing(calm)) if calm else ""


def _figures_told(figures: Sequence[Reported], say: Words) -> str:
    """What moved more than noise, and what did not."""
    moved = [f"{_change(figure, say)}, {_level(figure, say)}." for figure in figures if figure.more_than_noise]
    return " ".join([*moved, _calm(figures, say)])
