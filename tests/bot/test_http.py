"""Slack over HTTP: the bot as over Socket Mode; what is not Slack's is refused, what came before is not done."""

from __future__ import annotations

import hashlib
import json
import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.bootstrap import Orgpulse, SlackNotConnected
from bot.http import MOST_BYTES, NowhereToListen, Refused, read_payload
from bot.replays import WINDOW_SECONDS, Seen
from bot.settings import Settings
from handlers.ids import COMMAND, Action
from surveys.storage.database import Database
from tests.bot.conftest import Place
from tests.handlers.office import Office, opened, steady
from tests.served import FORM, JSON, Letter, Served, event, form, served, sign
from tests.surveys.stored import all_rows

CANARY = "CANARY-7f3a"
CHIEF = "chief"


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("http")) as found:
        found.office.open_pulse()
        yield found


def asked(slack: Served, person: str = CHIEF) -> int:
    """How many messages lie in somebody's conversation with the bot, once everything is delivered."""
    slack.office.bot.sender.send_due()
    return len(slack.office.messages(person))


def command(slack: Served, text: str) -> bytes:
    """A command that goes to nobody's response address, so that only the outbox tells of it."""
    fields = {"command": COMMAND, "text": text, "user_id": slack.office.id(CHIEF), "trigger_id": text}
    return "&".join(f"{name}={value}" for name, value in {**fields, "response_url": "x"}.items()).encode()


def answers(slack: Served, text: str) -> int:
    """How many answers to such a command were written, sent or not."""
    key = f"answer:command:{hashlib.sha256(text.encode()).hexdigest()[:24]}"
    return sum(key in row for row in all_rows(slack.office.bot.database)["outbox"])


# What people do ---------------------------------------------------------------------------------------


def test_people_answer_ask_and_look_over_http(slack: Served) -> None:
    office = slack.office
    assert office.answer("north1", steady("north1")).ok
    assert office.press("north2", Action.DECLINE_PULSE).ok
    assert office.home("north3")["type"] == "home"
    assert office.ask(CHIEF, "how is trust")["text"]
    # Bolt by itself takes this word for the name of a form's field, and drops the command.
    assert office.ask(CHIEF, "how is the payload of trust")["text"]
    before = {message["ts"] for message in office.messages(CHIEF)}
    office.sandbox.say(office.id(CHIEF), office.dm(CHIEF), "how is trust")
    assert office.new_message(CHIEF, office.dm(CHIEF), before)["text"]


def test_slack_checks_the_address_and_its_certificate(slack: Served) -> None:
    question = json.dumps({"type": "url_verification", "challenge": "abc123"}).encode()
    status, answer = slack.posts[0].send(Letter.signed(slack.secret, question))
    assert (status, json.loads(answer)) == (200, {"challenge": "abc123"})
    assert slack.posts[0].send(Letter.signed(slack.secret, b"ssl_check=1&token=x", kind=FORM))[0] == 200


# What is not Slack's ----------------------------------------------------------------------------------

