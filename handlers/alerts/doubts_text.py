"""What else could explain an alarm, a sentence each."""

from collections.abc import Iterable

from analysis.detection.doubts import Doubt, Ground
from handlers.words import Words

# Shares of people; in tenths, and never all or nobody: either would tell of each person what they did.
SHARES = frozenset({Ground.NEWCOMERS, Ground.ANSWERING})
TENTHS = 10


def doubt_lines(doubts: Iterable[Doubt], say: Words) -> list[str]:
    """A sentence for each doubt, with the figures that speak for it; plain text, in the order given."""
    return [_line(doubt, say) for doubt in doubts]


def _line(doubt: Doubt, say: Words) -> str:
    shown = _tenths if doubt.ground in SHARES else _whole
    return say(
        f"doubt.{doubt.ground.value}",
        before=shown(doubt.before),
        now=shown(doubt.now),
        percent=_whole(100 * (doubt.now or 0.0)),
        n=doubt.n,
        of=doubt.of,
        week=say.day(doubt.week) if doubt.week else "",
    )


def _tenths(share: float | None) -> int:
    return max(1, min(TENTHS - 1, round(TENTHS * (share or 0.0))))


def _whole(number: float | None) -> int:
    return round(number or 0.0)
