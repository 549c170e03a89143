"""The alarms of a backtest in a terminal: a table, a timeline, and what to make of them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from statistics import median

from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.backtest.chance import FEWEST, by_chance, few
from analysis.backtest.cost import HORIZON, MADE_BY, NAMED, NAMELESS, Cost
from analysis.backtest.reading import Reading
from analysis.backtest.replay import Replayed, mondays
from analysis.change import LAG_WEEKS
from analysis.detection.cycle import Kind
from analysis.detection.drift import NOTICE_WEEKS
from analysis.detection.grid import DIARY_WEEKS
from analysis.detection.thresholds import budget
from surveys.legible import legible_name

MOST_UNITS = 20  # in the table and the timeline
MOST_ALARMS = 3  # of one unit in the table, the latest
MOST_NAME = 24  # signs of a unit's name
LEAST_COLUMNS = 10  # of a timeline, however narrow the terminal
LONG_GAP = 52  # weeks without any answer after which a mistyped year is more likely
MOST_UNREAD = 0.1  # share of lines
LEAST_SHOWN = 0.1  # alarms; less is told as less than this
URGENCY = (Kind.CYCLE, Kind.DRIFT, Kind.WATCHING, Kind.RECOVERING, Kind.STEADY, Kind.NOT_ENOUGH_EVIDENCE)
IN_WORDS = {
    Kind.CYCLE: "cycle",
    Kind.DRIFT: "drift",
    Kind.WATCHING: "watching",
    Kind.RECOVERING: "recovering",
    Kind.STEADY: "steady",
    Kind.NOT_ENOUGH_EVIDENCE: "not enough evidence",
}
COLOURS = {"cycle": "red", "drift": "yellow", "began": "bold"}
# Told apart by shape, so that colour adds nothing that is needed; a plain set for terminals without these signs.
SHAPES = {"nothing": " ", "answers": "·", "unnoticed": "─", "drift": "░", "cycle": "█", "began": "▼"}
PLAIN_SHAPES = {"nothing": " ", "answers": ".", "unnoticed": "-", "drift": "~", "cycle": "#", "began": "v"}
LEGEND = {
    "answers": "answers",
    "began": "it began",
    "unnoticed": "not called yet",
    "drift": "drift",
    "cycle": "cycle",
}
# Of several weeks in one column the last of these is drawn.
ORDER = tuple(SHAPES)


def show(reading: Reading, units: Sequence[Replayed], far_out: int) -> None:
    """Print everything that there is to say about a backtest; `far_out` answers in hours were drawn in."""
    console = Console(highlight=False)
    alarmed = sorted((unit for unit in units if unit.alarms), key=_urgency)
    console.print(_heading(reading, units, alarmed))
    if alarmed:
        console.print(_table(alarmed[:MOST_UNITS]))
        if len(alarmed) > MOST_UNITS:
            console.print(
                f"and {_many(len(alarmed) - MOST_UNITS, 'more unit')} with alarms; --json lists them all"
            )
        console.print()
        _timeline(console, alarmed[:MOST_UNITS], _span(units))
    for line in _remarks(reading, units, far_out):
        console.print(line, markup=False)


def _urgency(unit: Replayed) -> tuple[int, int, str]:
    return URGENCY.index(unit.state.kind), -unit.alarms[-1].week.toordinal(), unit.name


def _name(unit: Replayed) -> str:
    name = legible_name(unit.name)
    return name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - 1]}…"


def _many(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _counts(number: int) -> str:
    return "counts" if number == 1 else "count"


def _heading(reading: Reading, units: Sequence[Replayed], alarmed: Sequence[Replayed]) -> Text:
    weeks = _span(units)
    alarms = sum(len(unit.alarms) for unit in alarmed)
    said = f"{_many(alarms, 'alarm')} in {len(alarmed)} of {_many(len(units), 'unit')}" if alarms else "No alarm"
    return Text(
        f"{said}, from {_many(len(reading.answers.value), 'answer')} "
        f"in the weeks from {weeks[0]} to {weeks[-1]}.\n",
        style="bold",
    )


def _span(units: Sequence[Replayed]) -> list[date]:
    return mondays(min(unit.weeks[0] for unit in units), max(unit.weeks[-1] for unit in units))


def _table(alarmed: Sequence[Replayed]) -> Table:
    table = Table("unit", "now", box=None, pad_edge=False)
    for title in ("alarm", "stage", "began", "called"):
        table.add_column(title, no_wrap=True)
    table.add_column("weeks to call", justify="right")
    table.add_column("weeks asked", justify="right")
    for unit in alarmed:
        name, now, weeks = Text(_name(unit)), IN_WORDS[unit.state.kind], str(len(unit.weeks))
        for alarm in unit.alarms[: -MOST_ALARMS - 1 : -1]:
            after = str((alarm.week - alarm.began).days // 7)
            table.add_row(name, now, alarm.kind, alarm.stage, str(alarm.began), str(alarm.week), after, weeks)
            name, now, weeks = Text(), "", ""
        if len(unit.alarms) > MOST_ALARMS:
            table.add_row("", "", f"and {len(unit.alarms) - MOST_ALARMS} before")
    return table


def _timeline(console: Console, units: Sequence[Replayed], weeks: Sequence[date]) -> None:
    """A line for each unit: what stood in each week, and where it began."""
    shapes = SHAPES if console.encoding.lower().startswith("utf") else PLAIN_SHAPES
    margin = max(len(_name(unit)) for unit in units) + 2
    room = max(LEAST_COLUMNS, console.width - margin)
    each = -(-len(weeks) // room)
    console.print(Text(" " * margin + _years(weeks, each)), no_wrap=True, overflow="crop")
    for unit in units:
        line = Text(_name(unit).ljust(margin))
        marks = _marks(unit, weeks)
        for start in range(0, len(marks), each):
            mark = max(marks[start : start + each], key=ORDER.index)
            line.append(shapes[mark], style=COLOURS.get(mark, ""))
        console.print(line, no_wrap=True, overflow="crop")
    legend = "   ".join(f"{shapes[mark]} {said}" for mark, said in LEGEND.items())
    console.print(legend + (f"   one sign is {each} weeks" if each > 1 else ""))
    console.print()


def _marks(unit: Replayed, weeks: Sequence[date]) -> list[str]:
    """What is drawn of each week; of several things the last in `ORDER`."""
    asked = set(unit.weeks)
    marks = {week: "answers" if week in asked else "nothing" for week in weeks}

    def draw(mark: str, drawn: Sequence[date]) -> None:
        for week in drawn:
            marks[week] = max(marks[week], mark, key=ORDER.index)

    draw("drift", unit.drifting)
    draw("cycle", unit.cycling)
    for alarm in unit.alarms:
        draw("unnoticed", mondays(alarm.began, alarm.week))
        draw("began", [alarm.began])
    return [marks[week] for week in weeks]


def _years(weeks: Sequence[date], each: int) -> str:
    """A line of dates above the timeline, each where its quarter begins, as far as there is room."""
    line = ""
    quarter = None
    for column, start in enumerate(range(0, len(weeks), each)):
        week = weeks[start]
        if (week.year, (week.month - 1) // 3) != quarter and column >= len(line):
            quarter = (week.year, (week.month - 1) // 3)
            line = f"{line.ljust(column)}{week:%Y-%m} "
    return line.rstrip()


def _remarks(reading: Reading, units: Sequence[Replayed], far_out: int) -> Iterator[str]:
    calm = Counter(unit.state.kind for unit in units if not unit.alarms)
    if calm:
        kinds = ", ".join(f"{calm[kind]:,} {IN_WORDS[kind]}" for kind in URGENCY if calm[kind])
        yield f"{_many(calm.total(), 'unit')} without any alarm; at the end: {kinds}."
    stated = budget(len(units))
    chance = by_chance(units, stated)
    yield (
        f"By chance alone, had nothing changed anywhere: {_about(chance.drifts, 'drift')} and "
        f"{_about(chance.cycles, 'cycle')} in so many units and weeks. Of 1,000 healthy units watched for a year, "
        f"{1000 * stated.drift:.0f} raise a drift and {1000 * stated.cycle:.0f} a cycle."
    )
    yield from _sensitivity(units)
    yield from _costs(units)
    yield from _gaps(units)
    if far_out:
        yield (
            f"{_many(far_out, 'answer')} in hours {_are(far_out)} far more than is usual, and "
            f"{_counts(far_out)} as the most that is usual."
        )
    if reading.unread:
        share = reading.unread / (reading.unread + len(reading.answers.value) + reading.repeated)
        yield (
            f"{_many(reading.unread, 'line')} ({share:.0%}) could not be read and {_are(reading.unread)} left out"
            + ("; that is so many that the rest may mislead." if share > MOST_UNREAD else ".")
        )


def _about(number: float, one: str) -> str:
    if number < LEAST_SHOWN:
        return f"less than {LEAST_SHOWN:g} {one}s"
    return f"about {number:.0f} {one}s" if number >= 10 else f"about {number:.1f} {one}s"


def _sensitivity(units: Sequence[Replayed]) -> Iterator[str]:
    noticed = sorted(unit.state.notices for unit in units if unit.state.notices is not None)
    if noticed:
        low, high = f"{noticed[0]:.1f}", f"{noticed[-1]:.1f}"
        apart = "" if low == high else f" ({low} to {high}, by how many answer in a unit)"
        yield (
            f"With answers as in the last weeks, a change of {median(noticed):.1f} SD in trust, overlay or "
            f"friction would be called within {NOTICE_WEEKS} weeks in half of the cases{apart}."
        )
    if all(unit.state.kind is Kind.NOT_ENOUGH_EVIDENCE for unit in units):
        yield (
            f"No unit has enough evidence: answers are compared with those of {LAG_WEEKS} to {DIARY_WEEKS} weeks "
            "before, so trust, overlay or friction must have been asked for some months, at least every "
            f"{DIARY_WEEKS} weeks."
        )


def _costs(units: Sequence[Replayed]) -> Iterator[str]:
    """What few answers and missing respondents cost, where there are any."""
    nameless = sum(unit.named < 1 for unit in units)
    if nameless:
        yield (
            f"In {nameless:,} of {_many(len(units), 'unit')} answers come without a respondent, so only raw means "
            f"can be compared there. In a simulation ({MADE_BY}) half an SD was then called after a median of "
            f"{_typical(NAMELESS)} instead of {_typical(NAMED)}, and {NAMELESS.missed:.0%} of teams were missed "
            f"for {HORIZON} weeks instead of {NAMED.missed:.0%}."
        )
    small = sum(few(unit) for unit in units)
    if small:
        cost = NAMELESS if nameless else NAMED
        yield (
            f"{_many(small, 'unit')} {'has' if small == 1 else 'have'} fewer than {FEWEST} answers to an item a "
            f"week. In a simulation ({MADE_BY}) {cost.small:.0%} of healthy units of three people raised a drift "
            f"within a year, and {cost.usual:.0%} of those of ten."
        )


def _typical(cost: Cost) -> str:
    return f"{cost.median:g} weeks" if cost.median <= HORIZON else f"more than {HORIZON} weeks"


def _gaps(units: Sequence[Replayed]) -> Iterator[str]:
    asked = sorted({week for unit in units for week in unit.weeks})
    for before, after in pairwise(asked):
        if (after - before).days > 7 * LONG_GAP:
            yield f"There are no answers at all between {before} and {after}. Is a year mistyped?"
