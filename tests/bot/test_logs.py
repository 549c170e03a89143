"""The log holds no secret, no error's words and nothing of what people send, however loud it is set."""

from __future__ import annotations

import logging
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import logs
from bot.logs import HARMLESS, LIBRARIES, SafeRecords
from bot.settings import Settings
from deploy.sandbox import Sandbox
from handlers.ids import COMMAND
from surveys.ballots.keys import MasterKey
from surveys.people import enrolment, roster
from surveys.storage.database import Database
from surveys.storage.migrate import migrate
from tests.handlers import office
from tests.handlers.office import BEGINS
from tests.served import HOST, JSON, Letter, Post

CANARY = "CANARY-7f3a"
ORGPULSE = [sys.executable, "-c", "from bot.main import main; main()"]
HEARD: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 60}
SET_UP = "import logging\nfrom bot import logs\nlogs.set_up()\nlogging.getLogger().setLevel(logging.DEBUG)\n"


def stderr_of(code: str, *, fails: bool = False) -> str:
    """What a process prints that sets the log up, turns the root to DEBUG, and runs this."""
    done = subprocess.run([sys.executable, "-c", SET_UP + code], check=False, **HEARD)
    assert (done.returncode != 0) == fails, done.stderr
    assert done.stdout == ""
    return done.stderr


def record(name: str, message: object, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    given = (type(error), error, error.__traceback__) if error else None
    return SafeRecords()(name, logging.ERROR, __file__, 1, message, args, given)


# Records ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-12345-67890-AbCd",
        "xoxe.xoxp-1-Mi0yLTE",
        "xoxp-12345-67890-AbCd",
        "xapp-1-A0123-456-abcdef",
        "https://hooks.slack.com/actions/T0/123/abcDEF",
        "https://hooks.slack.com/commands/T0/123/abcDEF",
        "wss://wss-primary.slack.com/link/?ticket=abc-def&app_id=123",
        "v0=" + "0f" * 32,
        "postgresql+psycopg://orgpulse:hunter2@db/orgpulse",
    ],
)
def test_tokens_are_hidden_by_their_shape(secret: str) -> None:
    message = record("bot.delivery", "posting to %s failed", f"<{secret}>").getMessage()
    hidden = {"abcDEF", "67890", "hunter2", "456-abcdef", "abc-def", "0f" * 32, "Mi0yLTE"}
    assert "[hidden]" in message
    assert not [part for part in hidden if part in message]


def test_secrets_of_the_settings_are_hidden_by_their_letters(tmp_path: Path) -> None:
    MasterKey.create(tmp_path / "key")
    settings = Settings(
        slack_signing_secret=SecretStr("a" * 32),
        master_key_file=tmp_path / "key",
        database="postgresql+psycopg://u:p%40sswords@db/x",
    )
    before = logging.getLogRecordFactory()
    records = SafeRecords()
    logging.setLogRecordFactory(records)
    try:
        logs.hide_secrets(settings)
    finally:
        logging.setLogRecordFactory(before)
    for secret in ("a" * 32, (tmp_path / "key").read_text().strip(), "p@sswords"):
        assert records("bot.main", 20, "", 1, "it is %s", (secret,), None).getMessage() == "it is [hidden]"


def test_errors_stand_by_kind_and_place() -> None:
    try:
        int(CANARY)
    except ValueError as problem:
        logged = record("bot.tick", "a step failed", error=problem)
        as_argument = record("bot.tick", "failed: %s", problem)
        as_message = record("bot.tick", problem)
    assert re.fullmatch(r"a step failed: ValueError at [\w.]+:\d+, reference [0-9a-f]{8}", logged.getMessage())
    assert logged.exc_info is None
    assert as_argument.getMessage() == "failed: ValueError"
    assert CANARY not in as_message.getMessage()
    assert CANARY not in logging.Formatter(logs.LINE).format(logged)


def test_words_of_libraries_are_withheld_and_ours_are_kept() -> None:
    for name in ("slack_bolt.RequestVerification", "slack_sdk.web.base_client", "asyncio", "main", "py.warnings"):
        assert CANARY not in record(name, f"body: {CANARY}").getMessage()
    for name in (
        "bot.tick",
        "handlers.edge.errors",
        "surveys.count",
        "alembic.runtime.migration",
        "uvicorn.error",
    ):
        assert record(name, "counted %d", 5).getMessage() == "counted 5"


def test_a_record_is_one_line_even_if_it_cannot_be_written() -> None:
    assert "\n" not in record("bot.main", "a\r\nERROR forged").getMessage()
    assert CANARY not in record("bot.main", "%d people", CANARY).getMessage()
    assert record("bot.main", "%(name)s", {"name": "x"}).getMessage() == "x"
    assert logging.makeLogRecord({"msg": "x"}).getMessage() == "x"


# Processes --------------------------------------------------------------------------------------------


def test_libraries_are_heard_from_warning_on_whatever_the_root_says() -> None:
    names = [
        *(set(LIBRARIES) - HARMLESS - {"uvicorn.error", "uvicorn.access"}),
        "slack_bolt.App",
        "slack_sdk.web.base_client",
        "sqlalchemy.engine.Engine",
    ]
    printed = stderr_of(
        f"for name in {names!r}:\n"
        "    assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING, name\n"
        f"    logging.getLogger(name).debug('{CANARY}')\n"
        f"    logging.getLogger(name).error('{CANARY}')\n"
    )
    assert CANARY not in printed
    assert len(printed.splitlines()) == len(names)


