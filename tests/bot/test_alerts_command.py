"""`orgpulse alerts`: the table of alerts, what was done about them, and how often they were right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.detection.cycle import Kind
from analysis.stages import Stage
from bot.commands.alerts import NoAlertsFor
from bot.main import cli
from surveys import alerts
from surveys.alerts import Reason
from surveys.errors import UnknownPerson
from surveys.storage.database import Database
from surveys.storage.migrate import migrate
from tests.company import email, person, settle
from tests.surveys.states import ALPHA, BETA, evening, follow, found, steady

TEAMS = {"North / Alpha": 6, "North / Beta": 6, "South / Gamma": 6}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """A company in which Alpha's alert was acknowledged and acted on, and Beta's was disputed."""
    database = Database(f"sqlite:///{tmp_path / 'orgpulse.db'}")
    migrate(database)
    settle(database, TEAMS)
    with database.work() as session:
        states = found(Kind.DRIFT, Stage.FRICTION, at=3), found(Kind.CYCLE, Stage.TRUST, at=3, unit_id=BETA)
        follow(session, *states)
        ids = {alert.unit_id: alert.id for alert in alerts.raised(session)}
    chief = person(database, "chief")
    with database.work() as session:
        alerts.acknowledge(session, ids[ALPHA], chief, now=evening(4))
        alerts.snooze(session, ids[ALPHA], chief, weeks=2, now=evening(4))
        alerts.note_action(session, ids[ALPHA], chief, now=evening(4))
        text = "moved\nto a new CRM"
        alerts.dispute(session, ids[BETA], chief, reason=Reason.EVENT, text=text, now=evening(4))
    return database


def run(database: Database, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["alerts", *arguments, "--database", str(database.url)])


def test_every_alert_has_a_line_with_what_was_done_and_names_nobody(database: Database) -> None:
    result = run(database)
    assert result.exit_code == 0, result.output
    heads, alpha, beta, _, judged = (" ".join(line.split()) for line in result.output.splitlines())
    assert heads.split()[:5] == ["UNIT", "KIND", "STAGE", "BEGAN", "CALLED"]
    assert alpha.split()[:5] == ["Alpha", "drift", "friction", "2026-09-07", "2026-09-28"]
    assert alpha.endswith("snoozed until 2026-10-22 acknowledged, snoozed, 1 action logged")
    assert beta.endswith("closed 2026-10-08: disputed disputed (a known event: moved to a new CRM)")
    assert judged.startswith("Held to be right: 1 of the 2 that somebody judged, too few to say")
    assert "Chief" not in result.output


def test_no_figure_is_printed(database: Database) -> None:
    assert {"strength", "told", "turned"} & set(json.loads(run(database, "--json").output)["alerts"][0]) == set()


def test_open_ones_alone(database: Database) -> None:
    rows = json.loads(run(database, "--open", "--json").output)
    assert [row["unit"] for row in rows["alerts"]] == ["Alpha"]
    # How often alerts were right is of all of them.
    assert rows["precision"] == {"right": 1, "judged": 2, "low": None, "high": None}


def test_a_leader_sees_their_own_units_and_a_manager_none(database: Database) -> None:
    assert "No alert was raised." in run(database, "--as", email("south.lead")).output
    assert len(json.loads(run(database, "--as", email("north.lead"), "--json").output)["alerts"]) == 2
    assert isinstance(run(database, "--as", email("alpha.lead")).exception, NoAlertsFor)
    assert isinstance(run(database, "--as", "nobody@harbour.example").exception, UnknownPerson)


def test_from_a_handful_on_it_says_how_often_alerts_are_right(database: Database) -> None:
    for at in range(20, 100, 20):
        with database.work() as session:
            follow(session, found(Kind.DRIFT, Stage.CANDOR, at=at, unit_id=BETA))
            (newest,) = [alert for alert in alerts.all_open(session) if alert.unit_id == BETA]
            alerts.acknowledge(session, newest.id, person(database, "chief"), now=evening(at))
        for later in range(1, 5):
            with database.work() as session:
                follow(session, steady(at + later, BETA))
    assert (
        "Held to be right: 5 of the 6 that somebody judged, 83% (95% interval 44% to 97%)." in run(database).output
    )


def test_without_alerts_it_says_so(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    migrate(database)
    assert "No alert was raised." in run(database).output
