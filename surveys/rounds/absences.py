"""Absences: who is away today by what Slack shows, or does not want to be disturbed now.

A status is a hint that somebody gave to colleagues. It is looked at when a message is due, and not kept.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

# What people and calendars put beside their names on a day off; a meeting or a journey is none.
_EMOJI = frozenset(
    {
        "palm_tree",
        "desert_island",
        "beach_with_umbrella",
        "umbrella_on_ground",
        "face_with_thermometer",
        "face_with_head_bandage",
        "sneezing_face",
        "baby_bottle",
    }
)
_WORDS = re.compile(
    r"\b(vacation\w*|(on|public|bank) holidays?|holidays?|ooo|out of (the )?office|pto|days? off|time off|"
    r"annual leave|(on|parental|maternity|paternity|sick) leave|off sick|sick|"
    r"urlaub\w*|feiertag\w*|abwesend|krank\w*|elternzeit|mutterschutz|freier tag|"
    r"congés?|vacances|arrêt maladie|vacaciones|baja|ferie|férias)\b|休暇|有給|年休|お休み|休み|欠勤",
    re.IGNORECASE,
)


class Absences(Protocol):
    """Knows who cannot be asked now."""

    def away(self, slack_ids: Sequence[str], *, now: datetime) -> frozenset[str]:
        """Those of some Slack users who are off or not to be disturbed; nobody when it cannot tell."""
        ...


class NobodyAway:
    """Knows of no absences."""

    def away(self, slack_ids: Sequence[str], *, now: datetime) -> frozenset[str]:  # noqa: ARG002
        """Nobody."""
        return frozenset()


def is_day_off(text: str, emoji: str) -> bool:
    """Whether a status says that somebody is not at work today."""
    return emoji.strip(":").split("::")[0] in _EMOJI or bool(_WORDS.search(text))
