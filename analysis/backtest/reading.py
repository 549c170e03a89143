"""Past survey answers from CSV, row by row, into arrays; what cannot be read is named by its line."""

import csv
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.backtest.scales import DEFAULT, ItemScale
from analysis.figures import Scale
from analysis.stages import WHEEL, Stage

COLUMNS = ("week", "unit", "respondent", "item", "value")
OPTIONAL = frozenset({"respondent"})
DELIMITERS = ",;\t"
MOST_NAMED = 10  # unreadable lines that are named one by one
# A mistyped year would stretch the weeks over millennia.
FIRST_YEAR, LAST_YEAR = 1990, 2100
# People's texts in a reason are cut to this.
MOST_QUOTED = 30
_TOO_WIDE = "it has {cells} cells, the header {width}; a number with a comma in it needs quotation marks"
_OPEN_QUOTE = "a quotation mark opens a text here that does not end in its cell"
_SPAN = date(LAST_YEAR + 1, 1, 1).toordinal()  # more than any week's number

Indices = NDArray[np.int64]


class NoSurveyData(ValueError):
    """The text holds no survey data at all; the message says what is missing, in plain words."""


class Unread(NamedTuple):
    """A line that was left out, counted from 1 with the header, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers as columns; row i of each array is one answer.

    Attributes:
        units: names of the units.
        scales: how each stage is answered, after the mapping.
        weeks: Mondays as `date.toordinal() // 7`.
        unit: index in `units`.
        person: number of the respondent within the file, 0 where there is none.
        stage: place on the wheel.
        value: answer on our own scale.
    """

    units: Sequence[str]
    scales: Mapping[Stage, Scale]
    weeks: Indices
    unit: Indices
    person: Indices
    stage: Indices
    value: NDArray[np.float64]

    def where(self, kept: NDArray[np.bool_] | Indices) -> "Answers":
        """Some of the answers."""
        columns = (self.weeks, self.unit, self.person, self.stage, self.value)
        return Answers(self.units, self.scales, *(column[kept] for column in columns))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave.

    Attributes:
        answers: the readable ones, each respondent's last of a week and item.
        unread: how many lines were left out.
        named: the first of them.
        repeated: answers replaced by a later one of the same respondent, week and item.
    """

    answers: Answers
    unread: int
    named: Sequence[Unread]
    repeated: int


def monday(week: int) -> date:
    """The Monday of a week numbered as in `Answers`."""
    return date.fromordinal(7 * int(week) + 1)


def read(lines: Iterable[str], scales: Mapping[Stage, ItemScale] = DEFAULT) -> Reading:
    """Read answers from the lines of a CSV file.

    The columns `week`, `unit`, `item`, `value` and, if there is one, `respondent` may stand in any order among
    others, apart by commas, semicolons or tabs. Respondents are told apart within their unit.

    Args:
        lines: with or without a byte order mark.
        scales: how the items were answered.

    Raises:
        NoSurveyData: when there is no header, or no row can be read.
    """
    rest = iter(lines)
    header, skipped = _header(rest)
    delimiter, width, places = _columns(header)
    found = _Columns(scales)
    rows = _rows(_Lines(rest, skipped), delimiter, (1 + max(places), width), found.leave_out)
    _take(rows, width, places, found)
    if not found.value:
        first = "; ".join(f"line {line}: {reason}" for line, reason in found.named[:3])
        raise NoSurveyData(f"no row can be read ({first})." if first else "there are no rows below the header.")
    answers = found.answers()
    kept = _last_of_each(answers)
    return Reading(answers.where(kept), found.unread, found.named, len(answers.value) - len(kept))


class _Codes(dict[str, int]):
    """Number of each text; works a text out at its first sight only, as most come back thousands of times."""

    def __init__(self, number: Callable[[str], int]) -> None:
        self._number = number

    def __missing__(self, text: str) -> int:
        number = self[text] = self._number(text.strip())
        return number


class _Values(dict[str, float]):
    """Our value of each written answer to one item."""

    def __init__(self, scale: ItemScale) -> None:
        self._scale = scale

    def __missing__(self, text: str) -> float:
        value = self[text] = self._scale.fit(_cut(text.strip()))
        return value


class _Names:
    """Numbers names from 0 as they come."""

    def __init__(self, *known: str, empty: str | None = None) -> None:
        self.numbers = {name: number for number, name in enumerate(known)}
        self._empty = empty

    def __call__(self, name: str) -> int:
        if not name and self._empty:
            raise ValueError(self._empty)
        return self.numbers.setdefault(name, len(self.numbers))


class _Columns:
    """Columns while they fill."""

    def __init__(self, scales: Mapping[Stage, ItemScale]) -> None:
        self._names = _Names(empty="the unit is empty")
        self._people = _Names("")
        self._scales = scales
        self.weeks_of, self.units_of = _Codes(_week), _Codes(self._names)
        self.people_of, self.stages_of = _Codes(self._people), _Codes(_stage)
        self.values_of = [_Values(scales[stage]) for stage in WHEEL]
        self.week, self.unit, self.person = array("q"), array("q"), array("q")
        self.stage, self.value = array("q"), array("d")
        self.unread = 0
        self.named: list[Unread] = []

    def leave_out(self, line: int, reason: str) -> None:
        self.unread += 1
        if len(self.named) < MOST_NAMED:
            self.named.append(Unread(line, reason))

    def answers(self) -> Answers:
        unit, text = np.array(self.unit), np.array(self.person)
        person = np.where(text > 0, text + unit * len(self._people.numbers), 0)
        return Answers(
            list(self._names.numbers),
            {stage: self._scales[stage].scale for stage in WHEEL},
            np.array(self.week),
            unit,
            np.where(person > 0, np.unique(person, return_inverse=True)[1] + 1, 0),
            np.array(self.stage),
            np.array(self.value),
        )


def _take(rows: Iterator[tuple[int, list[str]]], width: int, places: Sequence[int], found: _Columns) -> None:
    """Go through the rows; one that cannot be read is noted and left out."""
    at_week, at_unit, at_person, at_item, at_value = places
    for line, row in rows:
        if len(row) > width and any(row[width:]):
            found.leave_out(line, _TOO_WIDE.format(cells=len(row), width=width))
            continue
        try:
            # The unit comes last, so that one whose every row is left out is no unit.
            week, stage = found.weeks_of[row[at_week]], found.stages_of[row[at_item]]
            value = found.values_of[stage][row[at_value]]
            person = found.people_of[row[at_person]] if at_person >= 0 else 0
            unit = found.units_of[row[at_unit]]
        except ValueError as problem:
            if any(row):
                found.leave_out(line, str(problem))
        except IndexError:
            found.leave_out(line, f"it has {len(row)} cells, the header {width}")
        else:
            found.week.append(week)
            found.unit.append(unit)
            found.person.append(person)
            found.stage.append(stage)
            found.value.append(value)


class _Lines:
    """The lines of a text, with a way back to the second line of a row."""

    def __init__(self, lines: Iterator[str], skipped: int) -> None:
        self._lines = lines
        self._again: list[str] = []
        self._row: list[str] = []
        self._done = skipped

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self._row.append(line)
        return line

    def begin(self) -> int:
        """Begin a row: the number of its first line, counted from 1."""
        self._done += len(self._row)
        self._row.clear()
        return self._done + 1

    def back(self) -> bool:
        """Go back to the second line of the row; False when it has but one."""
        rest = self._row[:0:-1]
        self._again += rest
        del self._row[1:]
        return bool(rest)


def _rows(
    lines: _Lines, delimiter: str, cells: tuple[int, int], leave_out: Callable[[int, str], None]
) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins in; blank lines are passed over.

    A row over several lines without as many cells as there should be (least and most) holds a quotation mark that
    nothing closes. It would take thousands of lines with it, so its first line alone is left out.
    """
    least, most = cells
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            leave_out(line, _OPEN_QUOTE if lines.back() else f"this is not CSV: {problem}")
        else:
            if (len(row) < least or any(row[most:])) and lines.back():
                leave_out(line, _OPEN_QUOTE)
            elif row:
                yield line, row


