"""Measures in a question, by the words sales people use for them."""

from dataclasses import dataclass

from rapidfuzz.distance import OSA

from analysis.questions.lexicon import lexicon
from analysis.questions.words import Words
from analysis.stages import Stage

MEASURE = "MEASURE"
# Typos allowed by length of the word: none below 5 letters, one up to 7, two from 8. Of English typos, 80% are one
# insertion, omission, substitution or swap (Damerau 1964).
SHORTEST_TYPO = 5
TWO_TYPOS_FROM = 8


@dataclass(frozen=True, slots=True)
class Measures:
    """Stages in the order of the words, and the asker's own word for the first."""

    stages: tuple[Stage, ...]
    topic: str | None


def find_measures(words: Words) -> Measures:
    """Read and mark the measures of a question, exact phrases first, then typos."""
    known = lexicon()
    found: list[tuple[int, tuple[Stage, ...], str]] = []
    skipped = [
        place
        for start, end, text in words.runs(known.longest)
        if text in known.other
        for place in range(start, end)
    ]
    for start, end, text in list(words.runs(known.longest)):
        if text in known.measures and words.free(start, end) and start not in skipped:
            words.mark(start, end, MEASURE)
            found.append((start, known.measures[text], text))
    for start, end, text in list(words.runs(1)):
        phrase = _typo(text)
        if phrase and words.free(start, end) and start not in skipped:
            words.mark(start, end, MEASURE)
            found.append((start, known.measures[phrase], phrase))
    found.sort(key=lambda item: item[0])
    found = [item for item in found if item[2] not in known.weak] or found
    stages = tuple(dict.fromkeys(stage for _, several, _ in found for stage in several))
    return Measures(stages, found[0][2] if found else None)


def allowed_typos(length: int) -> int:
    """How many letters may be wrong in a word of this length."""
    if length < SHORTEST_TYPO:
        return 0
    return 1 if length < TWO_TYPOS_FROM else 2


def _typo(word: str) -> str | None:
    """The one-word phrase that a misspelt word means, or None when it is none or could be two."""
    known = lexicon()
    allowed = allowed_typos(len(word))
    if not allowed or word in known.common or word in known.names or not word.isalpha():
        return None
    near = [
        (OSA.distance(word, phrase, score_cutoff=allowed), phrase)
        for phrase in known.measures
        if " " not in phrase and len(phrase) >= SHORTEST_TYPO and phrase[0] == word[0]
    ]
    best = min(near, default=(allowed + 1, ""))
    if best[0] > allowed:
        return None
    meant = {known.measures[phrase] for distance, phrase in near if distance == best[0]}
    return best[1] if len(meant) == 1 else None
