"""The log: what may stand in it, whoever writes it and however loud it is set.

A record is made safe where it is made, so that no handler and no formatter sees more than this: our own words
without secrets, errors by kind and place, and of libraries only that they said something. Many of them log what
passes through: slack_bolt the body of a request that it refuses, slack_sdk each message, asyncio an error's words.
"""

import faulthandler
import logging
import re
import resource
import sys
import threading
from typing import Any

from sqlalchemy.engine import make_url

from bot.settings import SECRETS, Settings
from handlers.edge.incident import OURS, described, new_reference, note

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
# What they say below a warning is bodies, frames and statements: it is not even made into records.
LIBRARIES = (
    "alembic",
    "apscheduler",
    "asyncio",
    "httpcore",
    "httpx",
    "matplotlib",
    "psycopg",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "tzlocal",
    "urllib3",
    "uvicorn",
    "uvicorn.access",
    "uvicorn.error",
    "websockets",
)
# Their words are about migrations, jobs and the server's life, never about what people send.
HARMLESS = frozenset({"alembic", "apscheduler", "uvicorn"})
# Slack's tokens, addresses that answer or connect without one, signatures, and passwords in an address.
_TOKENS = re.compile(
    r"xox[a-z][-.][\w.%-]+|xapp-[\w-]+|hooks\.slack(?:-gov)?\.com/\S+|wss?://\S+|v0=[0-9a-f]{64}"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"
)
_HIDDEN = "[hidden]"
# Shorter than any real secret; hiding such a word everywhere would make the log unreadable.
_SHORTEST = 8


class SafeRecords:
    """Makes log records that hold no secret, no error's words, and no words of a library that could quote.

    The record factory of `logging`: what it returns is final, with nothing left to fill in and no traceback.
    """

    def __init__(self) -> None:
        self._secrets: frozenset[str] = frozenset()

    def hide(self, *words: str) -> None:
        """Let these words appear in no record from now on."""
        self._secrets |= {word for word in words if len(word) >= _SHORTEST}

    def __call__(self, *given: Any, **named: Any) -> logging.LogRecord:
        """Make one record from what `logging.LogRecord` takes."""
        record = logging.LogRecord(*given, **named)
        text = _words(record) if _may_speak(str(record.name)) else f"(a library's words, {_line(record)})"
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            text += f": {described(error)}, reference {new_reference()}"
        record.msg, record.args = self._redacted(text), None
        record.exc_info = record.stack_info = None
        return record

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        # A line break in somebody's name must not look like a record of its own.
        return _TOKENS.sub(_HIDDEN, text).replace("\r", "\\r").replace("\n", "\\n")


def set_up() -> None:
    """Log to stderr, safely; and let no crash print, or leave on disk, what was in memory."""
    logging.setLogRecordFactory(SafeRecords())
    # Its own complaint about a message that cannot be formatted would print the arguments.
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    logging.basicConfig(level=logging.WARNING, format=LINE, stream=sys.stderr, force=True)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    speak("INFO")
    sys.excepthook = lambda _, error, __: _crashed(error)
    threading.excepthook = lambda crash: _crashed(crash.exc_value)
    sys.unraisablehook = lambda crash: _crashed(crash.exc_value)
    # Names of functions and numbers of lines, and no values.
    faulthandler.enable()
    # A core dump is the memory itself: keys, and answers that were just being sealed.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def speak(level: str) -> None:
    """Log our own words from this level on; libraries are heard from WARNING on, whatever is set here."""
    for name in OURS:
        logging.getLogger(name).setLevel(level)


def hide_secrets(settings: Settings) -> None:
    """Let no secret of these settings appear in the log, whoever logs it."""
    records = logging.getLogRecordFactory()
    if not isinstance(records, SafeRecords):
        return
    found = [getattr(settings, name) for name in SECRETS]
    records.hide(*(secret.get_secret_value() for secret in found if secret))
    records.hide(str(make_url(settings.database).password or ""))
    if settings.master_key_file.is_file():
        records.hide(settings.master_key_file.read_text(encoding="utf-8", errors="replace").strip())


def _crashed(error: BaseException | None) -> None:
    if error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
        note(error)


def _may_speak(name: str) -> bool:
    return name.partition(".")[0] in OURS | HARMLESS


def _words(record: logging.LogRecord) -> str:
    """The message, in which an error stands by its kind alone, for its words can quote what somebody wrote."""
    record.msg = _by_kind(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(_by_kind(one) for one in record.args)
    try:
        return record.getMessage()
    except Exception:
        return f"(a message that cannot be written, {_line(record)})"


def _by_kind(word: Any) -> Any:
    return type(word).__name__ if isinstance(word, BaseException) else word


def _line(record: logging.LogRecord) -> str:
    return f"{record.module}:{record.lineno}"
