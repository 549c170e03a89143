"""What is stored about somebody: shown, copied, erased; by themselves and by nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text, update

from bot.demo.story import deliver
from handlers.home import own_data_view
from handlers.ids import Action
from handlers.words import LANGUAGES, words
from surveys import diaries, outbox, own_data
from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import DIARY_ROUNDS, Diary
from surveys.bank.items import default_bank
from surveys.outbox import Message
from surveys.own_data import Kept
from surveys.people import directory, enrolment, roster
from surveys.people.directory import Person
from surveys.people.roster import Role
from surveys.storage.database import Database
from surveys.storage.tables import BallotRow, DiaryRow, OutboxRow, PersonRow, RoundRow
from tests import company
from tests.company import MONDAY
from tests.conftest import PostgresServer
from tests.handlers.office import GERMAN, NORTH, REPS, Office, action_ids, opened, roster_csv, steady, words_of
from tests.handlers.test_answering_a_pulse import ballots, clear, pressed
from tests.surveys.stored import all_bytes, all_rows

SAY = words("en")
# Hours that nobody else writes: found in the database, they would be this person's answer in plain words.
CANARY = "37.25"
# A question that no message holds but a copy.
OVERLAY = "Hours last week spent coordinating with overlays"
WORDING = "I can rely on management to keep to the rules we agreed."
ENTRY = ("Slack id", "Time zone", "Manager")


@pytest.fixture
def either_office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """The company on each kind of database, after a week in which everybody answered, with the next pulse open."""
    with opened(tmp_path, database.url.render_as_string(hide_password=False)) as found:
        found.live_week(lambda rep: steady(rep) | ({"overlay": CANARY} if rep == "north1" else {}))
        found.open_pulse()
        yield found


def on_home(office: Office, name: str, action_id: str) -> str:
    """Press a button of the Home tab; the words of the tab as it is published anew. Nothing is sent meanwhile."""
    assert office.sandbox.click(office.id(name), home=True, action_id=action_id).ok
    while (home := office._published(name)) is None:
        time.sleep(0.01)
    return words_of(home)


def copies(office: Office, name: str) -> list[str]:
    """The copies in somebody's direct messages."""
    return [found for m in office.messages(name) if "Email" in (found := words_of(m)) or "E-Mail" in found]


def order_copy(office: Office, name: str) -> None:
    office.home(name)
    assert SAY("own.done_copied") in on_home(office, name, Action.COPY_OWN_DATA)


def person(office: Office, name: str) -> Person:
    with office.bot.database.read() as session:
        found = directory.by_slack_id(session, office.id(name))
    assert found is not None
    return found


def diary(office: Office, name: str) -> Diary:
    master = MasterKey.load(path=office.bot.settings.master_key_file, text=None)
    with office.bot.database.read() as session:
        return diaries.read(session, person(office, name), master=master, on=office.clock.now().date())


def pass_minutes(office: Office, minutes: int) -> None:
    """Let time pass in steps, as the sender's thread would see it."""
    for _ in range(minutes * 2):
        deliver(office.bot)
        office.clock.move_to(office.clock.now() + timedelta(seconds=30))
    deliver(office.bot)


# Shown ---------------------------------------------------------------------------------------------------------


def test_rep_reads_what_is_kept_now_and_until_when(office: Office) -> None:
    text = words_of(office.home("north1"))
    assert "North1 Quay, north1@quay.example, Quay / R&amp;D North, rep" in text
    assert "30 days after you leave" in text
    assert "nothing of yours lies in it. It closes on Thursday 16:00" in text
    assert "switched on. It holds your answers of at most 12 rounds" in text
    assert office.answer("north1", steady("north1")).ok
    assert "something of yours lies in it, sealed" in words_of(office.home("north1"))


def test_skipping_and_answering_look_the_same_there(office: Office) -> None:
    assert office.press("north2", Action.DECLINE_PULSE).ok
    office.wait(lambda: True if SAY("pulse.declined") in words_of(office.message("north2")) else None)
    assert "something of yours lies in it, sealed: answers or a blank" in words_of(office.home("north2"))


