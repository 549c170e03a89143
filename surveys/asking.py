"""Answering a question in plain words, within the rights of whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from analysis.answers import Answer, answer
from analysis.detection.cycle import State, watch
from analysis.effects import Acted
from analysis.figures import Record, Unit
from analysis.questions import Intent, Question, parse
from analysis.stages import WHEEL
from analysis.themes import Comment, Theme
from surveys import actions, results
from surveys.actions import Action
from surveys.people import directory
from surveys.people.directory import Person

# Themes are about what people write now; older comments are read when the asker names a time.
THEME_WEEKS = 8
# Actions whose effects are estimated for one question, the newest: our choice.
MOST_ACTIONS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer with what is needed to say it.

    Attributes:
        answer: figures and findings.
        units: every unit, to name those in the answer.
        record: what the asker may see.
        comments: those that the themes' indices mean.
        allowed: whether the asker leads any unit at all.
        actions: what was done in the units that they see and above them, for the charts.
    """

    answer: Answer
    units: Sequence[Unit]
    record: Record
    comments: Sequence[Comment]
    allowed: bool
    actions: Sequence[Action] = ()


def ask(
    session: Session,
    person: Person,
    text: str,
    *,
    now: datetime,
    company_zone: str,
    before: Question | None = None,
) -> Asked:
    """Read a question, against the one that they asked before, and answer it from what the asker may see."""
    units = directory.units(session)
    today = now.astimezone(person.zone(company_zone)).date()
    people = directory.names(session)
    question = parse(
        text, units=units, asker_units=sorted(person.leads), today=today, people=people, before=before
    )
    seen = results.visible_units(session, person)
    whole = results.whole_record(session)
    record = results.visible(whole, seen)
    states: Mapping[str, State] = {}
    comments: Sequence[Comment] = ()
    themes: Sequence[Theme] = ()
    if question.intent is Intent.CYCLE:
        # The scale of an answer is pooled over the company, so everything is watched and then kept back.
        states = {unit_id: state for unit_id, state in whole.once(watch).items() if unit_id in seen}
    if question.intent in {Intent.THEMES, Intent.QUOTES} and set(question.units) <= seen:
        question, record, comments = _comments_for(session, question, record, seen)
        themes = results.themes(comments)
    done = actions.around(session, seen) if seen else []
    acted = _acted(whole, question, [action for action in done if action.unit_id in seen], units)
    found = answer(question, record=record, states=states, themes=themes, comments=comments, acted=acted)
    return Asked(found, units, record, comments, allowed=bool(person.leads), actions=done)


def _acted(whole: Record, question: Question, done: Sequence[Action], units: Sequence[Unit]) -> tuple[Acted, ...]:
    """The actions that a question about effects means, the newest first, each with its effect by now.

    It is estimated against units that the asker may not see, from the whole record; told is the difference alone.
    """
    if question.intent is not Intent.EFFECT:
        return ()
    inside = directory.below(list(units), frozenset(question.units))
    asked = [
        action
        for action in reversed(done)
        if question.period.holds(action.done_on) and (not inside or action.unit_id in inside)
    ]
    return tuple(
        actions.outcome(whole, action, weeks=actions.newest_look(whole, action), stages=question.measures or WHEEL)
        for action in asked[:MOST_ACTIONS]
    )


def _comments_for(
    session: Session, question: Question, record: Record, seen: frozenset[str]
) -> tuple[Question, Record, Sequence[Comment]]:
    """The comments asked about; those of a small team are asked of the unit above, where they are kept."""
    since = question.start
    if since is None and record.weeks:
        since = record.weeks[-1] - timedelta(weeks=THEME_WEEKS - 1)
    if len(question.units) != 1:
        found = results.comments(session, seen, since=since)
        return question, record, found
    home, found = results.comments_about(session, question.units[0], since=since)
    if home is None or home.id == question.units[0]:
        return question, record, found
    known = [*record.units, *([home] if home.id not in seen else [])]
    moved = replace(question, units=(home.id,), unit_names=(home.name,))
    return moved, replace(record, units=known), found
