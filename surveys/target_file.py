"""The file of targets: unit, period, target and what was achieved, read as a whole or not at all."""

import csv
import io
import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.figures import Attainment, Unit
from surveys.errors import NothingToImport
from surveys.people.roster import first_line, numbered_rows, unit_id

COLUMNS = ("unit", "period", "target", "achieved")
DELIMITERS = ",;\t"
FIRST_YEAR, LAST_YEAR = 1990, 2100
LEAST_DAYS, MOST_DAYS = 7, 366
MONTHS_A_YEAR, MONTHS_A_QUARTER = 12, 3
# What a column of the tables holds exactly; no company's money has more digits.
MOST = 1e15
MOST_QUOTED = 40
_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})[-\s/]?Q([1-4])|Q([1-4])[-\s/]?(\d{4})", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(?:/|\.\.|to)\s*(\d{4}-\d{2}-\d{2})")
# Currencies as signs and as codes (ISO 4217, the usual ones). Named, as K, M, MIO and the like are no currencies.
_SIGNS = "€$£¥₹₩₽₺₴₪₫₱฿"
_CODES = (
    "AED|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON"
    "|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR|Fr\\.?|kr|zł"
)
_CURRENCY = re.compile(rf"^(?:{_CODES}|[A-Z]{{0,2}}[{_SIGNS}])\s*|\s*(?:{_CODES}|[{_SIGNS}])$")
# What may stand between thousands besides , and .
_GAPS = re.compile(r"(?<=\d)[\s\u00a0\u202f\u2009'\u2019](?=\d{3})")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file. Without target and achieved it takes out what is stored for that unit and period."""

    line: int
    unit: Unit
    starts_on: date
    ends_on: date
    target: float | None
    achieved: float | None

    def attainment(self) -> Attainment | None:
        """What it says; None when it takes something out."""
        if self.target is None or self.achieved is None:
            return None
        return Attainment(self.unit.id, self.starts_on, self.ends_on, self.target, self.achieved)


@dataclass(frozen=True, slots=True)
class TargetFile:
    """What a file says: rows, and the units and periods that it names too early, such as "South, 2026-Q4"."""

    rows: Sequence[Row]
    early: Sequence[str]


def read_targets(text: str, tree: Sequence[Unit], *, today: date) -> TargetFile:
    """Read the whole file, or raise NothingToImport naming every bad line.

    Columns: unit (a name or a path such as "Larkspur / EMEA / DACH"), period (2026-Q3, 2026-09, 2026, or
    2026-07-01/2026-09-30), target, achieved; in any order among others, apart by commas, semicolons or tabs.

    Args:
        text: the file.
        tree: every unit that there is.
        today: periods that are not over by then are left out, as what they achieved so far would look like a miss.
    """
    text = text.removeprefix("\ufeff")
    header = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    reader.fieldnames = [name.strip().lower() for name in first_line(reader)]
    missing = [column for column in COLUMNS if column not in reader.fieldnames]
    if missing:
        raise NothingToImport(
            problems=f"line 1: the first line must name the columns {', '.join(COLUMNS)}; "
            f"missing: {', '.join(missing)}"
        )
    problems: list[str] = []
    lines = [
        (line, row) for line, row in numbered_rows(reader, problems) if any(map(_filled, map(row.get, COLUMNS)))
    ]
    decimal = _decimal_sign(str(row.get(column) or "") for _, row in lines for column in ("target", "achieved"))
    rows, early = [], []
    for line, cells in lines:
        if not any(_filled(cells.get(column)) for column in COLUMNS):
            continue
        try:
            row = _read_row(line, cells, tree, decimal, today)
        except ValueError as problem:
            problems.append(f"line {line}: {problem}")
            continue
        if row.ends_on < today:
            rows.append(row)
        else:
            early.append(f"{path_name(row.unit, tree)}, {period_name(row.starts_on, row.ends_on)}")
    problems += _clashing(rows)
    if not rows and not early and not problems:
        problems = ["line 2: the file has no line below its first"]
    if problems:
        raise NothingToImport(problems="\n".join(problems))
    return TargetFile(rows, early)


def period_name(starts_on: date, ends_on: date) -> str:
    """'2026-Q3', '2026-09', '2026', or both days; reading it gives the same period again."""
    whole = starts_on.day == 1 and ends_on.day == monthrange(ends_on.year, ends_on.month)[1]
    months = MONTHS_A_YEAR * (ends_on.year - starts_on.year) + ends_on.month - starts_on.month + 1
    if whole and months == 1:
        return f"{starts_on:%Y-%m}"
    if whole and months == MONTHS_A_QUARTER and starts_on.month % MONTHS_A_QUARTER == 1:
        return f"{starts_on.year}-Q{starts_on.month // MONTHS_A_QUARTER + 1}"
    if whole and months == MONTHS_A_YEAR and starts_on.month == 1:
        return f"{starts_on.year}"
    return f"{starts_on}/{ends_on}"


def _filled(cell: object) -> bool:
    return bool(str(cell or "").strip())


def _read_row(line: int, cells: dict[str, str], tree: Sequence[Unit], decimal: str, today: date) -> Row:
    # What stands beyond the last column is kept by the reader under None.
    if any(map(_filled, cells.get(None, ()))):  # type: ignore[call-overload]
        raise ValueError("there are more cells than columns; put quotation marks around a number with a comma")
    unit, period, target, achieved = ((cells.get(column) or "").strip() for column in COLUMNS)
    found = _unit(unit, tree)
    starts_on, ends_on = _period(period)
    if ends_on >= today or (not target and not achieved):
        return Row(line, found, starts_on, ends_on, None, None)
    aim, got = _number(target, "target", decimal), _number(achieved, "achieved", decimal)
    if aim <= 0:
        raise ValueError("the target must be more than 0; leave both cells empty to take the period out")
    return Row(line, found, starts_on, ends_on, aim, got)


# Units and periods ----------------------------------------------------------------------------------------


def _unit(text: str, tree: Sequence[Unit]) -> Unit:
    """The unit of that name, or at the end of that path."""
    wanted = unit_id(part for part in text.split("/") if part.strip())
    if not wanted:
        raise ValueError("the unit is empty; write its name, or a path such as: Larkspur / EMEA / DACH")
    exact = [unit for unit in tree if unit.id == wanted]
    found = exact or [unit for unit in tree if unit.id.endswith(f"/{wanted}")]
    if not found:
        raise ValueError(f"there is no unit {_quoted(text)}; orgpulse people list shows the units")
    if len(found) > 1:
        paths = ", ".join(path_name(unit, tree) for unit in found)
        raise ValueError(f"several units are called {_quoted(text)}; write one of these paths: {paths}")
    return found[0]


def path_name(unit: Unit, tree: Sequence[Unit]) -> str:
    """'Larkspur / EMEA / DACH'."""
    by_id = {one.id: one for one in tree}
    names, at = [unit.name], by_id.get(unit.parent or "")
    while at is not None:
        names.append(at.name)
        at = by_id.get(at.parent or "")
    return " / ".join(reversed(names))


def _period(text: str) -> tuple[date, date]:
    """First and last day."""
    if match := _DAYS.fullmatch(text):
        starts_on, ends_on = (_day(day) for day in match.groups())
        if not LEAST_DAYS <= (ends_on - starts_on).days + 1 <= MOST_DAYS:
            raise ValueError(f"{text} is {_length(starts_on, ends_on)}; periods are of a week to a year")
        return starts_on, ends_on
    if match := _QUARTER.fullmatch(text):
        year, quarter = int(match[1] or match[4]), int(match[2] or match[3])
        return _months(year, MONTHS_A_QUARTER * (quarter - 1) + 1, MONTHS_A_QUARTER)
    if (match := _MONTH.fullmatch(text)) and 1 <= int(match[2]) <= MONTHS_A_YEAR:
        return _months(int(match[1]), int(match[2]), 1)
    if match := _YEAR.fullmatch(text):
        return _months(int(match[1]), 1, MONTHS_A_YEAR)
    raise ValueError(f"{_quoted(text)} is no period; write 2026-Q3, 2026-09, 2026 or 2026-07-01/2026-09-30")


def _length(starts_on: date, ends_on: date) -> str:
    days = (ends_on - starts_on).days + 1
    return f"{days} days" if days > 0 else "a period that ends before it begins"


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(f"{text} is no day of the calendar") from problem
    return _in_range(day)


def _in_range(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the year {day.year} lies too far away")
    return day


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"the year {year} lies too far away")
    last = month + count - 1
    return date(year, month, 1), date(year, last, monthrange(year, last)[1])


def _clashing(rows: Sequence[Row]) -> list[str]:
    """Lines about one unit and period, and lines that give one unit figures for the same day twice."""
    problems = []
    lines: dict[tuple[str, date, date], int] = {}
    reaching: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: (row.starts_on, row.line)):
        about = f"line {row.line}: {period_name(row.starts_on, row.ends_on)} of {row.unit.name}"
        other = reaching.get(row.unit.id)
        if (same := lines.setdefault((row.unit.id, row.starts_on, row.ends_on), row.line)) != row.line:
            problems.append(f"{about} stands in line {same} already")
        elif row.attainment() and other and row.starts_on <= other.ends_on:
            there = period_name(other.starts_on, other.ends_on)
            problems.append(f"{about} overlaps {there} in line {other.line}")
        if row.attainment() and (other is None or row.ends_on > other.ends_on):
            reaching[row.unit.id] = row
    return problems


# Numbers --------------------------------------------------------------------------------------------------


def _decimal_sign(cells: Iterable[str]) -> str:
    """The decimal sign of a file; "" when no number has any that could be nothing else.

    Of two signs in a number the last is the decimal one; one that comes twice parts thousands; one that is not
    followed by three digits is a decimal sign. What is left, such as 1.234, is read as thousands.
    """
    signs = {sign for cell in cells if (sign := _surely_decimal(_bare(cell)))}
    return signs.pop() if len(signs) == 1 else ""


def _surely_decimal(number: str) -> str:
    signs = [sign for sign in number if sign in ".,"]
    if not signs:
        return ""
    if len(set(signs)) > 1:
        return signs[-1] if signs.count(signs[-1]) == 1 else ""
    return signs[0] if len(signs) == 1 and len(number.rsplit(signs[0], 1)[1]) != 3 else ""


def _bare(cell: str) -> str:
    """A number without its currency and the gaps between thousands."""
    return _GAPS.sub("", _CURRENCY.sub("", cell.strip()))


def _number(cell: str, column: str, decimal: str) -> float:
    if not cell:
        raise ValueError(f"the {column} is empty; fill in both target and achieved, or neither to take it out")
    number = _bare(cell)
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"the {column} {_quoted(cell)} is no number of 0 or more; write it like 1,250,000 or 0.8")
    own = _surely_decimal(number)
    if own and decimal != own:
        raise ValueError(
            f"the {column} {_quoted(cell)} has another decimal sign than other numbers of the file; use one"
        )
    sign = own or decimal
    whole, _, rest = number.rpartition(sign) if sign and sign in number else (number, "", "")
    groups = re.split(r"[.,]", whole)
    if len(groups) > 1 and any(len(group) != 3 for group in groups[1:]):
        raise ValueError(f"the {column} {_quoted(cell)} is no number; thousands have three digits each")
    value = float(f"{''.join(groups)}.{rest or 0}")
    if value > MOST:
        raise ValueError(f"the {column} {_quoted(cell)} is too large; write it in thousands or millions")
    return value


def _quoted(text: str) -> str:
    return repr(text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 1]}…")
