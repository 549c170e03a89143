"""Subjects known beforehand: what sales people write about, and the area and stage each belongs to."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from analysis.stages import Stage
from analysis.themes.theme import Area

# A subject counts at most so often in one comment: naming it twice says no more than that it is the subject.
MOST_COUNTED = 2

_Label = TypeVar("_Label")


@dataclass(frozen=True, slots=True)
class Concept:
    """A subject, the words that speak for it, and where it belongs."""

    name: str
    area: Area
    stage: Stage | None
    words: re.Pattern[str]


@cache
def concepts() -> tuple[Concept, ...]:
    """The subjects of `concepts.toml`."""
    data = tomllib.loads((files(__package__) / "concepts.toml").read_text(encoding="utf-8"))
    return tuple(
        Concept(
            name, Area(entry["area"]), Stage(entry["stage"]) if "stage" in entry else None, _any_of(entry["words"])
        )
        for name, entry in data.items()
    )


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    parts = [re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in words]
    return re.compile(rf"\b(?:{'|'.join(sorted(parts, key=len, reverse=True))})\b")


def mentions(texts: Sequence[str]) -> NDArray[np.float64]:
    """How often each text speaks of each subject, capped; shape (texts, concepts)."""
    counts = np.zeros((len(texts), len(concepts())))
    for row, text in enumerate(texts):
        lower = re.sub(r"[^\w]+", " ", text.lower())
        for column, concept in enumerate(concepts()):
            counts[row, column] = min(MOST_COUNTED, len(concept.words.findall(lower)))
    return counts


@cache
def is_subject(phrase: str) -> bool:
    """Whether a word or phrase is one that speaks for a subject."""
    return any(concept.words.fullmatch(phrase) for concept in concepts())


def area_of(counts: NDArray[np.float64]) -> Area | None:
    """The area that a theme's mentions (comments, concepts) speak of most; None without any."""
    return _strongest(counts, [concept.area for concept in concepts()])


def stage_of(counts: NDArray[np.float64], *, least_share: float = 0.5) -> Stage | None:
    """The stage that at least half of a theme's mentions speak of, else None (half: our choice for "clear")."""
    found = _strongest(counts, [concept.stage for concept in concepts()])
    if found is None:
        return None
    columns = [concept.stage is found for concept in concepts()]
    return found if counts[:, columns].sum() >= least_share * counts.sum() else None


def _strongest(counts: NDArray[np.float64], labels: Sequence[_Label]) -> _Label | None:
    totals: dict[_Label, float] = {}
    for label, total in zip(labels, counts.sum(axis=0), strict=True):
        totals[label] = totals.get(label, 0.0) + float(total)
    best = max(totals, key=lambda label: totals[label])
    return best if totals[best] > 0 else None