NOW = str(int(time.time()))
STAMPS = {
    "empty": "",
    "a word": "abc",
    "an exponent": "1e9",
    "a fraction": f"{NOW}.0",
    "not a number": "NaN",
    "infinite": "inf",
    "negative": "-5",
    "a plus": f"+{NOW}",
    "spaces inside": f"{NOW[:5]} {NOW[5:]}",
    "underscores": f"{NOW[:5]}_{NOW[5:]}",
    "hexadecimal": hex(int(NOW)),
    "huge": "9" * 400,
    "beyond every calendar": "99999999999",
    "zero": "0",
    "milliseconds": f"{NOW}000",
}
SIGNATURES = {
    "empty": b"",
    "not ASCII": "v0=é".encode(),
    "not ASCII, right length": b"v0=" + b"\xff" * 64,
    "no version": b"0" * 64,
    "another version": b"v1=" + b"0" * 64,
    "too short": b"v0=" + b"0" * 63,
    "too long": b"v0=" + b"0" * 65,
    "not hexadecimal": b"v0=" + b"g" * 64,
    "wrong": b"v0=" + b"0" * 64,
}
BODIES = {
    "not UTF-8": (b"\xff\xfe" + CANARY.encode(), JSON),
    "not UTF-8 in a form": (b"payload=%ff%fe" + CANARY.encode(), FORM),
    "broken JSON": (b'{"type": "event_callback", "' + CANARY.encode(), JSON),
    "broken JSON in a form": (b"payload={" + CANARY.encode(), FORM),
    "a list": (f'["{CANARY}"]'.encode(), JSON),
    "a number": (b"5", JSON),
    "nothing": (b"", JSON),
    "nothing in a form": (b"", FORM),
    "an empty object": (b"{}", JSON),
    "no form of Slack's": (f"text={CANARY}".encode(), FORM),
    "of no type": (f'{{"team": "T", "text": "{CANARY}"}}'.encode(), JSON),
    "deep": (b'{"type": "x", "a":' + b"[" * 100_000, JSON),
    "a number beyond all bounds": (b'{"type": "x", "a":' + b"9" * 10_000 + b"}", JSON),
    "a team of no kind": (f'{{"type": "x", "team": 5, "text": "{CANARY}"}}'.encode(), JSON),
}


def assert_refused(slack: Served, letter: Letter, log: pytest.LogCaptureFixture, *expected: int) -> None:
    """A 4xx, one line of warning without anything of the request, and nothing done."""
    log.clear()
    log.set_level(logging.INFO)
    before = all_rows(slack.office.bot.database)
    status, answer = slack.posts[0].send(letter)
    assert status in expected
    assert answer == b"refused"
    assert all_rows(slack.office.bot.database) == before
    # pytest listens to uvicorn's access log although it is turned off.
    lines = [record for record in log.records if record.name != "uvicorn.access"]
    assert [(record.name, record.levelname) for record in lines] == [("bot.http", "WARNING")]
    assert CANARY not in log.text
    assert all(record.exc_info is None for record in log.records)


@pytest.mark.parametrize("name", STAMPS)
def test_a_malformed_timestamp(slack: Served, caplog: pytest.LogCaptureFixture, name: str) -> None:
    body = event("app_mention", "Ev1", text=CANARY)
    assert_refused(slack, Letter.signed(slack.secret, body, stamp=STAMPS[name]), caplog, 401)


def test_digits_of_another_script_are_no_timestamp(slack: Served, caplog: pytest.LogCaptureFixture) -> None:
    arabic = "".join(chr(0x660 + int(digit)) for digit in str(int(time.time())))
    body = event("app_mention", "Ev1", text=CANARY)
    assert int(arabic) > 0
    assert_refused(slack, Letter.signed(slack.secret, body, stamp=arabic), caplog, 401)


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_malformed_or_wrong_signature(slack: Served, caplog: pytest.LogCaptureFixture, name: str) -> None:
    body = event("app_mention", "Ev1", text=CANARY)
    stamp = str(int(time.time())).encode()
    letter = Letter.with_headers(body, kind=JSON, stamp=stamp, signature=SIGNATURES[name])
    assert_refused(slack, letter, caplog, 401)


@pytest.mark.parametrize("name", BODIES)
def test_an_unreadable_body_signed_or_not(slack: Served, caplog: pytest.LogCaptureFixture, name: str) -> None:
    body, kind = BODIES[name]
    assert_refused(slack, Letter.signed(slack.secret, body, kind=kind), caplog, 400)
    assert_refused(slack, Letter.signed("another secret", body, kind=kind), caplog, 401)


