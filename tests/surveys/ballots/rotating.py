"""`python -m tests.surveys.ballots.rotating URL KEY AFTER`: rotate, and die at once after so many diaries.

With AFTER = "commit" it dies between the end of the transaction and the new key taking its place.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from surveys.ballots import rotation
from surveys.ballots.keys import MasterKey
from surveys.storage.database import Database
from tests.surveys.ballots.test_rotation import NOW


def die() -> None:
    """As kill -9 and a power cut do: no line of Python runs any more."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, key: str, after: str) -> None:
    """Rotate as far as it goes."""
    path = Path(key)
    rotation.seal_anew(
        Database(url),
        MasterKey.load(path=path, text=None),
        rotation.upcoming(path),
        actor="test",
        now=NOW,
        progress=lambda done, _: die() if str(done) == after else None,
    )
    die()


if __name__ == "__main__":
    main(*sys.argv[1:])