def test_whoever_is_not_asked_reads_their_entry_and_that_there_are_no_answers(office: Office) -> None:
    home = office.home("nora")
    assert "nora@quay.example" in words_of(home)
    assert "manager, leads R&amp;D North" in words_of(home)
    assert SAY("own.not_asked") in words_of(home)
    assert [found for found in action_ids(home) if found in set(Action)] == [
        Action.COPY_OWN_DATA,
        Action.CHOOSE_LANGUAGE,
    ]


def test_stranger_has_nothing_stored_and_no_button(office: Office) -> None:
    home = office.home("stranger")
    assert action_ids(home) == []
    assert SAY("own.title") not in words_of(home)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_undone_is_asked_first_and_says_what_does_not_change(language: str) -> None:
    kept = Kept(rep(language), None, ("Quay",), (), None, in_box=False)
    say = words(language)
    shown = own_data_view.stored_blocks(kept, say, zone=ZoneInfo("Europe/London"), done=None)
    [row] = [block for block in shown if block["type"] == "actions"]
    asked = {button["action_id"]: button["confirm"]["text"]["text"] for button in row["elements"]}
    assert set(asked) == {Action.COPY_OWN_DATA, Action.ERASE_ANSWERS, Action.KEEP_NO_DIARY}
    # Slack takes 300 characters; what is cut off would be the very part that matters.
    assert all(
        text == say(f"own.confirm_{key}_text") and len(text) <= 300
        for text, key in zip(
            (asked[Action.COPY_OWN_DATA], asked[Action.ERASE_ANSWERS], asked[Action.KEEP_NO_DIARY]),
            ("copy", "erase", "no_diary"),
            strict=True,
        )
    )
    labels = [button["confirm"]["confirm"]["text"] for button in row["elements"]]
    assert all(len(label) <= 30 and "…" not in label for label in labels)


# Copied --------------------------------------------------------------------------------------------------------


def test_copy_holds_the_entry_and_every_round_in_the_words_that_were_read(fresh_office: Office) -> None:
    office = fresh_office
    filled = {"trust": "2", "overlay": CANARY, "comment": "A canary in a comment"}
    assert office.answer("north1", filled).ok
    assert office.answer(GERMAN, {"trust": "2", "overlay": "1.5"}).ok
    office.close_pulse()
    order_copy(office, "north1")
    deliver(office.bot)
    [copy] = copies(office, "north1")
    assert all(word in copy for word in ENTRY)
    assert "nora@quay.example" in copy
    assert f"{WORDING} *Disagree*" in copy
    assert f"Hours last week spent coordinating with overlays *{CANARY}\u00a0h*" in copy
    assert "canary" not in copy
    assert SAY("copy.diary") in copy
    office.home(GERMAN)
    on_home(office, GERMAN, Action.COPY_OWN_DATA)
    deliver(office.bot)
    [german] = copies(office, GERMAN)
    assert "vereinbarte Regeln hält. *Stimme nicht zu*" in german
    assert "*1,5\u00a0Std.*" in german


def test_copy_of_somebody_who_answered_nothing_says_so(office: Office) -> None:
    order_copy(office, "south1")
    deliver(office.bot)
    [copy] = copies(office, "south1")
    assert SAY("copy.diary_empty") in copy


def test_every_press_sends_a_copy_and_leaves_no_row(office: Office) -> None:
    office.home("south2")
    for number in (1, 2):
        assert SAY("own.done_copied") in on_home(office, "south2", Action.COPY_OWN_DATA)
        deliver(office.bot)
        assert len(copies(office, "south2")) == number
    with office.bot.database.read() as session:
        assert session.scalar(select(func.count()).where(OutboxRow.kind == "own_data")) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_twelve_full_rounds_fit_into_a_message(office: Office, language: str) -> None:
    bank = default_bank()
    longest = sorted(bank.items.values(), key=lambda item: len(item.wording(language)))[-4:]
    weeks = [date(2026, 1, 5) + timedelta(weeks=number) for number in range(DIARY_ROUNDS)]
    full = Diary(tuple((week, {item.id: 2.5 if item.in_hours else 1 for item in longest}) for week in weeks))
    kept = Kept(rep(language), "boss@quay.example", ("Quay", "R&D North"), ("South",), None, in_box=False)
    payload = own_data_view.copy_message(kept, full, bank, zone=ZoneInfo("Europe/London"))
    before = {m["ts"] for m in office.messages("south3")}
    with office.bot.database.work() as session:
        outbox.post(
            session, Message(f"t:{language}", "note", office.id("south3"), payload), now=office.clock.now()
        )
    sent = words_of(office.new_message("south3", office.dm("south3"), before))
    assert sent.count(longest[0].wording(language)) == DIARY_ROUNDS
    # Slack refuses a message at about 13,200 characters.
    assert len(sent) < 10_000