def test_missing_and_doubled_headers(slack: Served, caplog: pytest.LogCaptureFixture) -> None:
    body = event("app_mention", "Ev1", text=CANARY)
    whole = Letter.signed(slack.secret, body)
    for left_out in range(1, 3):
        kept = tuple(header for index, header in enumerate(whole.headers) if index != left_out)
        assert_refused(slack, Letter(body, kept), caplog, 401)
    for doubled in whole.headers[1:]:
        assert_refused(slack, Letter(body, (*whole.headers, doubled)), caplog, 401)


@pytest.mark.parametrize("away", [-WINDOW_SECONDS - 2, WINDOW_SECONDS + 2, -86_400, 86_400])
def test_outside_the_window(slack: Served, caplog: pytest.LogCaptureFixture, away: int) -> None:
    stamp = str(int(time.time()) + away)
    letter = Letter.signed(slack.secret, event("app_mention", "Ev1", text=CANARY), stamp=stamp)
    assert_refused(slack, letter, caplog, 401)


@pytest.mark.parametrize("away", [0, WINDOW_SECONDS - 5])
def test_inside_the_window(slack: Served, away: int) -> None:
    stamp = str(int(time.time()) + away)
    body = json.dumps({"type": "url_verification", "challenge": "c"}).encode()
    assert slack.posts[0].send(Letter.signed(slack.secret, body, stamp=stamp))[0] == 200


def test_a_changed_body_or_stamp(slack: Served, caplog: pytest.LogCaptureFixture) -> None:
    body = event("app_mention", "Ev1", text=CANARY)
    whole = Letter.signed(slack.secret, body)
    assert_refused(slack, Letter(body.replace(b"Ev1", b"Ev2"), whole.headers), caplog, 401)
    stamp = str(int(time.time()) + 1)
    signature = sign(slack.secret, str(int(stamp) - 1), body).encode()
    later = Letter.with_headers(body, kind=JSON, stamp=stamp.encode(), signature=signature)
    assert_refused(slack, later, caplog, 401)


