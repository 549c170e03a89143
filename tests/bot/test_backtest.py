"""`orgpulse backtest` as an analyst uses it: a file from another survey tool, and what is said about it."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from analysis.detection.cycle import Kind
from analysis.stages import Stage
from analysis.synthetic.model import Planted
from analysis.synthetic.teams import FIRST_MONDAY, Team, replies
from bot.commands import backtest_table
from bot.commands.backtest import NoBacktest, UnusableScales
from bot.commands.text_file import NotUtf8
from bot.main import cli

HEADER = "week,unit,respondent,item,value"
FOUR = (Stage.TRUST, Stage.CANDOR, Stage.OVERLAY, Stage.FRICTION)
CYCLE = {stage: Planted(20 + 2 * place, 1.3) for place, stage in enumerate(FOUR)}
WEEKS = 52


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["backtest", *arguments])


def rows(teams: Sequence[Team], weeks: int, *, named: bool = True) -> Iterable[str]:
    for reply in replies(teams, weeks, seed=12, asked=lambda _: FOUR):
        respondent = reply.respondent if named else ""
        yield f"{reply.week},{reply.unit},{respondent},{reply.stage},{reply.value:g}"


def write(here: Path, lines: Iterable[str], name: str = "past.csv", header: str = HEADER) -> str:
    (here / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return name


@pytest.fixture
def past(here: Path) -> str:
    """In one unit the cycle forms; the other is well."""
    return write(here, rows([Team("EMEA [red]West", rate=0.85, planted=CYCLE), Team("ANZ")], WEEKS))


def found(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_the_json_has_the_shape_that_is_documented(past: str) -> None:
    answer = found(run(past, "--json"))
    assert set(answer) == {"units", "unread", "repeated", "by_chance"}
    assert list(answer["units"]) == ["EMEA [red]West", "ANZ"]
    unit = answer["units"]["EMEA [red]West"]
    assert set(unit) == {"alarms", "state", "weeks"}
    assert unit["weeks"] == WEEKS
    assert unit["state"] in set(Kind)
    cycles = [alarm for alarm in unit["alarms"] if alarm["kind"] == "cycle"]
    assert len(cycles) == 1
    for alarm in unit["alarms"]:
        assert set(alarm) == {"kind", "stage", "week", "began"}
        assert alarm["kind"] in {"cycle", "drift"}
        assert Stage(alarm["stage"])
        assert FIRST_MONDAY <= date.fromisoformat(alarm["began"]) <= date.fromisoformat(alarm["week"])
        assert date.fromisoformat(alarm["week"]).weekday() == 0
    onset = FIRST_MONDAY + timedelta(weeks=20)
    assert abs((date.fromisoformat(cycles[0]["began"]) - onset).days) <= 28
    assert answer["unread"] == {"lines": 0, "first": []}


def test_the_table_and_the_timeline(past: str) -> None:
    result = run(past)
    assert result.exit_code == 0, result.output
    cycle = next(
        alarm
        for alarm in found(run(past, "--json"))["units"]["EMEA [red]West"]["alarms"]
        if alarm["kind"] == "cycle"
    )
    assert "in 1 of 2 units" in result.stdout
    table, timeline = result.stdout.split("2024-01 ", 1)
    (row,) = [line for line in table.splitlines() if "cycle" in line and cycle["week"] in line]
    assert cycle["began"] in row
    line = next(line for line in timeline.splitlines() if line.startswith("EMEA [red]West"))
    assert line.index("▼") < line.index("█")
    assert "1 unit without any alarm; at the end: 1 steady." in result.stdout
    assert "By chance alone" in result.stdout
    assert "would be called within 6 weeks in half of the cases" in " ".join(result.stdout.split())
    assert result.stderr == ""


def test_bad_rows_are_named_and_counted(here: Path) -> None:
    good = list(rows([Team("ANZ")], 10))
    bad = ["2024-01-02,ANZ,x,trust,3", *["2024-01-01,ANZ,x,trust,9"] * 12]
    path = write(here, [*bad, *good, good[-1]])
    result = run(path, "--json")
    answer = found(result)
    assert answer["unread"]["lines"] == 13
    assert len(answer["unread"]["first"]) == 10
    assert answer["unread"]["first"][0]["line"] == 2
    assert "Tuesday" in answer["unread"]["first"][0]["reason"]
    assert answer["repeated"] == 1
    assert "line 2 is left out: the week 2024-01-02 is a Tuesday" in result.stderr
    assert "and 3 more lines are left out" in result.stderr
    assert "answered the same item again" in result.stderr
    assert "13 lines (" in run(path).stdout


def test_hours_far_out_are_drawn_in_and_counted(here: Path) -> None:
    past = [f"2026-01-05,A,p{person},overlay,{4 + person % 5}" for person in range(20)]
    assert "in hours" not in run(write(here, past)).stdout
    wild = [*past, "2026-01-05,A,somebody,overlay,60"]
    said = " ".join(run(write(here, wild)).stdout.split())
    assert "1 answer in hours is far more than is usual, and counts as the most that is usual." in said


def test_a_ten_point_scale(here: Path) -> None:
    twice = [
        f"{line.rsplit(',', 1)[0]},{2 * float(line.rsplit(',', 1)[1]):g}"
        for line in rows([Team("ANZ")], 10)
        if ",overlay," not in line
    ]
    path = write(here, twice)
    assert "--scales can say otherwise" in run(path, "--json").stderr
    tables = [f"[{stage}]\nlow = 2\nhigh = 10" for stage in FOUR if stage is not Stage.OVERLAY]
    scales = write(here, tables, "scales.toml", header="# how it was asked")
    result = run(path, "--json", "--scales", scales)
    assert found(result)["unread"]["lines"] == 0
    wrong = run(path, "--scales", write(here, ["[trust]\nlow = 9\nhigh = 2"], "wrong.toml", header=""))
    assert isinstance(wrong.exception, UnusableScales)
    assert "wrong.toml" in str(wrong.exception)


def test_without_respondents_it_says_what_that_costs(here: Path) -> None:
    teams = [Team(f"team {number}") for number in range(2)]
    with_them = run(write(here, rows(teams, 10)))
    without = run(write(here, rows(teams, 10, named=False)))
    assert "without a respondent" not in with_them.stdout
    said = " ".join(without.stdout.split())
    assert "In 2 of 2 units answers come without a respondent" in said
    assert "python -m analysis.backtest.cost" in said


def test_small_units_and_a_mistyped_year_are_pointed_out(here: Path) -> None:
    path = write(here, [*rows([Team("Duo", 2, 0.9)], 30), "2034-01-02,Duo,x,trust,3"])
    said = " ".join(run(path).stdout.split())
    assert "1 unit has fewer than 5 answers" in said
    assert "Is a year mistyped?" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        (f"{HEADER}\n", "no rows below the header"),
        ("name,age\nKim,40\n", "must name the columns"),
        (f"{HEADER}\n2026-01-06,A,x,trust,3\n", "line 2"),
    ],
)
def test_a_file_without_survey_data_is_said_to_be_one(here: Path, text: str, said: str) -> None:
    (here / "past.csv").write_text(text, encoding="utf-8")
    result = run("past.csv")
    assert isinstance(result.exception, NoBacktest)
    assert said in str(result.exception)
    assert "orgpulse backtest --help" in str(result.exception)


def test_a_file_that_is_not_text(here: Path) -> None:
    (here / "past.csv").write_bytes(f"{HEADER}\n2026-01-05,Süd,x,trust,3\n".encode("latin-1"))
    assert isinstance(run("past.csv").exception, NotUtf8)


@pytest.mark.parametrize("weeks", [1, 12])
def test_little_data_is_not_enough_evidence(here: Path, weeks: int) -> None:
    path = write(here, list(rows([Team("Only")], 1)) if weeks == 1 else ["2026-01-05,Only,x,trust,3"])
    assert found(run(path, "--json"))["units"]["Only"]["state"] == "not_enough_evidence"
    assert "No unit has enough evidence" in run(path).stdout


def test_nothing_in_a_file_speaks_to_the_terminal(here: Path) -> None:
    hostile = "\x1b[2Jtrust"
    path = write(here, ["2026-01-05,\x1b]0;gone\x07,x,trust,3", f"2026-01-05,A,x,{hostile},3"])
    result = run(path)
    assert result.exit_code == 0
    assert not set(result.output) & {"\x1b", "\x07"}


def test_long_lists_are_cut_and_the_most_urgent_come_first(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtest_table, "MOST_UNITS", 1)
    until = {stage: Planted(20, 1.5, until=40) for stage in (Stage.FRICTION,)}
    teams = [
        Team("over", rate=0.85, planted=until),
        Team(
            "forming", rate=0.85, planted={stage: Planted(34 + 2 * place, 1.5) for place, stage in enumerate(FOUR)}
        ),
    ]
    result = run(write(here, rows(teams, WEEKS)))
    assert "and 1 more unit with alarms" in result.stdout
    timeline = result.stdout.split("2024-01 ", 1)[1]
    assert "forming" in timeline
    assert "over " not in timeline


def test_a_terminal_without_these_signs_gets_plain_ones(past: str) -> None:
    result = CliRunner(charset="ascii").invoke(cli, ["backtest", past])
    assert result.exit_code == 0, result.exception
    assert "#" in result.stdout
    assert "v it began" in result.stdout


def test_the_help_says_what_the_file_must_look_like() -> None:
    said = run("--help").output
    for word in (*HEADER.split(","), *Stage, "--scales", "Monday"):
        assert word in said
