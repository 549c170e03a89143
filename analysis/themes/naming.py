"""Names for themes, made of the comments' own words."""

from collections.abc import Sequence
from math import log

from analysis.themes.concepts import is_subject
from analysis.themes.content import content, stop_words, words

# Words in a name, and words kept beside it.
MOST_IN_NAME = 4
MOST_WORDS = 8
# People name things by phrases ("deal desk") and by the words of their trade; our choice, by looking at names.
PHRASE_BONUS = 1.3
SUBJECT_BONUS = 1.6
# A word is added to a name when it speaks for so many more of the theme's comments.
LEAST_ADDED = 0.12
# A longer phrase replaces a word when it stands in so many of the word's comments.
LENGTHENED_SHARE = 0.6


class Phrases:
    """Words and phrases of up to three words in all comments, and in which comments each stands."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.number = len(texts)
        self.places: dict[str, set[int]] = {}
        for row, text in enumerate(texts):
            for phrase in _phrases(text):
                self.places.setdefault(phrase, set()).add(row)

    def characteristic(self, group: Sequence[int]) -> list[tuple[str, float]]:
        """What comments in these rows say more often than the rest, best first.

        The weight is that of class TF-IDF: the share of the theme's comments that say it, times the log of how
        rare it is among all (Grootendorst 2022). Ties go by the alphabet, so names do not depend on order.
        """
        inside, scored = set(group), []
        for phrase, places in self.places.items():
            count = len(places & inside)
            longer = " " in phrase
            if not count or (longer and count < 2):
                continue
            bonus = (PHRASE_BONUS if longer else 1.0) * (SUBJECT_BONUS if is_subject(phrase) else 1.0)
            scored.append((phrase, bonus * count / len(inside) * log(1 + self.number / len(places))))
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))

    def name(self, group: Sequence[int], ranked: Sequence[tuple[str, float]]) -> str:
        """Two to four words: the best phrase, and the best word for the comments that lack it."""
        inside = set(group)
        name = self._lengthened(ranked[0][0], ranked, inside)
        left = inside - self.places[name]
        for other, _ in ranked[1:]:
            long_enough = " " in name
            if long_enough and ("," in name or len(left) < LEAST_ADDED * len(inside)):
                break
            added = len(self.places[other] & left)
            fits = not _alike(other, name) and len(f"{name} {other}".split()) <= MOST_IN_NAME
            if fits and (not long_enough or added >= LEAST_ADDED * len(inside)):
                name, left = f"{name}, {other}", left - self.places[other]
        return name

    def _lengthened(self, best: str, ranked: Sequence[tuple[str, float]], inside: set[int]) -> str:
        """A phrase that holds the best one and is nearly as frequent: "desk" becomes "deal desk"."""
        least = LENGTHENED_SHARE * len(self.places[best] & inside)
        for phrase, _ in ranked:
            longer = phrase.count(" ") > best.count(" ") and f" {best} " in f" {phrase} "
            if longer and len(self.places[phrase] & inside) >= least:
                return phrase
        return best


def _phrases(text: str) -> set[str]:
    """Runs of up to three words of a comment that carry meaning, with no stop word inside."""
    carrying = set(content(text))
    found: set[str] = set()
    run: list[str] = []
    for word in [*words(text), ""]:
        if word in carrying and word not in stop_words():
            run.append(word)
            continue
        for length in (1, 2, 3):
            found |= {" ".join(run[at : at + length]) for at in range(len(run) - length + 1)}
        run = []
    return found


def _alike(word: str, name: str) -> bool:
    """Whether a word would only repeat one of the name: "approval" beside "approvals"."""
    return any(part[:4] == held[:4] for part in word.split() for held in name.replace(",", "").split())