@pytest.mark.expects_trouble
def test_no_table_holds_an_answer_while_a_copy_is_ordered_sent_and_sent_again(
    either_office: Office, request: pytest.FixtureRequest
) -> None:
    office, database = either_office, either_office.bot.database
    server: PostgresServer | None = None
    if not database.is_sqlite:
        server = request.getfixturevalue("postgres_server")

    def readable() -> bool:
        found = all_bytes(database, server.data if server else None)
        return CANARY in repr(all_rows(database)) or CANARY.encode() in found

    office.home("north1")
    assert on_home(office, "north1", Action.COPY_OWN_DATA)
    with database.read() as session:
        [row] = session.scalars(select(OutboxRow).where(OutboxRow.kind == "own_data"))
        assert (row.payload, row.recipient) == ({}, office.id("north1"))
    assert not readable()
    for fault in ("error_5xx", "drop", "lost_answer"):
        office.sandbox.faults.add(method="chat.postMessage", kind=fault, times=1)
        deliver(office.bot)
        assert not readable()
        pass_minutes(office, 3)
        assert not readable()
    assert [CANARY in copy for copy in copies(office, "north1")] == [True]
    # What would be found, had the copy gone through the outbox like any other message.
    payload = office.bot._own_data(office.id("north1"))
    assert payload is not None
    with database.work() as session:
        outbox.post(session, Message("control", "post", "U0", payload), now=office.clock.now())
    assert readable()


@pytest.mark.expects_trouble
def test_copy_goes_to_whom_slack_vouches_for_whatever_the_payload_names(fresh_office: Office) -> None:
    office = fresh_office
    assert office.answer("north1", {"overlay": CANARY}).ok
    office.close_pulse()
    victim = person(office, "north1")
    for value in (victim.id, office.id("north1"), victim.email, ""):
        for forger in ("north2", "nora", "stranger"):
            payload = pressed(office, forger, Action.COPY_OWN_DATA, value)
            payload.body["view"] = {"type": "home", "private_metadata": victim.id}
            office.bot.app.dispatch(payload)
            clear(office, forger)
    office.wait(lambda: True if len(copies(office, "north2")) == 4 and len(copies(office, "nora")) == 4 else None)
    assert copies(office, "north1") == copies(office, "stranger") == []
    for name in ("north2", "nora", "stranger"):
        assert CANARY not in "".join(words_of(m) for m in office.messages(name))


@pytest.mark.expects_trouble
def test_copy_is_not_made_for_somebody_who_left_before_it_was_sent(fresh_office: Office) -> None:
    office = fresh_office
    order_copy(office, "north1")
    without = "\n".join(line for line in roster_csv().splitlines() if not line.startswith("north1@"))
    with office.bot.database.work() as session:
        enrolment.apply(session, roster.read_roster(without), actor="test", now=office.clock.now())
    deliver(office.bot)
    assert copies(office, "north1") == []
    assert office.given_up() == ["nobody_there"]


@pytest.mark.expects_trouble
def test_copy_that_cannot_be_made_holds_up_no_other_message(fresh_office: Office) -> None:
    office = fresh_office
    assert office.answer("north1", steady("north1")).ok
    office.close_pulse()
    own = diaries.keys_of(office.bot.services.keys, person(office, "north1").id, office.clock.now().date())
    with office.bot.database.work() as session:
        # As after a master key was exchanged under the running bot.
        session.execute(update(DiaryRow).where(DiaryRow.key.in_(own)).values(sealed=b"of another key" * 300))
    for name in ("north1", "north2"):
        office.home(name)
    for name in ("north1", "north2"):
        on_home(office, name, Action.COPY_OWN_DATA)
    deliver(office.bot)
    assert copies(office, "north1") == []
    assert len(copies(office, "north2")) == 1
    assert office.given_up() == ["unsendable: InvalidTag"]


