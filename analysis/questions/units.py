"""Units in a question: by name, part of it, abbreviation or typo, or by whose they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from rapidfuzz.distance import OSA

from analysis.figures import Unit
from analysis.questions.lexicon import lexicon
from analysis.questions.words import Words

UNIT = "UNIT"
# Words that may stand between the two parts of a name turned round: "Enterprise in EMEA".
_BETWEEN = {"in", "of", "at", "for", "from", "within", "team", "der", "von", "aus", "the"}
_PLURAL = {"teams", "units", "regions", "groups", "regionen"}
# Parts of names that say nothing alone ("systems", "sales").
_EMPTY = {
    "team",
    "teams",
    "group",
    "sales",
    "systems",
    "unit",
    "region",
    "company",
    "inc",
    "gmbh",
    "ltd",
    "and",
    "und",
    "the",
    "of",
}
# Four-letter names tolerate one typo, in a place other than the first letter; our choice: "each" is not "DACH".
SHORTEST_TYPO = 4
TWO_TYPOS_FROM = 8


@dataclass(slots=True)
class Units:
    """What was found: ids in the order of the words, and what could be several units.

    Attributes:
        ids: units that are certain.
        several: for each word that could mean several units, their ids.
        everyone: whether the whole company was named.
    """

    ids: tuple[str, ...] = ()
    several: list[tuple[str, ...]] = field(default_factory=list)
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class _Hit:
    """A run of words that names one unit or could name several."""

    start: int
    end: int
    ids: tuple[str, ...]
    all_of_them: bool = False


class UnitFinder:
    """Finds units of one organisation; `asker_units` are the ids of the units the asker leads or belongs to."""

    def __init__(self, units: Sequence[Unit], asker_units: Sequence[str]) -> None:
        self.units = list(units)
        self.by_id = {unit.id: unit for unit in units}
        self.own = [unit_id for unit_id in asker_units if unit_id in self.by_id]
        self.parts = {unit.id: name_parts(unit.name) for unit in units}
        self.roots = [unit.id for unit in units if unit.parent is None or unit.parent not in self.by_id]
        self.words = {part for parts in self.parts.values() for part in parts}

    def find(self, words: Words) -> Units:
        """Read and mark the units of a question."""
        found = Units()
        hits = [*self._named(words), *self._scoped(words, found)]
        hits.sort(key=lambda hit: hit.start)
        hits = self._without_misfits(hits)
        certain = [unit_id for hit in hits if len(hit.ids) == 1 or hit.all_of_them for unit_id in hit.ids]
        ordered: list[str] = []
        for hit in hits:
            if len(hit.ids) == 1 or hit.all_of_them:
                ordered.extend(hit.ids)
                continue
            siblings = [one for one in hit.ids if one not in certain and self._beside(one, certain)]
            if len(siblings) == 1:
                ordered.append(siblings[0])
            else:
                found.several.append(tuple(sorted(hit.ids, key=lambda one: one not in self.own)))
        found.ids = tuple(dict.fromkeys(ordered))
        return found

    def _without_misfits(self, hits: list[_Hit]) -> list[_Hit]:
        """Two names run together that are no one unit, one of them in part: either could be meant."""
        kept = list(hits)
        for first, second in pairwise(hits):
            run_on = first.end == second.start and len(first.ids) == len(second.ids) == 1
            if not run_on or first not in kept or self._related(first.ids[0], second.ids[0]):
                continue
            if any(not self._whole(hit) for hit in (first, second)):
                place = kept.index(first)
                kept[place : place + 2] = [_Hit(first.start, second.end, (*first.ids, *second.ids))]
        return kept

    def _whole(self, hit: _Hit) -> bool:
        """Whether a name was said in all its parts."""
        return hit.end - hit.start >= len(self.parts[hit.ids[0]])

    def _related(self, one: str, other: str) -> bool:
        """Whether a unit lies below the other."""
        return other in self._above(one) or one in self._above(other)

    def _above(self, unit_id: str) -> list[str]:
        above = []
        here = self.by_id[unit_id]
        while here.parent in self.by_id:
            above.append(here.parent)
            here = self.by_id[here.parent]
        return above

    def _beside(self, one: str, certain: Sequence[str]) -> bool:
        """Whether a unit is a sibling of one that was named: "EMEA Enterprise and Mid-Market"."""
        return any(self.by_id[one].parent == self.by_id[other].parent for other in certain)

    def _scoped(self, words: Words, found: Units) -> Iterator[_Hit]:
        scopes = lexicon().scopes
        for start, end, text in list(words.runs(3)):
            scope = scopes.get(text)
            if scope is None or not words.free(start, end) or (scope == "vague" and len(self.own) != 1):
                continue
            if scope == "vague" and any(word.mark and word.mark.startswith(UNIT) for word in words.items):
                continue
            ids = {"own": self.own, "vague": self.own, "region": self._regions(), "company": self.roots}[scope]
            if not ids:
                continue
            found.everyone |= scope == "company"
            words.mark(start, end, f"{UNIT}:{start}")
            yield _Hit(start, end, tuple(ids), all_of_them=True)

    def _regions(self) -> list[str]:
        """The asker's regions: for each own unit, the unit under the company that holds it."""
        regions = []
        for unit_id in self.own:
            here = self.by_id[unit_id]
            while here.parent in self.by_id and here.parent not in self.roots:
                here = self.by_id[here.parent]
            regions.append(here.id)
        return list(dict.fromkeys(regions))

    def _named(self, words: Words) -> Iterator[_Hit]:
        at = self._parts_at(words)
        taken: set[int] = set()
        for start, end in self._runs(at, words):
            if taken & set(range(start, end)):
                continue
            spoken = frozenset(at[place][1] for place in range(start, end) if place in at)
            ids = self._units_with(spoken)
            if not ids:
                continue
            last = max(at[place][0] for place in range(start, end) if place in at)
            while len(ids) == 1 and last < len(words) and words.items[last].text in self.parts[ids[0]]:
                last += 1  # "Systems" says nothing alone and belongs to "Larkspur Systems"
            plural = len(ids) > 1 and last < len(words) and words.items[last].text in _PLURAL
            taken |= set(range(start, last))
            words.mark(start, last, f"{UNIT}:{start}")
            yield _Hit(start, last, ids, all_of_them=plural)

    def _parts_at(self, words: Words) -> dict[int, tuple[int, str]]:
        """For each place where part of a name stands: the place after it, and the part."""
        at: dict[int, tuple[int, str]] = {}
        covered: set[int] = set()
        for start, end, text in list(words.runs(2)):
            written = words.items[start].written
            part = self._part(text, written)
            if part and not covered & set(range(start, end)):
                at[start] = (end, part)
                covered |= set(range(start, end))
        return at

    def _part(self, text: str, written: str) -> str | None:
        known = lexicon()
        together = text.replace(" ", "")
        if together in self.words and (together not in known.common or written[:1].isupper()):
            return together if together not in _EMPTY else None
        for phrase, word in known.unit_words.items():
            if word in self.words and (text == phrase or (written == "US" and word == "amer" and text == "us")):
                return word
        if (
            " " in text
            or text in known.common
            or text in known.measures
            or text in known.names
            or not text.isalpha()
        ):
            return None
        return self._typo(text)

    def _typo(self, text: str) -> str | None:
        allowed = 0 if len(text) < SHORTEST_TYPO else 1 if len(text) < TWO_TYPOS_FROM else 2
        near = sorted(
            (OSA.distance(text, part), part)
            for part in self.words
            if len(part) >= SHORTEST_TYPO and part[0] == text[0] and part not in _EMPTY
        )
        near = [pair for pair in near if pair[0] <= allowed]
        if not allowed or not near or (len(near) > 1 and near[0][0] == near[1][0]):
            return None
        return near[0][1]

    def _runs(self, at: dict[int, tuple[int, str]], words: Words) -> list[tuple[int, int]]:
        """Places of neighbouring parts that could be one name, the longest first."""
        chains: list[tuple[int, ...]] = []
        for start in sorted(at):
            chain = [start]
            chains.append(tuple(chain))
            while (following := self._following(chain[-1], at, words)) is not None:
                chain.append(following)
                chains.append(tuple(chain))
        chains.sort(key=lambda chain: (-len(chain), chain))
        return [(chain[0], chain[-1] + 1) for chain in chains]

    def _following(self, place: int, at: dict[int, tuple[int, str]], words: Words) -> int | None:
        after = at[place][0]
        for skipped in range(3):
            if after + skipped in at:
                return after + skipped
            if after + skipped >= len(words) or words.items[after + skipped].text not in _BETWEEN:
                return None
        return None

    def _units_with(self, spoken: frozenset[str]) -> tuple[str, ...]:
        """The unit of exactly these parts, else all whose names hold them."""
        exact = [unit_id for unit_id, parts in self.parts.items() if frozenset(parts) == spoken]
        if exact:
            return tuple(exact)
        return tuple(unit_id for unit_id, parts in self.parts.items() if spoken <= frozenset(parts))


def name_parts(name: str) -> tuple[str, ...]:
    """The parts of a unit's name as they are compared: "EMEA Mid-Market" is ("emea", "midmarket")."""
    words = [word.text for word in Words.of(name).items]
    joined = list(words)
    for first, second in combinations(range(len(words)), 2):
        if second == first + 1 and f"{words[first]} {words[second]}" in lexicon().unit_words:
            joined[first : second + 1] = [lexicon().unit_words[f"{words[first]} {words[second]}"]]
            break
    return tuple(joined)
