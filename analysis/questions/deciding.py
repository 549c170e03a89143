"""Which intent is meant, by rules and a trained classifier; where they disagree, the asker decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from analysis.questions.acts import Act
from analysis.questions.guessing import Guess, guesses
from analysis.questions.lexicon import rules, sides
from analysis.questions.question import Against, Intent, Side
from analysis.questions.times import Times
from analysis.questions.units import Units
from analysis.questions.words import Words
from analysis.stages import Stage

# Intents whose words decide even where two units are named.
_BEFORE_COMPARISON = {
    Intent.HELP,
    Intent.DEFINITION,
    Intent.CYCLE,
    Intent.ADVICE,
    Intent.EFFECT,
    Intent.PARTICIPATION,
}
# Told apart by the times and units that are named and not by the wording, so the classifier has no say in it.
_FIGURES = {Intent.LEVEL, Intent.TREND, Intent.COMPARE}
# Function words that leave a question bare: nothing but units and times.
_LIGHT = {"and", "s", "the", "in", "for"}
# The classifier alone is believed from the first chance on; from the second on it makes a rule doubtful. Both were
# chosen by ten-fold cross-validation of the classifier on 119 questions of the building part that the rules of the
# day had not seen: with 0.5 and 0.6, 76% of intents were right, 16% asked back and 8% wrong; with 0.5 and 0.7 it
# was 79%, 11% and 10%. Asking back is the smaller harm.
BELIEVED = 0.5
DOUBTED = 0.6
# Where a measure was named and no rule spoke, a guess from here on is asked about: our choice, between the two.
SUSPECTED = 0.35
# A guess that is worth offering when nothing can be decided: our choice.
OFFERED = 0.2
MOST_GUESSES = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """An intent with what it compares; `unclear` with the intents to offer, likeliest first.

    `weak` says that no rule spoke for it: a measure was named, and no more is known.
    """

    intent: Intent
    compare: Against | None = None
    weak: bool = False
    offers: tuple[Intent, ...] = ()


@dataclass(frozen=True)
class Recognised:
    """What was recognised in a question."""

    words: Words
    times: Times
    units: Units
    measures: tuple[Stage, ...]
    act: Act | None = None
    topic: str | None = None

    @cached_property
    def text(self) -> str:
        """The marked question."""
        return self.words.text

    @property
    def named(self) -> int:
        """Units that were named, certain or not."""
        return len(self.units.ids) + len(self.units.several)


def decide(seen: Recognised) -> Decision:
    """The intent, or what to ask back with."""
    ruled = _ruled(seen)
    found = [guess for guess in guesses(seen.text) if _possible(guess.intent, seen)]
    best = found[0] if found else None
    if ruled.intent is Intent.UNCLEAR:
        return _guessed(found, seen)
    return ruled if best is None else _weighed(ruled, best, seen)


def _guessed(found: Sequence[Guess], seen: Recognised) -> Decision:
    """What the classifier says where no rule does."""
    if found and found[0].chance >= BELIEVED:
        return _figures(seen) if found[0].intent in _FIGURES else Decision(found[0].intent)
    likely = [guess.intent for guess in found if guess.chance >= OFFERED]
    return _doubt(*likely[:MOST_GUESSES])


def _weighed(ruled: Decision, best: Guess, seen: Recognised) -> Decision:
    """A rule's word against the classifier's."""
    if {best.intent, ruled.intent} <= _FIGURES:
        moving = ruled.weak and best.intent is Intent.TREND and best.chance >= BELIEVED
        return Decision(Intent.TREND) if moving and not seen.times.periods else ruled
    if best.intent is ruled.intent or best.chance < (SUSPECTED if ruled.weak else DOUBTED):
        return ruled
    if ruled.weak and best.chance >= BELIEVED and best.intent is not Intent.UNCLEAR:
        return Decision(best.intent)
    return _doubt(ruled.intent, best.intent)


def _doubt(*offers: Intent) -> Decision:
    return Decision(Intent.UNCLEAR, offers=tuple(intent for intent in offers if intent is not Intent.UNCLEAR))


def compared(seen: Recognised) -> Against | None:
    """What is set side by side, or None when nothing is."""
    versus = sides()["versus"].search(seen.text) is not None
    if seen.act is not None and seen.act.side is None:
        return Against.ACTION
    if seen.named >= 2 and (versus or sides()["either"].search(seen.text)):
        return Against.UNITS
    if seen.times.periods and versus and (seen.measures or seen.named):
        return Against.WEEKS
    return Against.UNITS if versus and seen.units.several else None


def _ruled(seen: Recognised) -> Decision:
    """The first rule that fits, after comparisons, which are known by what is compared."""
    first = next((rule.intent for rule in rules() if rule.fits(seen.text, seen.measures)), None)
    if first in _BEFORE_COMPARISON:
        return Decision(first)
    against = compared(seen)
    if against is not None:
        return Decision(Intent.COMPARE, against)
    if first is not None and not (first is Intent.LEVEL and _running(seen)):
        return Decision(first)
    if (seen.measures or seen.named) and (first or _bare(seen)):
        return replace(_figures(seen), weak=first is None)
    return Decision(Intent.UNCLEAR)


def _figures(seen: Recognised) -> Decision:
    against = compared(seen)
    if against is not None:
        return Decision(Intent.COMPARE, against)
    return Decision(Intent.TREND if _running(seen) else Intent.LEVEL)


def _running(seen: Recognised) -> bool:
    """Whether the weeks lead up to now: "since March", "since the reorg"."""
    since = seen.act is not None and seen.act.side is Side.AFTER and sides()["since"].search(seen.text)
    return seen.times.running or bool(since)


def _bare(seen: Recognised) -> bool:
    """Whether what was recognised is enough: a measure, or nothing but units and times."""
    left = [word for word in seen.words.items if word.mark is None and word.text not in _LIGHT]
    return bool(seen.measures) or not left


def _possible(intent: Intent, seen: Recognised) -> bool:
    """Whether an intent has what it needs: figures a measure or a unit, overlays their word."""
    match intent:
        case Intent.OVERLAYS:
            return Stage.OVERLAY in seen.measures
        case Intent.COMPARE:
            return compared(seen) is not None
        case Intent.LEVEL | Intent.TREND | Intent.FORECAST | Intent.DRIVERS:
            return bool(seen.measures or seen.named)
    return True