# Erased --------------------------------------------------------------------------------------------------------


def test_erasing_takes_the_answers_back_and_asks_again(office: Office) -> None:
    assert office.answer("north5", steady("north5")).ok
    office.wait(lambda: True if "Thank you" in words_of(office.message("north5")) else None)
    before = ballots(office)
    office.home("north5")
    text = on_home(office, "north5", Action.ERASE_ANSWERS)
    assert SAY("own.done_erased") in text
    assert "nothing of yours lies in it" in text
    assert ballots(office) == before - 1
    office.wait(lambda: True if Action.DECLINE_PULSE in action_ids(office.message("north5")) else None)
    assert office.answer("north5", steady("north5")).ok
    assert ballots(office) == before


def test_erasing_writes_nothing_but_the_ballot_and_the_diary(either_office: Office) -> None:
    office = either_office
    assert office.answer("north1", steady("north1")).ok
    before = all_rows(office.bot.database)
    released = {name: rows for name, rows in before.items() if name in ("release", "release_group", "figure")}
    assert all(released.values())
    office.home("north1")
    on_home(office, "north1", Action.ERASE_ANSWERS)
    after = all_rows(office.bot.database)
    # An inbox row says that the Home tab was opened, and not by whom.
    assert {name for name in before if before[name] != after[name]} - {"inbox"} == {"ballot", "diary"}
    assert [len(before[name]) - len(after[name]) for name in ("ballot", "diary")] == [1, 0]
    assert len(set(before["diary"]) - set(after["diary"])) == 1
    assert diary(office, "north1") == Diary()
    assert diary(office, "north2") != Diary()


def test_next_diary_is_without_the_erased_rounds_and_what_was_answered_again_counts(either_office: Office) -> None:
    office = either_office
    this_week = office.week_on
    for rep_name in REPS:
        assert office.answer(rep_name, {"trust": "1"}).ok
    for rep_name in NORTH:
        office.home(rep_name)
        on_home(office, rep_name, Action.ERASE_ANSWERS)
    for rep_name in NORTH[:5]:
        assert office.answer(rep_name, {"trust": "5"}).ok
    office.close_pulse()
    assert [week for week, _ in diary(office, "north1").entries] == [this_week]
    assert list(diary(office, "north1").entries[0][1].values()) == [5]
    assert diary(office, "north6") == Diary()
    assert [week for week, _ in diary(office, "south1").entries] == [this_week - timedelta(weeks=1), this_week]
    with office.bot.database.read() as session:
        query = text(
            "SELECT g.answered, f.n, f.total FROM figure f JOIN release_group g ON g.id = f.group_id "
            "JOIN release r ON r.id = g.release_id WHERE r.week_on = :week AND f.stage = 'trust' ORDER BY f.n"
        )
        [north, south] = session.execute(
            query, {"week": this_week.isoformat() if office.bot.database.is_sqlite else this_week}
        ).all()
    # Five fives and six ones; the noise of a level is a few points.
    assert tuple(north)[:2] == (5, 5)
    assert tuple(south)[:2] == (6, 6)
    assert south[2] < 15 < north[2]


def test_erasing_one_persons_data_leaves_everybody_elses(database: Database, master: MasterKey) -> None:
    company.settle(database)
    first = company.open_round(database, master)
    for number in range(1, 7):
        company.answer(database, master, first, f"alpha{number}", {"trust_rules": 4})
    company.close(database, master, first)
    week = MONDAY + timedelta(weeks=1)
    second = company.open_round(database, master, week)
    for number in range(1, 7):
        company.answer(database, master, second, f"alpha{number}", {"trust_rules": 2})
    keys, now = master.serving(), company.morning(week)
    with database.read() as session:
        before = dict(session.execute(select(DiaryRow.key, DiaryRow.sealed)).all())
        theirs = keys.ballot_key(second.id, company.person(database, "alpha1").id)
    own_data.erase(database, keys, company.person(database, "alpha1"), now=now)
    with database.read() as session:
        after = dict(session.execute(select(DiaryRow.key, DiaryRow.sealed)).all())
        assert theirs not in set(session.scalars(select(BallotRow.key)))
        assert session.scalar(select(func.count()).select_from(BallotRow)) == 5
    own = diaries.keys_of(keys, company.person(database, "alpha1").id, now.date())
    assert before.keys() == after.keys()
    assert {key for key in before if before[key] != after[key]} == set(own) & set(before)


