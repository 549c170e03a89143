"""What a message says in numbers: those that are read in its texts, and the points of its charts."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analysis.answers import Answer
from analysis.detection.drift import NOTICE_WEEKS
from analysis.figures import Record
from analysis.questions import EVER, Period
from analysis.stages import Stage
from analysis.themes import LEAST_TO_SHOW
from handlers.words import Words
from tests.attack.recount import Recount

# Letters of other scripts may stand right beside a number.
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.,])\d+(?:[.,]\d+)?(?![A-Za-z0-9_])")
# "1 to 5", "of 7 stages", "95% sure", "the next 4 weeks": what the catalogue says whatever was answered.
CONSTANT = {"1", "4", "5", "7", "95"}
# Comments are what people wrote, and the value of a button is not shown.
_NOT_OURS = {"rich_text", "image"}


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a chart."""

    line: str
    label: str
    value: float


def texts(message: Mapping[str, Any]) -> Iterator[str]:
    """Every text of a message, a line at a time."""
    for block in message.get("blocks", []):
        if block["type"] not in _NOT_OURS | {"data_visualization"}:
            for text in _inside(block):
                yield from text.split("\n")


def _inside(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for value in part.values():
            if not isinstance(value, str):
                yield from _inside(value)
    elif isinstance(part, list):
        for value in part:
            yield from _inside(value)


def numbers(text: str) -> set[str]:
    """The numbers in a text, as they are written."""
    return set(_NUMBER.findall(text))


def points(message: Mapping[str, Any]) -> Iterator[Point]:
    """The points of all charts."""
    for block in message.get("blocks", []):
        if block["type"] == "data_visualization":
            for line in block["chart"]["series"]:
                yield from (Point(line["name"], point["label"], point["value"]) for point in line["data"])


def sayable(answer: Answer, record: Record, say: Words) -> set[str]:
    """The numbers that an answer holds, as a message may write them."""
    decimals: list[float | None] = [0.0]
    counts: list[int | None] = [len(answer.figures), len({one.unit for one in answer.figures})]
    days: list[date | None] = [*record.weeks]
    # Questions to go on with, and those asked back, say their own days.
    for question in (answer.question, *answer.next):
        days += [question.start, question.end]
        if question.against is not None:
            days += [question.against.start, question.against.end]
    for one in (*answer.figures, *answer.neighbours):
        decimals += [one.mean, one.change, *(one.interval or ())]
        counts += [one.n, one.rank, one.weeks, *(int(end) for end in one.band or ())]
    for line in answer.lines:
        decimals += line.values
    for compared in answer.compared:
        decimals += [compared.difference, *(compared.interval or ())]
    for part in answer.participation:
        counts += [part.invited, *part.percent]
    for state in answer.states.values():
        decimals += [drift.own for drift in state.turned]
        counts += [drift.n for drift in state.turned]
        days += [state.since, *(drift.since for drift in state.turned)]
        counts += [state.needed, NOTICE_WEEKS]
        if state.notice is not None:
            decimals.append(state.notice.own)
            counts.append(round(state.notice.n))
    counts += [heard.size for heard in answer.heard]
    return _written(decimals, counts, days, say)


def _written(
    decimals: list[float | None], counts: list[int | None], days: list[date | None], say: Words
) -> set[str]:
    return (
        CONSTANT
        | {say.number(abs(one)) for one in decimals if one is not None}
        | {str(one) for one in counts if one is not None}
        | {str(part) for day in days if day is not None for part in (day.day, day.month, day.year)}
    )


def misread_answer(message: Mapping[str, Any], answer: Answer, record: Record, say: Words) -> Iterator[str]:
    """Numbers of a message that its answer does not hold."""
    known = sayable(answer, record, say)
    for text in texts(message):
        yield from (f"{number} in {text!r}" for number in numbers(text) - known)
    values = {value for line in answer.lines for value in line.values}
    yield from (f"{point}" for point in points(message) if point.value not in values)


def misread_digest(
    message: Mapping[str, Any],
    recount: Recount,
    units: frozenset[str],
    week: date,
    say: Words,
    *,
    outlooks: Container[str],
) -> Iterator[str]:
    """Numbers of a digest that are in no release of that week about these units, stage by stage.

    `outlooks` are what may be said of what would be noticed, worked out from the releases.
    """
    by_stage = {say.stage(stage): _of_week(recount, units, stage, week, say) for stage in Stage}
    days: list[date | None] = list(recount.weeks)
    elsewhere = _written([], [], days, say)
    for text in texts(message):
        if text in outlooks:
            continue
        stage = text.removeprefix("• ").split(":")[0]
        known = by_stage[stage] | CONSTANT if text.startswith("• ") and stage in by_stage else elsewhere
        comments = {one for one in numbers(text) if f"({one} " in text and int(one) >= LEAST_TO_SHOW}
        yield from (f"{number} in {text!r}" for number in numbers(text) - known - comments)
    labels = {say.day(day): day for day in recount.weeks} | {say.day_of_year(day): day for day in recount.weeks}
    for point in points(message):
        stage_of = next(stage for stage in Stage if say.stage(stage) == point.line)
        if point.value not in _levels(recount, units, stage_of, labels[point.label]):
            yield f"{point}"


def _of_week(recount: Recount, units: frozenset[str], stage: Stage, week: date, say: Words) -> set[str]:
    """What may be said about a stage of some units in a week."""
    found: set[str] = set()
    for unit in units:
        window = recount.window(unit, stage, Period(week, week + timedelta(days=6)))
        if window is not None:
            change = window.change
            moved = [] if change is None or not change.n else [round(change.mean, 1)]
            found |= _written([round(window.level.mean, 1), *moved], [window.level.n], [], say) - CONSTANT
    return found


def _levels(recount: Recount, units: frozenset[str], stage: Stage, week: date) -> set[float]:
    found = set()
    for unit in units:
        window = recount.window(unit, stage, EVER)
        if window is not None and week in window.weeks:
            found.add(round(window.only(week).level.mean, 1))
    return found
