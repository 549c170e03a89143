"""Questions are answered from what the asker may see, and from nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from surveys.asking import Asked, ask
from surveys.ballots.keys import MasterKey
from surveys.storage.database import Database
from tests.company import MONDAY, WEEKLY, answer, close, open_round, person, settle, unit

TEAMS = {"North / Alpha": 11, "North / Beta": 6, "South / Delta": 10}
ALPHA, BETA, DELTA = (unit(path) for path in TEAMS)
FRIDAY = WEEKLY.closes_at(MONDAY) + timedelta(hours=20)


@pytest.fixture(autouse=True)
def _released(database: Database, master: MasterKey) -> None:
    settle(database, TEAMS)
    week = open_round(database, master)
    for path, size in TEAMS.items():
        team = path.split(" / ")[1]
        for place in range(1, size + 1):
            answers = {"trust_rules": place % 5 + 1, "overlay_hours": 3, "friction_process": 2}
            comment = f"approvals at {team} take too long {place}"
            answer(database, master, week, f"{team.lower()}{place}", answers, comment=comment)
    close(database, master, week)


def asked(database: Database, name: str, text: str) -> Asked:
    who = person(database, name)
    with database.read() as session:
        return ask(session, who, text, now=FRIDAY, company_zone="Europe/London")


def spoken_of(found: Asked) -> set[str]:
    return {unit_id for figure in found.record.figures for unit_id in figure.units}


def test_a_leader_is_answered_about_every_unit_below(database: Database) -> None:
    found = asked(database, "chief", "how is trust in Delta?")
    assert found.allowed
    assert spoken_of(found) == {ALPHA, BETA, DELTA}


def test_a_managers_answer_holds_nothing_about_another_team(database: Database) -> None:
    for question in ("how is trust in Delta?", "compare Alpha and Delta", "trust everywhere"):
        found = asked(database, "alpha.lead", question)
        assert spoken_of(found) == {ALPHA}
        assert {each.id for each in found.record.units} == {ALPHA}
    for question in ("what do people say about Delta?", "what do people say?", "quotes from South"):
        found = asked(database, "beta.lead", question)
        assert not [comment for comment in found.comments if "Delta" in comment.text]


def test_a_small_teams_comments_are_answered_with_those_of_the_unit_that_keeps_them(database: Database) -> None:
    found = asked(database, "beta.lead", "what do people say about Beta?")
    assert {comment.unit for comment in found.comments} == {unit("North")}
    assert {comment.text.split()[2] for comment in found.comments} == {"Alpha", "Beta"}


def test_a_rep_is_told_that_they_lead_nothing_and_shown_nothing(database: Database) -> None:
    for question in ("how is trust in Alpha?", "what do people say about Alpha?", "is the cycle forming?"):
        found = asked(database, "alpha1", question)
        assert not found.allowed
        assert not found.record.figures
        assert not found.comments
