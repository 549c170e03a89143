"""What the wording of a question suggests: a classifier trained on the examples of `examples.toml`.

It sees questions with UNIT, MEASURE, TIME and FUTURE in place of what was recognised, so what it learns holds for
any organisation. It knows nothing of persons: questions about them are refused before.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from analysis.questions.lexicon import read
from analysis.questions.question import Intent

# One-against-rest logistic regression on words, pairs of words and parts of words, which bear typos and German
# endings. Chosen on the building part by cross-validation (87% of intents by itself; a support vector machine 87%,
# naive Bayes 83%); its strength of regularisation made little difference between 3 and 100.
STRENGTH = 20.0
_SEVERAL = re.compile(r"\bMEASURE(?: (?:(?:and|und|the|der|die|das|den) )*MEASURE)+\b")


@dataclass(frozen=True, slots=True)
class Guess:
    """An intent and the chance that it is meant, from 0 to 1; the chances of all need not add to 1."""

    intent: Intent
    chance: float


@cache
def examples() -> tuple[tuple[str, Intent], ...]:
    """The marked questions (`Words.text`) that the classifier is trained on, with their intents."""
    data: dict[str, list[str]] = read("examples.toml")
    return tuple((text, Intent(name)) for name, texts in data.items() for text in texts)


@cache
def met() -> frozenset[str]:
    """Words that stand in the examples of what can be answered: no unit, and no other word misspelt."""
    return frozenset(word for text, intent in examples() if intent is not Intent.UNCLEAR for word in text.split())


@lru_cache(maxsize=1024)
def guesses(text: str) -> tuple[Guess, ...]:
    """Every intent that has examples, likeliest first, for a marked question."""
    return _Trained.on(examples()).guesses(text)


def get_ready() -> None:
    """Train the classifier now, so that the first question does not wait for it."""
    _Trained.on(examples())


def _words_and_pairs(text: str) -> list[str]:
    words = text.split()
    return [*words, *(" ".join(pair) for pair in pairwise(words))]


def _plain(text: str) -> str:
    """However many measures are listed, the intent is that of one."""
    return _SEVERAL.sub("MEASURE", text)


class _Trained:
    """The classifier after training; the same examples always give the same one."""

    def __init__(self, known: tuple[tuple[str, Intent], ...]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - a second of start-up
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
        from sklearn.multiclass import OneVsRestClassifier  # noqa: PLC0415
        from sklearn.pipeline import make_pipeline, make_union  # noqa: PLC0415

        self._model = make_pipeline(
            make_union(
                TfidfVectorizer(analyzer=_words_and_pairs, sublinear_tf=True),
                TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True),
            ),
            OneVsRestClassifier(LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)),
        )
        self._model.fit([_plain(text) for text, _ in known], [intent.value for _, intent in known])

    @classmethod
    @cache
    def on(cls, known: tuple[tuple[str, Intent], ...]) -> "_Trained":
        """The classifier of some examples, trained once in a process."""
        return cls(known)

    def guesses(self, text: str) -> tuple[Guess, ...]:
        """As `guesses`."""
        chances = self._model.predict_proba([_plain(text)])[0]
        found = [
            Guess(Intent(name), float(chance)) for name, chance in zip(self._model.classes_, chances, strict=True)
        ]
        return tuple(sorted(found, key=lambda guess: (-guess.chance, guess.intent)))