def test_an_oversized_body(slack: Served, caplog: pytest.LogCaptureFixture) -> None:
    body = b'{"a": "' + CANARY.encode() * (MOST_BYTES // len(CANARY) + 1) + b'"}'
    assert_refused(slack, Letter.signed(slack.secret, body), caplog, 413)


def test_a_body_that_does_not_come(
    slack: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.http.READ_SECONDS", 0.05)
    body = b"x" * 1000
    letter = Letter.signed(slack.secret, body)
    head = "".join(f"{name}: {value.decode()}\r\n" for name, value in letter.headers)
    with socket.create_connection(("127.0.0.1", slack.posts[0].port)) as line:
        line.sendall(f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n{head}\r\nxx".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(("method", "path"), [("GET", "/slack/events"), ("PUT", "/slack/events"), ("POST", "/")])
def test_nothing_else_is_served(slack: Served, method: str, path: str) -> None:
    body = event("app_mention", "Ev1")
    assert slack.posts[0].send(Letter.signed(slack.secret, body), method=method, path=path)[0] in {404, 405}


def test_unsigned_headers_do_not_steer_bolt(slack: Served) -> None:
    steering = (("X-Slack-Bolt-Lazy-Only", b"1"), ("X-Slack-Bolt-Lazy-Function-Name", b"f"))
    letter = Letter.signed(slack.secret, command(slack, "steered"), kind=FORM)
    assert slack.posts[0].send(Letter(letter.body, (*letter.headers, *steering)))[0] == 200
    slack.office.wait(lambda: answers(slack, "steered") or None)


def test_a_payload_that_is_read() -> None:
    assert read_payload(b'{"type": "\xc3\xa4"}') == {"type": "ä"}
    assert read_payload(b"payload=%7B%22type%22%3A%22%C3%A4%22%7D") == {"type": "ä"}
    assert read_payload(b"command=%2Fx&text=payload+%C3%A4&empty=") == {
        "command": "/x",
        "text": "payload ä",
        "empty": "",
    }
    for body in (b"payload=%5B%5D", b"payload=", b"text=hello", b'{"type": 5}', b" {}"):
        with pytest.raises(Refused):
            read_payload(body)


def test_a_message_is_not_read_as_somebody_elses_command(slack: Served) -> None:
    office = slack.office
    forged = command(slack, "stolen").decode()
    office.sandbox.say(office.id("sam"), office.dm("sam"), f"&{forged}&x=")
    said = office.wait(lambda: next(iter(slack.copies(b"stolen")), None))
    signed = tuple(header for header in said.headers if header[0].lower() != "content-type")
    assert slack.posts[0].send(Letter(said.body, (*signed, ("Content-Type", FORM.encode())))) == (200, b"")
    # What comes after it is answered; it is not.
    assert slack.posts[0].send(Letter.signed(slack.secret, command(slack, "later"), kind=FORM))[0] == 200
    office.wait(lambda: answers(slack, "later") or None)
    assert answers(slack, "stolen") == 0


# What came before -------------------------------------------------------------------------------------


def test_a_copied_command_is_refused(slack: Served) -> None:
    letter = Letter.signed(slack.secret, command(slack, "copied"), kind=FORM)
    assert slack.posts[0].send(letter)[0] == 200
    slack.office.wait(lambda: answers(slack, "copied") or None)
    for _ in range(3):
        assert slack.posts[0].send(letter) == (409, b"refused")
    assert answers(slack, "copied") == 1


def test_an_event_that_slack_sends_again_is_answered_and_not_done(slack: Served) -> None:
    office = slack.office
    fields = {"channel": office.dm(CHIEF), "channel_type": "im", "user": office.id(CHIEF), "text": "help"}
    before = asked(slack)
    # The first two in one second, and so with one signature.
    for attempt in (0, 0, 1, 2):
        body = event("message", "Ev0AGAIN", ts="1.0", **fields)
        letter = Letter.signed(slack.secret, body, stamp=str(int(time.time()) + attempt))
        retry = (("X-Slack-Retry-Num", str(attempt).encode()),)
        assert slack.posts[0].send(Letter(body, letter.headers + retry)) == (200, b"")
    slack.office.wait(lambda: asked(slack) > before or None)
    assert asked(slack) == before + 1


def test_a_copied_ballot_is_refused_and_changes_nothing(slack: Served) -> None:
    office = slack.office
    office.answer("south1", steady("south1"))
    first = slack.copies(b"view_submission")[-1]
    office.answer("south1", {**steady("south1"), "trust": "1"})
    assert slack.posts[0].send(first) == (409, b"refused")
    ballots = all_rows(office.bot.database)["ballot"]
    office.press("south1", Action.DECLINE_PULSE)
    decline = slack.copies(Action.DECLINE_PULSE.encode())[-1]
    assert slack.posts[0].send(decline) == (409, b"refused")
    assert len(all_rows(office.bot.database)["ballot"]) == len(ballots)


def test_a_click_stamped_before_the_process_began_is_refused(slack: Served) -> None:
    body = form({"type": "block_actions", "user": {"id": slack.office.id("south2")}, "actions": []})
    letter = Letter.signed(slack.secret, body, kind=FORM, stamp=str(int(time.time()) - WINDOW_SECONDS + 20))
    assert slack.posts[0].send(letter) == (409, b"refused")


def assert_only_ballots_are_written(office: Office) -> None:
    before = all_rows(office.bot.database)
    assert office.answer("south3", steady("south3")).ok
    assert office.press("south4", Action.DECLINE_PULSE).ok
    after = all_rows(office.bot.database)
    assert [table for table in after if after[table] != before[table]] == ["ballot"]


def test_a_click_over_http_writes_nothing_but_a_ballot(slack: Served) -> None:
    assert_only_ballots_are_written(slack.office)


def test_a_click_over_socket_mode_writes_nothing_but_a_ballot(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        office.open_pulse()
        assert_only_ballots_are_written(office)


def test_two_processes_act_once(postgres_database: Database, tmp_path: Path) -> None:
    address = postgres_database.url.render_as_string(hide_password=False)
    with served(tmp_path, database=address, doors=2) as slack:
        copied = Letter.signed(slack.secret, command(slack, "twice"), kind=FORM)
        assert [door.send(copied)[0] for door in slack.posts] == [200, 409]
        office = slack.office
        fields = {"channel": office.dm(CHIEF), "channel_type": "im", "user": office.id(CHIEF), "text": "help"}
        again = [
            Letter.signed(slack.secret, event("message", "Ev0TWO", ts=f"{door}.0", **fields)) for door in range(2)
        ]
        got = [door.send(letter) for door, letter in zip(slack.posts, again, strict=True)]
        assert got == [(200, b"")] * 2
        office.wait(lambda: (answers(slack, "twice") and asked(slack)) or None)
        assert asked(slack) == 1


def test_an_event_over_socket_mode_comes_twice_and_is_done_once(place: Place) -> None:
    bot = place.peopled_bot()
    bot.connect()
    place.sandbox.wait_for_app()
    chief = place.sandbox.user_by_email("chief@acme.example").id
    dm = place.sandbox.open_dm(chief)
    place.sandbox.faults.add(kind="duplicate_event", times=1)
    place.sandbox.open_home(chief)
    place.sandbox.faults.clear()
    place.sandbox.say(chief, dm, "help")
    until = time.monotonic() + 8
    while len(place.sandbox.messages(dm)) < 2 and time.monotonic() < until:
        bot.sender.send_due()
        time.sleep(0.01)
    assert len(place.sandbox.calls.of("views.publish")) == 1
    assert len(all_rows(bot.database)["inbox"]) == 2


def test_signatures_are_remembered_as_long_as_they_could_pass_and_no_longer() -> None:
    began = 1_000_000
    seen = Seen(began=began)
    for second in range(0, 3 * WINDOW_SECONDS, 10):
        now = began + second
        assert seen.take(f"then {second}", now, now=now)
        assert seen.take(f"ahead {second}", now + WINDOW_SECONDS, now=now)
        for back in range(0, min(second, WINDOW_SECONDS) + 1, 10):
            assert not seen.take(f"then {second - back}", now - back, now=now)
            assert not seen.take(f"ahead {second - back}", now - back + WINDOW_SECONDS, now=now)
    assert len(seen) < 3 * WINDOW_SECONDS / 10 * 2
    assert not seen.take("before", began - 1, now=began + 5)


# What goes wrong --------------------------------------------------------------------------------------


def test_a_database_that_is_away_is_no_traceback(
    slack: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionRefusedError(CANARY)

    monkeypatch.setattr("surveys.inbox.take", away)
    letter = Letter.signed(slack.secret, command(slack, "away"), kind=FORM)
    assert slack.posts[0].send(letter) == (500, b"failed")
    body = event("app_mention", "Ev0AWAY", user=slack.office.id(CHIEF), channel="C1", text=CANARY, ts="1.0")
    # Not acknowledged, so Slack sends it again.
    assert slack.posts[0].send(Letter.signed(slack.secret, body))[0] == 500
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 2
    assert all("ConnectionRefusedError" in record.getMessage() for record in errors)
    assert CANARY not in caplog.text


def test_no_secret_and_no_port_are_said_kindly(place: Place) -> None:
    bot = place.bot()
    with pytest.raises(SlackNotConnected, match="ORGPULSE_SLACK_SIGNING_SECRET"):
        bot.listen("127.0.0.1", 0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = bot.settings.model_copy(update={"slack_signing_secret": SecretStr("s" * 32)})
        assert isinstance(settings, Settings)
        other = Orgpulse(settings)
        try:
            with pytest.raises(NowhereToListen, match="--port"):
                other.listen("127.0.0.1", taken.getsockname()[1])
        finally:
            other.stop()
