"""An incident: an unexpected error, as the log may tell of it.

What kind it was, where, and a reference. Never the error's own message nor its variables, for both can quote what
somebody wrote.
"""

import errno
import logging
import re
import secrets

log = logging.getLogger(__name__)

# The packages whose lines are named on the way to an error.
OURS = frozenset({"bot", "handlers", "surveys", "analysis"})
_STEPS = 3
_CAUSES = 3
# ECONNREFUSED, SQLITE_BUSY, 40001: names out of a list, never words of ours or of people.
_CODE = re.compile(r"[A-Z0-9_]{3,40}")


def described(error: BaseException, causes: int = _CAUSES) -> str:
    """An error by its kind and place, and those that led to it: 'ValueError at surveys.count:88 > json:12'."""
    text = f"{type(error).__name__}{_code(error)} at {_place(error)}"
    if isinstance(error, BaseExceptionGroup):
        text += f" ({'; '.join(described(one, causes) for one in error.exceptions)})"
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and causes:
        text += f", after {described(cause, causes - 1)}"
    return text


def _code(error: BaseException) -> str:
    """What an operating system or a database calls it, where that says more than its kind."""
    found = errno.errorcode.get(error.errno or 0) if isinstance(error, OSError) else None
    code = found or getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return f" {code}" if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _place(error: BaseException) -> str:
    """The nearest of our own lines, and the line that failed."""
    steps = []
    trace = error.__traceback__
    while trace:
        steps.append(f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}")
        trace = trace.tb_next
    ours = [step for step in steps if step.partition(":")[0].partition(".")[0] in OURS]
    return " > ".join(dict.fromkeys([*ours[-_STEPS:], *steps[-1:]])) or "no line"


def new_reference() -> str:
    """A word under which an incident is found in the log."""
    return secrets.token_hex(4)


def note(error: BaseException) -> str:
    """Log an incident; returns its reference."""
    reference = new_reference()
    log.error("%s, reference %s", described(error), reference, extra={"action": "error"})
    return reference
