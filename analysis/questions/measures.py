"""Measures in a question, by the words sales people use for them."""

from dataclasses import dataclass

from rapidfuzz.distance import OSA

from analysis.questions.guessing import met
from analysis.questions.lexicon import lexicon, persons
from analysis.questions.words import Words
from analysis.stages import Stage

MEASURE = "MEASURE"
# Typos allowed by length of the word: one to 7 letters, two from 8; below 5 none, but of 4 one left out.
# Of English typos, 80% are one insertion, omission, substitution or swap (Damerau 1964).
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
    found = [item for item in found if not _denied(item[0], words)] or found
    stages = tuple(dict.fromkeys(stage for _, several, _ in found for stage in several))
    return Measures(stages, found[0][2] if found else None)


def _denied(place: int, words: Words) -> bool:
    """Whether a measure is said not to be meant: "not trust, friction in EMEA"."""
    before = [word.text for word in words.items[max(0, place - 2) : place]]
    if before[-1:] in (["not"], ["nicht"]):
        # "People do not trust" and "is trust not falling" ask about trust all the same.
        return before[:-1] in ([], ["and"], ["but"], ["und"], ["aber"], ["please"], ["bitte"])
    return before[-1:] == ["statt"] or before in (["instead", "of"], ["rather", "than"], ["anstatt", "von"])


def allowed_typos(length: int) -> int:
    """How many letters may be wrong in a word of this length."""
    if length < SHORTEST_TYPO:
        return 0
    return 1 if length < TWO_TYPOS_FROM else 2


def _left_out(word: str, phrase: str) -> bool:
    """Whether a word of four letters is one of five without one of them: "trst"."""
    return len(word) == SHORTEST_TYPO - 1 and len(phrase) == SHORTEST_TYPO and OSA.distance(word, phrase) == 1


def _typo(word: str) -> str | None:
    """The one-word phrase that a misspelt word means, or None when it is none or could be two."""
    known = lexicon()
    allowed = allowed_typos(len(word)) or int(len(word) == SHORTEST_TYPO - 1)
    if not allowed or word in known.common | known.names | met() or word in persons() or not word.isalpha():
        return None
    near = [
        (OSA.distance(word, phrase, score_cutoff=allowed), phrase)
        for phrase in known.measures
        if " " not in phrase
        and len(phrase) >= SHORTEST_TYPO
        and phrase[0] == word[0]
        and (len(word) >= SHORTEST_TYPO or _left_out(word, phrase))
    ]
    best = min(near, default=(allowed + 1, ""))
    if best[0] > allowed:
        return None
    meant = {known.measures[phrase] for distance, phrase in near if distance == best[0]}
    return best[1] if len(meant) == 1 else None
