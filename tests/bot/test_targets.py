"""`orgpulse targets` as an admin uses it: shown first, asked, imported, listed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.main import cli
from surveys.errors import NothingToImport
from tests.bot.conftest import roster_csv

FILE = 'unit,period,target,achieved\nNorth,2025-Q3,"1,000,000",820000\nAcme / South,2025-Q3,€500.5,600\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write("people.csv", roster_csv())
    run("people", "import", "people.csv", "--yes")
    write("targets.csv", FILE)
    return tmp_path


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(cli, arguments, input=answer)


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def test_an_import_is_shown_first_and_asked_about() -> None:
    assert "No targets yet; they are optional" in run("targets", "list").output
    assert json.loads(run("targets", "list", "--json").output) == []
    refused = run("targets", "import", "targets.csv", answer="n\n")
    assert "New: 2\n  Acme / North, 2025-Q3\n  Acme / South, 2025-Q3\n" in refused.output
    assert "Nothing was imported." in refused.output
    assert json.loads(run("targets", "list", "--json").output) == []
    assert "Imported." in run("targets", "import", "targets.csv", answer="y\n").output
    assert "Nothing would change." in run("targets", "import", "targets.csv", "--yes").output


def test_what_was_imported_is_listed_and_overwritten() -> None:
    run("targets", "import", "targets.csv", "--yes")
    [north, south] = json.loads(run("targets", "list", "--json").output)
    assert north == {
        "unit": "Acme / North",
        "period": "2025-Q3",
        "starts_on": "2025-07-01",
        "ends_on": "2025-09-30",
        "target": 1_000_000,
        "achieved": 820_000,
    }
    assert south["target"] == 500.5
    lines = run("targets", "list").output.splitlines()
    assert lines[0].split() == ["Acme", "/", "North", "2025-Q3", "82", "percent", "of", "1,000,000"]
    write("later.csv", "unit,period,target,achieved\nNorth,2025-Q3,1000000,900000\nSouth,2025-Q3,,\n")
    output = run("targets", "import", "later.csv", "--yes").output
    assert "Changing: 1\n  Acme / North, 2025-Q3" in output
    assert "Taking out: 1\n  Acme / South, 2025-Q3" in output
    assert [one["achieved"] for one in json.loads(run("targets", "list", "--json").output)] == [900_000]


def test_a_file_with_one_bad_line_is_refused_as_a_whole() -> None:
    write("bad.csv", f"{FILE}East,2025-Q3,1,1\nSouth,2999-Q1,1,1\n")
    result = run("targets", "import", "bad.csv", "--yes")
    assert isinstance(result.exception, NothingToImport)
    assert "line 4: there is no unit 'East'" in str(result.exception)
    assert "line 5: " in str(result.exception)
    assert "No targets yet" in run("targets", "list").output


def test_a_unit_of_few_reps_is_refused() -> None:
    write(
        "people.csv",
        "\n".join(line for line in roster_csv().splitlines() if not line.startswith(("rep1@", "rep2@"))),
    )
    run("people", "import", "people.csv", "--yes")
    result = run("targets", "import", "targets.csv", "--yes")
    assert isinstance(result.exception, NothingToImport)
    assert "line 2: North has 4 reps, and what fewer than 5 achieve is about persons" in str(result.exception)


def test_the_import_stands_in_the_audit_log() -> None:
    run("targets", "import", "targets.csv", "--yes")
    output = run("audit").output
    assert "imported: 2 new" in output
    assert "new: Acme / North, 2025-Q3" in output
    assert "820000" not in output


def test_what_is_not_over_is_left_out_and_named() -> None:
    write("plan.csv", f"{FILE}North,2099-Q4,1000000,\n")
    output = run("targets", "import", "plan.csv", "--yes").output
    assert "Left out, as they are not over yet: 1\n  Acme / North, 2099-Q4\n" in output
    assert len(json.loads(run("targets", "list", "--json").output)) == 2
    assert "Nothing would change." in run("targets", "import", "plan.csv", "--yes").output
