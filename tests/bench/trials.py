"""Trials: simulated teams with a planted change, and how soon a rule that follows them calls it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from analysis.detection.cycle import Paths, follow
from analysis.stages import CORE, Stage
from analysis.synthetic import Planted, Team, model
from analysis.synthetic.teams import Asked, History, counted, histories
from tests.bench.released import as_released

Array = NDArray[np.float64]
Known = TypeVar("Known")
# Changes begin in this week: by then every rule has learned what is usual.
ONSET = 20
# A year of healthy teams, in which a rule is wrong about so many of them at the most.
YEAR = 52
NEVER = np.inf
# A company with so many teams: false alarms are held down in the whole of it.
MANY = 100
# Teams that are followed together, as one company: they share the scale of an item.
PORTION = 50
# 95 in 100.
INTERVAL = 1.96


@dataclass(frozen=True)
class Setting:
    """What the teams of a trial are like.

    Attributes:
        title: in a few words.
        rate: chance that the average person answers.
        slope: how strongly the unhappy stop answering, log odds per SD.
        persistence: correlation of the shared shock from week to week.
        size: persons in a team.
        mood: stages that make somebody content enough to answer.
    """

    title: str
    rate: float = 0.75
    slope: float = model.ANSWERING_SLOPE
    persistence: float = 0.0
    size: int = 10
    mood: Sequence[Stage] = CORE


class Trial:
    """Simulated teams, with what is seen of them worked out once.

    Attributes:
        histories: everything that happened, hidden parts too.
        ours: evidence of our detectors on exact figures of five or more answers.
        ours_released: the same on the figures as Orgpulse releases them, with noise.
    """

    def __init__(
        self,
        setting: Setting,
        plans: Sequence[Mapping[Stage, Planted]],
        weeks: int,
        seed: int,
        asked: Asked = model.asked,
    ) -> None:
        self.setting, self.weeks, self.seed = setting, weeks, seed
        self.teams = [
            Team(
                f"team {index}",
                setting.size,
                setting.rate,
                planted,
                slope=setting.slope,
                persistence=setting.persistence,
                mood=setting.mood,
            )
            for index, planted in enumerate(plans)
        ]
        self._known: dict[object, Any] = {}
        self.histories: list[History] = list(histories(self.teams, weeks, seed, asked=asked))

    def once(self, make: Callable[..., Known], *about: object) -> Known:
        """What `make` works out from this trial, and from what it is about, worked out at the first call."""
        key = (make, *about)
        if key not in self._known:
            self._known[key] = make(self, *about)
        found: Known = self._known[key]
        return found

    @property
    def ours(self) -> Paths:
        return self._followed[0]

    @property
    def ours_released(self) -> Paths:
        return self._followed[1]

    @cached_property
    def _followed(self) -> tuple[Paths, Paths]:
        """On the exact figures, and on those released; in portions, as figures take memory."""
        exact, blurred = [], []
        for start in range(0, len(self.teams), PORTION):
            part = slice(start, start + PORTION)
            units = [team.name for team in self.teams[part]]
            record = counted(iter(self.histories[part]))
            exact.append(follow(record, units=units))
            blurred.append(follow(as_released(record, seed=self.seed + start), units=units))
        return _joined(exact), _joined(blurred)


def _joined(parts: Sequence[Paths]) -> Paths:
    return Paths(np.concatenate([part.drift for part in parts]), np.concatenate([part.cycle for part in parts]))


@dataclass(frozen=True)
class Rule:
    """A rule: it calls when its evidence reaches a limit.

    Attributes:
        name: what it is called.
        path: evidence in each week, (teams, weeks).
        fixed: limit of a rule that is taken as it is; None has it set by simulation.
        judged_by: stages whose isolated dips set the limit of a rule for the cycle; None for all.
    """

    name: str
    path: Callable[[Trial], Array]
    fixed: float | None = None
    judged_by: Sequence[Stage] | None = None


@dataclass(frozen=True)
class Delays:
    """Weeks from the onset to the call, the week of the onset being 1; infinite where it is not called.

    Teams that were called before the onset are left out: those were false alarms.
    """

    weeks: Array

    @classmethod
    def of(cls, path: Array, limit: float, horizon: int, onset: int = ONSET) -> "Delays":
        """Delays of a rule's evidence, (teams, weeks), looked at for so many weeks."""
        early = (path[:, :onset] >= limit).any(axis=1)
        called = path[~early, onset : onset + horizon] >= limit
        return cls(np.where(called.any(axis=1), called.argmax(axis=1) + 1.0, NEVER))

    @property
    def median(self) -> float:
        """Half of the teams are called by then."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> float:
        """So many are called by then; never, where all teams had been called before the onset."""
        if not self.weeks.size:
            return NEVER
        return float(np.quantile(self.weeks, share, method="inverted_cdf"))

    @property
    def interval(self) -> tuple[float, float]:
        """95% interval of the median, from the order of the delays (binomial)."""
        reach = min(0.5, INTERVAL * 0.5 / np.sqrt(max(1, self.weeks.size)))
        return self.quantile(0.5 - reach), self.quantile(0.5 + reach)

    def within(self, weeks: float) -> float:
        """Share called within so many weeks."""
        return float((self.weeks <= weeks).sum() / max(1, self.weeks.size))

    @property
    def missed(self) -> float:
        """Share not called in the whole time."""
        return float(np.isinf(self.weeks).sum() / max(1, self.weeks.size))


def limit(peaks: Array, share: float) -> float:
    """The limit that at most this share of teams ever reaches; `peaks` is the most evidence of each."""
    ranked = np.sort(peaks)
    # Just above the first that is one too many.
    return float(np.nextafter(ranked[len(ranked) - 1 - int(share * len(ranked))], np.inf))


def peaks(path: Array, weeks: int = YEAR, since: int = 0) -> Array:
    """Most evidence of each team within some weeks, (teams,)."""
    most: Array = path[:, since : since + weeks].max(axis=1)
    return most


def reached(path: Array, at: float, weeks: int = YEAR, since: int = 0) -> float:
    """Share of teams that reach a limit within some weeks."""
    return float((peaks(path, weeks, since) >= at).mean())


def margin(share: float, number: int) -> float:
    """Half of the 95% interval of a share measured on so many teams."""
    return float(INTERVAL * np.sqrt(max(share * (1 - share), 1 / number) / number))


def weeks_shown(number: float) -> str:
    """A number of weeks; a dash when it is never."""
    return "-" if np.isinf(number) else f"{number:.0f}"