@pytest.mark.parametrize(
    ("code", "fails"),
    [
        (f"x = {CANARY!r}\nraise ValueError(x)", True),
        (f"raise ExceptionGroup({CANARY!r}, [KeyError({CANARY!r})])", True),
        (
            "import threading\ndef f(x):\n    raise ValueError(x)\n"
            f"t = threading.Thread(target=f, args=({CANARY!r},), name={CANARY!r})\nt.start()\nt.join()",
            False,
        ),
        (f"class A:\n    def __del__(self):\n        raise ValueError({CANARY!r})\na = A()\ndel a", False),
        (
            "import asyncio\nasync def f():\n    async def g():\n"
            f"        raise ValueError({CANARY!r})\n    asyncio.create_task(g())\n    await asyncio.sleep(0)\n"
            "asyncio.run(f())",
            False,
        ),
        (f"import warnings\nwarnings.warn({CANARY!r})", False),
        (f"logging.getLogger('bot').info('%d', {CANARY!r})", False),
        (f"logging.getLogger('bot').info('x', stack_info=True, extra=dict(a={CANARY!r}))", False),
        (
            "from concurrent.futures import Future\nf = Future()\n"
            f"f.add_done_callback(lambda _: int({CANARY!r}))\nf.set_result(1)",
            False,
        ),
    ],
)
def test_a_crash_prints_no_values(code: str, fails: bool) -> None:
    printed = stderr_of(code, fails=fails)
    assert CANARY not in printed
    assert "Traceback" not in printed
    assert len(printed.splitlines()) == 1


def test_a_process_that_dies_leaves_names_of_functions_and_no_memory(tmp_path: Path) -> None:
    code = (
        f"import os, faulthandler\nos.chdir({str(tmp_path)!r})\n"
        f"def sealing(answer):\n    os.kill(os.getpid(), {int(signal.SIGSEGV)})\n"
        f"sealing({CANARY!r} * 1000)"
    )
    raised = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    done = subprocess.run(
        [sys.executable, "-c", SET_UP + code],
        check=False,
        **HEARD,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, raised),
    )
    assert done.returncode == -signal.SIGSEGV
    assert "in sealing" in done.stderr
    assert CANARY not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_process_says_nothing() -> None:
    assert stderr_of("raise KeyboardInterrupt", fails=True) == ""


# The bot itself ---------------------------------------------------------------------------------------


@contextmanager
def running(folder: Path, sandbox: Sandbox, *options: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """`orgpulse run` as an operator starts it, as loud as it can be; its stderr goes to a file."""
    log = folder / "stderr"
    environment = {
        "ORGPULSE_DATABASE": f"sqlite:///{folder / 'orgpulse.db'}",
        "ORGPULSE_MASTER_KEY_FILE": str(folder / "master.key"),
        "ORGPULSE_SLACK_API_URL": sandbox.api_url,
        "ORGPULSE_SLACK_BOT_TOKEN": sandbox.app.bot_token,
        "ORGPULSE_SLACK_APP_TOKEN": sandbox.app.app_token,
        "ORGPULSE_SLACK_SIGNING_SECRET": sandbox.app.signing_secret,
        "ORGPULSE_LOG_LEVEL": "DEBUG",
    }
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [*ORGPULSE, "run", *options], env=os.environ | environment, stderr=stderr, text=True
        )
        try:
            yield process, log
        finally:
            process.kill()
            process.wait()


def settle(folder: Path) -> None:
    """A key and a database with the small company in it."""
    MasterKey.create(folder / "master.key")
    database = Database(f"sqlite:///{folder / 'orgpulse.db'}")
    migrate(database)
    with database.work() as session:
        people = roster.read_roster(office.roster_csv())
        enrolment.apply(session, people, actor="test", now=BEGINS)
    database.close()


def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    patience = time.monotonic() + 30
    while not true():
        assert time.monotonic() < patience
        time.sleep(0.02)


@pytest.mark.parametrize("options", [("--http", "--port", "0"), ()])
def test_the_running_bot_at_debug(tmp_path: Path, options: tuple[str, ...]) -> None:
    settle(tmp_path)
    with Sandbox(office.seed(), rate_limits=0) as sandbox, running(tmp_path, sandbox, *options) as (process, log):
        until(lambda: process.poll() is not None or "Orgpulse is running" in log.read_text())
        if options:
            post = Post(int(re.findall(r"port (\d+)", log.read_text())[0]))
            assert sandbox.set_request_url(f"http://{HOST}:{post.port}/slack/events")
            assert post.send(Letter.signed("wrong", CANARY.encode(), kind=JSON))[0] == 401
        chief = sandbox.user_by_email("chief@quay.example").id
        dm = sandbox.open_dm(chief)
        assert sandbox.open_home(chief).ok
        assert sandbox.command(chief, dm, COMMAND, f"ask {CANARY}").ok
        sandbox.say(chief, dm, CANARY)
        # Both were answered, and the tab was drawn.
        until(lambda: len(sandbox.messages(dm, chief)) == 3 and sandbox.home(chief))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        text = log.read_text()
    secrets = [sandbox.app.bot_token, sandbox.app.app_token, sandbox.app.signing_secret, CANARY, chief]
    assert [word for word in secrets if word in text] == []
    assert "Traceback" not in text