def _header(lines: Iterator[str]) -> tuple[str, int]:
    """The first line with anything on it, and how many lines that took."""
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix("\ufeff").strip()
        if text:
            return text, number
    raise NoSurveyData("it is empty.")


def _columns(header: str) -> tuple[str, int, list[int]]:
    """The delimiter, the number of columns, and the place of each of `COLUMNS`, -1 for one there need not be."""
    delimiter = max(DELIMITERS, key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter))]
    missing = [name for name in COLUMNS if name not in names and name not in OPTIONAL]
    if missing:
        raise NoSurveyData(
            f"its first line must name the columns {', '.join(COLUMNS)}; {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not among “{_cut(', '.join(names), 3 * MOST_QUOTED)}”."
        )
    return delimiter, len(names), [names.index(name) if name in names else -1 for name in COLUMNS]


def _week(text: str) -> int:
    try:
        day = date.fromisoformat(text if len(text) == len("2026-01-05") else "")
    except ValueError:
        raise ValueError(f"the week “{_cut(text)}” is not a date such as 2026-01-05") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the week {text} lies outside of {FIRST_YEAR} to {LAST_YEAR}")
    if day.weekday():
        raise ValueError(f"the week {text} is a {day:%A}; a week is named by its Monday")
    return day.toordinal() // 7


def _stage(text: str) -> int:
    try:
        return Stage(text.lower()).position
    except ValueError:
        raise ValueError(f"the item “{_cut(text)}” is not one of {', '.join(Stage)}") from None


def _cut(text: str, most: int = MOST_QUOTED) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _last_of_each(answers: Answers) -> Indices:
    """Places of the answers that count: each person's last to an item in a week, and all of nobody known."""
    named = np.flatnonzero(answers.person)[::-1]
    key = (answers.person[named] * len(WHEEL) + answers.stage[named]) * _SPAN + answers.weeks[named]
    last = named[np.unique(key, return_index=True)[1]]
    return np.sort(np.concatenate([np.flatnonzero(answers.person == 0), last]))