def test_diary_erased_while_a_count_reads_it_is_empty_after_the_count(
    postgres_database: Database, master: MasterKey
) -> None:
    """On PostgreSQL a count that had read the diaries would write the erased one anew."""
    database, week = postgres_database, MONDAY + timedelta(weeks=1)
    company.settle(database)
    first = company.open_round(database, master)
    company.answer(database, master, first, "alpha1", {"trust_rules": 4})
    company.close(database, master, first)
    second = company.open_round(database, master, week)
    who, keys, now = company.person(database, "alpha1"), master.serving(), company.morning(week)
    with database.work() as counting:
        # The count begins like this, reads the diaries, and writes them all anew.
        row = counting.get(RoundRow, second.id, with_for_update=True)
        assert row is not None
        known = diaries.opened(counting, master)
        erasing = threading.Thread(target=own_data.erase, args=(database, keys, who), kwargs={"now": now})
        erasing.start()
        wait_for_lock(database)
        diaries.write_anew(counting, known, [], week_on=week, master=master)
    erasing.join()
    with database.read() as session:
        assert diaries.read(session, who, master=master, on=week) == Diary()


def wait_for_lock(database: Database) -> None:
    """Until somebody waits for what another transaction holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while True:
        with database.engine.connect() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.01)


# The diary's switch ----------------------------------------------------------------------------------------------


def test_diary_is_switched_off_and_emptied_and_switched_on_again(either_office: Office) -> None:
    office = either_office
    assert office.answer("north1", steady("north1")).ok
    assert diary(office, "north1") != Diary()
    office.home("north1")
    off = on_home(office, "north1", Action.KEEP_NO_DIARY)
    assert SAY("own.done_diary_off") in off
    assert SAY("own.diary_off") in off
    assert diary(office, "north1") == Diary()
    office.close_pulse()
    # What was answered before the switch is counted, and kept by nobody.
    assert diary(office, "north1") == Diary()
    office.home("north1")
    assert SAY("own.done_diary_on") in on_home(office, "north1", Action.KEEP_DIARY)
    office.live_week(steady)
    assert len(diary(office, "north1").entries) == 1


def test_modal_mentions_the_diary_only_to_those_who_keep_one(office: Office) -> None:
    told = SAY("pulse.promise_diary")
    assert told in words_of(office.form("north6"))
    clear(office, "north6")
    office.home("north6")
    on_home(office, "north6", Action.KEEP_NO_DIARY)
    assert told not in words_of(office.form("north6"))
    clear(office, "north6")


@pytest.mark.parametrize("action_id", [Action.ERASE_ANSWERS, Action.KEEP_NO_DIARY, Action.KEEP_DIARY])
def test_nobody_erases_or_switches_for_another(office: Office, action_id: str) -> None:
    assert office.answer("south4", steady("south4")).ok
    victim = person(office, "south4")

    def theirs() -> Any:
        key = office.bot.services.keys.ballot_key(company_round(office), victim.id)
        with office.bot.database.read() as session:
            sealed = session.scalar(select(BallotRow.sealed).where(BallotRow.key == key))
            return sealed, session.scalar(select(PersonRow.keeps_diary).where(PersonRow.id == victim.id))

    before = theirs()
    assert before[0] is not None
    for forger in ("south5", "sam", "stranger"):
        for value in (victim.id, office.id("south4"), company_round(office)):
            office.bot.app.dispatch(pressed(office, forger, action_id, value))
            clear(office, forger)
    assert theirs() == before


def company_round(office: Office) -> str:
    with office.bot.database.read() as session:
        return str(session.scalar(select(RoundRow.id).where(RoundRow.counted.is_(False))))


def rep(language: str) -> Person:
    return Person(
        id="p1",
        email="rep@quay.example",
        name="Rep & <Co>",
        slack_id="U1",
        timezone="Europe/London",
        language=language,
        unit_id="quay",
        roles=frozenset({Role.REP}),
        leads=frozenset(),
    )
