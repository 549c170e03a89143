"""An unexpected error leaves a place and a reference in the log, and nothing of what was sent."""

from __future__ import annotations

import logging

import pytest

from handlers.errors import report_error
from tests.handlers.office import Office, steady

SECRET = "my manager bends every rule"


@pytest.mark.expects_trouble
def test_failing_listener_logs_neither_body_nor_text(
    office: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("handlers.pulse.answering.put_ballot", broken)
    caplog.set_level(logging.DEBUG, logger="handlers")
    caplog.set_level(logging.INFO)
    view = office.form("north1")
    entries = office.by_block(view, {**steady("north1"), "comment": SECRET})
    ack = office.sandbox.submit(office.id("north1"), view["id"], entries)
    assert not ack.ok
    assert "ValueError at" in caplog.text
    assert SECRET not in caplog.text
    assert office.id("north1") not in caplog.text


def test_log_line_names_the_place_and_a_reference(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="handlers.errors")
    response = report_error(ValueError(SECRET))
    assert (response.status, response.body) == (500, "")
