"""The labelled questions, and how many of them are read right."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analysis.figures import Unit
from analysis.questions import Intent, Question, parse
from analysis.questions.acts import find_act
from analysis.questions.measures import find_measures
from analysis.questions.times import find_times
from analysis.questions.units import UnitFinder
from analysis.questions.words import Words

TODAY = date(2026, 11, 18)
UNITS = (
    Unit("larkspur", "Larkspur Systems"),
    Unit("emea", "EMEA", "larkspur"),
    Unit("amer", "AMER", "larkspur"),
    Unit("apac", "APAC", "larkspur"),
    Unit("emea-ent", "EMEA Enterprise", "emea"),
    Unit("emea-mm", "EMEA Mid-Market", "emea"),
    Unit("dach", "DACH", "emea"),
    Unit("amer-ent", "AMER Enterprise", "amer"),
    Unit("amer-mm", "AMER Mid-Market", "amer"),
    Unit("amer-com", "AMER Commercial", "amer"),
    Unit("anz", "ANZ", "apac"),
    Unit("japan", "Japan", "apac"),
)


@dataclass(frozen=True)
class Labelled:
    """One question and the reading that a careful person gives it."""

    text: str
    intent: str
    measures: tuple[str, ...]
    units: tuple[str, ...]
    time: tuple[str | None, str | None]
    compare: str | None
    why: bool = False
    side: str | None = None
    action: str | None = None


def _items(cell: str) -> tuple[str, ...]:
    return () if cell == "-" else tuple(part.strip() for part in cell.split(","))


def labelled() -> Iterator[Labelled]:
    for line in (Path(__file__).parent / "questions.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        intent, measures, units, time, compare, text = (cell.strip() for cell in line.split("|", 5))
        intent, _, why = intent.partition(" ")
        side, _, action = time.partition(" ")
        start, _, end = ("", "", "") if ".." not in time else time.partition("..")
        yield Labelled(
            text,
            intent,
            _items(measures),
            _items(units),
            (start or None, end or None),
            None if compare == "-" else compare,
            bool(why),
            side if action else None,
            action or None,
        )


def building() -> list[Labelled]:
    return [item for place, item in enumerate(labelled()) if place % 3 != 2]


def held_out() -> list[Labelled]:
    return [item for place, item in enumerate(labelled()) if place % 3 == 2]


def ask(text: str) -> Question:
    return parse(text, units=UNITS, asker_units=("emea-ent",), today=TODAY)


PARTS = ("intent", "measures", "units", "time", "whole", "confident and wrong")


def right(item: Labelled) -> dict[str, bool]:
    """Which parts of a question are read right; a question that is not to be answered has an intent only."""
    question = ask(item.text)
    reading = question.reading()
    silent = item.intent in {"refused", "unclear", "help"}
    parts = {
        "intent": reading["intent"] == item.intent,
        "measures": silent or reading["measures"] == list(item.measures),
        "units": silent or sorted(question.unit_names) == sorted(item.units),
        "time": silent or ((reading["from"], reading["to"]) == item.time and _bounded(question, item)),
    }
    whole = all(parts.values()) and (silent or (reading["compare"] == item.compare and question.why == item.why))
    confident = question.intent not in {Intent.UNCLEAR, Intent.REFUSED, Intent.HELP}
    return parts | {"whole": whole, "confident and wrong": confident and not whole}


def _bounded(question: Question, item: Labelled) -> bool:
    """Whether the action that bounds the weeks is the one that was said, by its word and its side."""
    if item.side is None or item.action is None:
        return question.side is None
    return question.side == item.side and item.action in (question.action or "")


def accuracy(items: Sequence[Labelled]) -> dict[str, float]:
    """Share of questions for which each of `PARTS` holds."""
    results = [right(item) for item in items]
    return {part: sum(result[part] for result in results) / len(results) for part in PARTS}


def table(rows: Iterable[tuple[str, Sequence[Labelled]]]) -> str:
    lines = [f"{'questions':<12}{'n':>5}" + "".join(f"{part:>21}" for part in PARTS)]
    for name, items in rows:
        scores = accuracy(items)
        lines.append(f"{name:<12}{len(items):>5}" + "".join(f"{scores[part]:>21.1%}" for part in PARTS))
    return "\n".join(lines)


def marked(text: str) -> str:
    """A question as the classifier of intents sees it."""
    words = Words.of(text)
    find_times(words, today=TODAY)
    UnitFinder(UNITS, ("emea-ent",)).find(words)
    find_act(words)
    find_measures(words)
    return words.text
