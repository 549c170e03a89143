"""Setup in Slack: everything at a glance, what follows before it is saved, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from analysis.stages import Stage
from handlers.admin.setup_view import Part
from handlers.ids import COMMAND, Action, Callback
from surveys import audit
from surveys.people import directory
from surveys.people.roster import Role
from tests.handlers.office import Json, Office, opened, words_of


@pytest.fixture
def office(tmp_path: Any) -> Iterator[Office]:
    with opened(tmp_path) as found:
        yield found


def setup(office: Office, name: str = "ada") -> Json:
    for view in office.sandbox.views(office.id(name))[:1]:
        office.sandbox.close_view(office.id(name), view["id"], clear=True)
    assert office.sandbox.command(office.id(name), office.dm(name), COMMAND, "setup").ok
    return office.sandbox.wait_for_view(office.id(name), callback_id=Callback.SETUP)


def part(office: Office, which: Part) -> Json:
    view = setup(office)
    block = next(
        block["block_id"] for block in view["blocks"] if block.get("accessory", {}).get("value") == which.value
    )
    user = office.id("ada")
    ack = office.sandbox.click(user, view_id=view["id"], action_id=Action.SETUP_PART, block_id=block)
    assert ack.ok, ack.error
    kind = Callback.SETUP_PERSON if which is Part.PEOPLE else Callback.SETUP_FORM
    return office.sandbox.wait_for_view(user, callback_id=kind)


def send(office: Office, view: Json, values: Json) -> Any:
    ack = office.sandbox.submit(office.id("ada"), view["id"], values)
    assert ack.ok, ack.error
    return ack.response


def save(office: Office) -> str:
    user = office.id("ada")
    view = office.sandbox.wait_for_view(user, callback_id=Callback.SETUP_SAVE)
    assert office.sandbox.submit(user, view["id"], {}).ok
    return words_of(office.sandbox.wait_for_view(user, callback_id=Callback.SETUP))


def last_note(office: Office) -> audit.Entry:
    with office.bot.database.read() as session:
        return audit.entries(session)[-1]


def test_everything_is_told_at_a_glance_and_nobody_else_sees_it(office: Office) -> None:
    text = words_of(setup(office))
    assert "Asked: Tuesday 09:00\nReminded: Wednesday 14:00" in text
    assert "Figures are about 5 people or more." in text
    assert "Every team is large enough" in text
    assert "16 people, by role: rep: 12" in text
    before = {message["ts"] for message in office.messages("nora")}
    assert office.sandbox.command(office.id("nora"), office.dm("nora"), COMMAND, "setup").ok
    assert "not open to you" in office.new_message("nora", office.dm("nora"), before)["text"]


def test_a_larger_group_is_shown_with_what_follows_saved_and_noted(office: Office) -> None:
    form = part(office, Part.GROUP)
    send(office, form, {"smallest_group": "7"})
    asked = words_of(office.sandbox.wait_for_view(office.id("ada"), callback_id=Callback.SETUP_SAVE))
    assert "5 people → 7 people" in asked
    assert "2 teams have fewer than 7 reps: R&amp;D North (6) and South (6)." in asked
    assert "Shown together: R&amp;D North and South." in asked
    assert "cannot be lowered again" in asked
    assert office.bot.services.smallest_group == 5
    assert "Saved" in save(office)
    assert office.bot.services.smallest_group == 7
    note = last_note(office)
    assert (note.actor, note.about) == ("Ada Quay <ada@quay.example>", "smallest_group = 7 (was 5)")
    office.open_pulse()
    # Once promised, it is not offered below.
    options = next(b for b in part(office, Part.GROUP)["blocks"] if b["type"] == "input")["element"]["options"]
    assert options[0]["value"] == "7"


def test_a_new_schedule_holds_from_the_next_pulse_on_and_a_wrong_one_stays_in_the_form(office: Office) -> None:
    form = part(office, Part.SCHEDULE)
    wrong = send(office, form, {"schedule.ask_day": "friday"})
    assert wrong["errors"] == {"schedule.ask_day": "Within a week the order must be: ask, remind, close, digest."}
    wrong = send(office, form, {"timezone": "Moon", "schedule.ask_day": "tuesday"})
    assert wrong["errors"] == {"timezone": "Write the name of a zone such as Europe/Berlin."}
    assert "other than before" in str(send(office, form, {"timezone": "Europe/London"})["errors"])
    send(office, form, {"schedule.ask_day": "monday", "schedule.ask_time": "10:30", "reminders": "0"})
    asked = words_of(office.sandbox.wait_for_view(office.id("ada"), callback_id=Callback.SETUP_SAVE))
    assert "Next asked: Monday 10:30, 2 Mar." in asked
    assert "nobody is reminded" in asked
    save(office)
    assert office.bot.services.settings.in_force.reminders == 0
    office.pass_time(office.bot.services.schedule.ask_at(office.week_on, office.schedule.company_zone))
    assert office.bot.services.schedule.ask_time.hour == 10


def test_another_item_of_the_same_kind_measures_a_stage(office: Office) -> None:
    form = part(office, Part.ITEMS)
    trust = next(block for block in form["blocks"] if block.get("block_id") == "items.trust")
    assert [option["value"] for option in trust["element"]["options"]] == ["trust_rules", "trust_back"]
    send(office, form, {"items.trust": "trust_back"})
    assert "Levels before and after do not compare" in words_of(
        office.sandbox.wait_for_view(office.id("ada"), callback_id=Callback.SETUP_SAVE)
    )
    save(office)
    assert office.bot.services.bank.asked_about(Stage.TRUST).id == "trust_back"


def test_what_is_fixed_where_the_bot_runs_is_told_and_not_asked(office: Office) -> None:
    form = part(office, Part.CHANNEL)
    assert "is changed there" in words_of(form)
    assert "Empty it" not in words_of(form)
    assert "submit" not in form or form["submit"] is None
    assert not [block for block in form["blocks"] if block["type"] == "input"]


def test_roles_of_one_person_are_shown_and_changed(office: Office) -> None:
    send(office, part(office, Part.PEOPLE), {"person": office.id("stranger")})
    form = office.sandbox.wait_for_view(office.id("ada"), callback_id=Callback.SETUP_PERSON)
    send(office, form, {"person": office.id("north1")})
    form = office.sandbox.wait_for_view(office.id("ada"), callback_id=Callback.SETUP_ROLES)
    assert "North1 Quay" in words_of(form)
    send(office, form, {"roles": [], "manager": ["quay/south"]})
    asked = words_of(office.sandbox.wait_for_view(office.id("ada"), callback_id=Callback.SETUP_SAVE))
    assert "rep → manager of South" in asked
    assert "They will see figures of South" in asked
    assert "write it there as well" in asked
    save(office)
    with office.bot.database.read() as session:
        person = directory.by_email(session, "north1@quay.example")
    assert (person.roles, person.leads) == ({Role.MANAGER}, {"quay/south"})
    assert last_note(office).actor == "Ada Quay <ada@quay.example>"


@pytest.mark.parametrize(
    "metadata", ["", "null", "[]", '[{"database": "x"}, null, []]', '[{}, "nobody", []]', "[1"]
)
def test_what_was_made_up_changes_nothing(office: Office, metadata: str) -> None:
    send(office, part(office, Part.GROUP), {"smallest_group": "7"})
    view = office.sandbox.wait_for_view(office.id("ada"), callback_id=Callback.SETUP_SAVE)
    before = last_note(office)
    office.sandbox.emulator.modals.stack(office.id("ada"))[-1].body["private_metadata"] = metadata
    assert office.sandbox.submit(office.id("ada"), view["id"], {}).ok
    assert last_note(office) == before


def test_setup_in_german(office: Office) -> None:
    with office.bot.database.work() as session:
        session.execute(directory.update(directory.PersonRow).values(locale="de-DE"))
    assert "Gefragt: Dienstag 09:00" in words_of(setup(office))
    assert all("Ändern" not in words_of(part(office, one)) for one in Part)
