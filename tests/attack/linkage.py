"""Linking things without a name to people: by the order in which both lie, and by what lies near to what."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, lgamma, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

Name = Hashable
# Numbers, or anything else that can be sorted; of one kind within a trace.
Place = Any
# Which of two lists, thing -> person guessed.
Guess = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class Trace:
    """Where some things, or some people, were met: pairs of a place and a name.

    Places in traces with the same `clock` can be compared; in any trace they can be sorted.
    """

    clock: str
    what: str
    met: Sequence[tuple[Place, Name]]

    def places(self) -> dict[str, dict[Name, Place]]:
        """The first place and the last one of each name; one of them where they are the same."""
        first: dict[Name, Place] = {}
        last: dict[Name, Place] = {}
        for place, name in self.met:
            first[name] = min(first.get(name, place), place)
            last[name] = max(last.get(name, place), place)
        return {self.what: first} if first == last else {f"first {self.what}": first, f"last {self.what}": last}

    def orders(self) -> dict[str, list[Name]]:
        """The names as they lie."""
        return {what: sorted(found, key=found.__getitem__) for what, found in self.places().items()}


@dataclass(frozen=True)
class Truth:
    """Who is behind each thing, and in which class the reader knows a person to be anyway.

    People of one class are alike in all that is known to be told about them (when they were asked, whether they
    were reminded): a reader who knows no more guesses among them blindly.
    """

    owners: Mapping[Name, Name]
    classes: Mapping[Name, Name]


@dataclass
class Score:
    """How many things were linked to their person, and how many a blind guess within the classes links."""

    tried: int = 0
    hits: int = 0
    by_chance: float = 0.0

    def add(self, other: Score) -> None:
        """Of another round, by the same strategy."""
        self.tried += other.tried
        self.hits += other.hits
        self.by_chance += other.by_chance

    @property
    def luck(self) -> float:
        """The chance of so many hits or more from blind guesses (they are nearly Poisson distributed)."""
        if self.hits == 0:
            return 1.0
        rate = max(self.by_chance, 1e-9)
        terms = (exp(n * log(rate) - rate - lgamma(n + 1)) for n in range(self.hits, self.hits + 200))
        return min(1.0, sum(terms))


@dataclass
class Linkage:
    """Every strategy with its score, over several rounds."""

    scores: dict[str, Score] = field(default_factory=dict)

    def try_all(self, things: Sequence[Trace], people: Sequence[Trace], truth: Truth) -> None:
        """Order against order, and nearest to nearest."""
        judge = _Judge(truth)
        for strategy, guess in _guesses(things, people, judge):
            score = judge.score(guess)
            if score.tried:
                self.scores.setdefault(strategy, Score()).add(score)

    def try_pairs(self, strategy: str, pairs: Iterable[tuple[Name, Name]], truth: Truth) -> None:
        """Pairs of a thing and a person that were found by other means."""
        judge = _Judge(truth)
        score = judge.score(judge.guess(pairs))
        self.scores.setdefault(strategy, Score()).add(score)

    @property
    def best(self) -> tuple[str, Score]:
        """The strategy that is least likely to be mere luck."""
        if not self.scores:
            return "nothing to go by", Score()
        return min(self.scores.items(), key=lambda found: (found[1].luck, -found[1].hits))

    @property
    def luck(self) -> float:
        """The chance that blind guesses do as well as the best of so many strategies, at most."""
        return min(1.0, len(self.scores) * self.best[1].luck) if self.scores else 1.0

    @property
    def in_words(self) -> str:
        """'11 of 10,387 (by chance 3.9; most of 2,034 ways, p = 1: place in the file ~ person.email)'."""
        if not self.scores:
            return "nothing to go by: all look alike"
        name, score = max(self.scores.items(), key=lambda found: found[1].hits)
        ways = f"most of {len(self.scores):,} ways, p = {self.luck:.2g}"
        return f"{score.hits:,} of {score.tried:,} (by chance {score.by_chance:.1f}; {ways}: {name})"


class _Judge:
    """Knows the truth, in numbers."""

    def __init__(self, truth: Truth) -> None:
        self.things = {name: number for number, name in enumerate(truth.owners)}
        self.people = {name: number for number, name in enumerate(truth.classes)}
        classes = {name: number for number, name in enumerate(set(truth.classes.values()))}
        self._classes = np.array([classes[name] for name in truth.classes.values()])
        self._owners = np.array([self.people[owner] for owner in truth.owners.values()])
        self._sizes = Counter(self._classes.tolist())

    def guess(self, pairs: Iterable[tuple[Name, Name]]) -> Guess:
        known = [(self.things[thing], self.people[who]) for thing, who in pairs if thing in self.things]
        return np.array([one for one, _ in known], dtype=int), np.array([other for _, other in known], dtype=int)

    def score(self, guess: Guess) -> Score:
        things, people = guess
        if not len(things):
            return Score()
        owners = self._owners[things]
        classes = self._classes[owners]
        alike = classes == self._classes[people]
        shares = np.array([1 / self._sizes[each] for each in classes[alike].tolist()])
        return Score(len(things), int(np.sum(owners == people)), float(shares.sum()))


def _guesses(things: Sequence[Trace], people: Sequence[Trace], judge: _Judge) -> Iterator[tuple[str, Guess]]:
    lists = [
        (name, np.array([judge.people[who] for who in order if who in judge.people]))
        for trace in people
        for name, order in trace.orders().items()
    ]
    for trace in things:
        for name, order in trace.orders().items():
            known = np.array([judge.things[thing] for thing in order if thing in judge.things], dtype=int)
            for other, those in lists:
                yield from _aligned(f"{name} ~ {other}", known, those)
        for other_trace in people:
            if trace.clock == other_trace.clock:
                yield from _near(trace, other_trace, judge)


def _aligned(name: str, things: NDArray[np.int64], people: NDArray[np.int64]) -> Iterator[tuple[str, Guess]]:
    """The first to the first and so on; where some people sent nothing, from either end or stretched."""
    if not len(things) or not len(people):
        return
    rank = np.arange(len(things))
    ways = {
        "from the start": rank,
        "from the end": rank + len(people) - len(things),
        "stretched": rank * len(people) // len(things),
    }
    for way, places in ways.items():
        inside = (places >= 0) & (places < len(people))
        for turn, order in (("", people), ("reversed, ", people[::-1])):
            yield f"{name}, {turn}{way}", (things[inside], order[places[inside]])
        if len(things) == len(people):
            break


def _near(things: Trace, people: Trace, judge: _Judge) -> Iterator[tuple[str, Guess]]:
    """To each thing the person met next before, next after, or nearest."""
    met = sorted((place, who) for place, who in people.met if who in judge.people)
    places = [place for place, _ in met]
    for what, found in things.places().items():
        for name, way in (("before", _before), ("after", _after), ("nearest", _nearest)):
            numbers = ((thing, way(places, place)) for thing, place in found.items())
            guess = judge.guess((thing, met[number][1]) for thing, number in numbers if number is not None)
            yield f"{what}, {name} {people.what}", guess


def _before(places: Sequence[Place], place: Place) -> int | None:
    number = bisect_left(places, place) - 1
    return number if number >= 0 else None


def _after(places: Sequence[Place], place: Place) -> int | None:
    number = bisect_left(places, place)
    return number if number < len(places) else None


def _nearest(places: Sequence[Place], place: Place) -> int | None:
    found = [number for number in (_before(places, place), _after(places, place)) if number is not None]
    return min(found, key=lambda number: abs(places[number] - place), default=None)
