"""The one place where an unexpected error becomes a log line: a reference, and nothing of what was sent."""

import logging
import secrets

from slack_bolt.response import BoltResponse

log = logging.getLogger(__name__)


def report_error(error: Exception) -> BoltResponse:
    """Log where it happened, without the request, and let Slack show its own failure notice."""
    reference = secrets.token_hex(4)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
    # Not the message: it can quote what somebody wrote.
    log.error("%s at %s, reference %s", type(error).__name__, where, reference, extra={"action": "error"})
    return BoltResponse(status=500, body="")
