"""Answering a question in plain words, within the rights of whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from analysis.answers import Answer, answer
from analysis.detection.cycle import State, watch
from analysis.figures import Record, Unit
from analysis.questions import Intent, Question, parse
from analysis.themes import Comment, Theme
from surveys import results
from surveys.people import directory
from surveys.people.directory import Person

# Themes are about what people write now; older comments are read when the asker names a time.
THEME_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer with what is needed to say it.

    Attributes:
        answer: figures and findings.
        units: every unit, to name those in the answer.
        record: what the asker may see.
        comments: those that the themes' indices mean.
        allowed: whether the asker leads any unit at all.
    """

    answer: Answer
    units: Sequence[Unit]
    record: Record
    comments: Sequence[Comment]
    allowed: bool


def ask(session: Session, person: Person, text: str, *, now: datetime, company_zone: str) -> Asked:
    """Read a question and answer it from what the asker may see."""
    units = directory.units(session)
    today = now.astimezone(person.zone(company_zone)).date()
    people = directory.names(session)
    question = parse(text, units=units, asker_units=sorted(person.leads), today=today, people=people)
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
    found = answer(question, record=record, states=states, themes=themes, comments=comments)
    return Asked(found, units, record, comments, allowed=bool(person.leads))


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
