"""The words askers use, read once from the data files beside this module."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from analysis.questions.question import Intent, Side
from analysis.stages import Stage


@dataclass(frozen=True, slots=True)
class Rule:
    """Patterns that speak for one intent, and the measures without which they do not count."""

    intent: Intent
    patterns: tuple[re.Pattern[str], ...]
    measures: frozenset[Stage]

    def fits(self, text: str, measures: tuple[Stage, ...]) -> bool:
        """Whether a marked question (`Words.text`) is of this intent."""
        if self.measures and not self.measures & set(measures):
            return False
        return any(pattern.search(text) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What askers call measures, units and scopes.

    Attributes:
        measures: phrase to the stages it may mean.
        unit_words: phrase to the word of a unit's name that it stands for.
        weak: words that are no measure where another one is named.
        other: phrases that hold a measure's word and mean none.
        scopes: phrase to "own", "region", "company" or "vague".
        common: words that are neither a typo nor unknown.
        names: given names.
        longest: words in the longest phrase.
    """

    measures: dict[str, tuple[Stage, ...]]
    unit_words: dict[str, str]
    weak: frozenset[str]
    other: frozenset[str]
    scopes: dict[str, str]
    common: frozenset[str]
    names: frozenset[str]

    @property
    def longest(self) -> int:
        """Words in the longest phrase."""
        return max(phrase.count(" ") + 1 for phrase in (*self.measures, *self.scopes))


def read(name: str) -> dict[str, Any]:
    """One of the data files beside this module."""
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


@cache
def lexicon() -> Lexicon:
    """The lexicon of `lexicon.toml`."""
    data: dict[str, dict[str, list[str]]] = read("lexicon.toml")
    measures: dict[str, tuple[Stage, ...]] = {}
    for code, phrases in data["measures"].items():
        for phrase in phrases:
            for form in _forms(phrase):
                known = measures.get(form, ())
                measures[form] = known if Stage(code) in known else (*known, Stage(code))
    words = data["vocabulary"]["common"], data["people"]["names"]
    common, names = (frozenset(str(text).split()) for text in words)
    return Lexicon(
        measures=measures,
        unit_words={phrase: word for word, phrases in data["unit_words"].items() for phrase in phrases},
        weak=frozenset(data["weak"]["words"]),
        other=frozenset(data["other"]["phrases"]),
        scopes={phrase: scope for scope, phrases in data["scope"].items() for phrase in phrases},
        common=common,
        names=names,
    )


def _forms(phrase: str) -> tuple[str, ...]:
    """A phrase and its English plural."""
    return (phrase,) if phrase.endswith("s") else (phrase, f"{phrase}s")


@dataclass(frozen=True, slots=True)
class Acts:
    """Words around something that was done (`lexicon.toml`): what leads to it, stands before it, and ends it."""

    leads: dict[str, Side]
    articles: frozenset[str]
    stops: frozenset[str]
    nouns: frozenset[str]
    never: frozenset[str]


@cache
def acts() -> Acts:
    """The words of `lexicon.toml` for actions that bound the weeks asked about."""
    data: dict[str, str] = read("lexicon.toml")["acts"]
    lists = {name: frozenset(data[name].split()) for name in ("articles", "stops", "nouns", "never")}
    return Acts(leads={word: side for side in Side for word in data[side.value].split()}, **lists)


@cache
def persons() -> frozenset[str]:
    """Words for persons (`people.toml`), which are never a misspelt measure."""
    return frozenset(read("people.toml")["person"].split())


@cache
def sides() -> dict[str, re.Pattern[str]]:
    """The patterns of `intents.toml` for comparisons ("versus", "either" of two units, "regions") and "why"."""
    return {name: re.compile(pattern) for name, pattern in read("intents.toml")["sides"].items()}


@dataclass(frozen=True, slots=True)
class Following:
    """Wordings of questions that follow on from another; the first four fit a whole question."""

    why: re.Pattern[str]
    when: re.Pattern[str]
    teams: re.Pattern[str]
    regions: re.Pattern[str]
    and_: re.Pattern[str]
    whole: re.Pattern[str]
    versus: re.Pattern[str]
    pronoun: re.Pattern[str]
    filler: frozenset[str]


@cache
def following() -> Following:
    """The wordings of `intents.toml` that follow on."""
    data: dict[str, str] = dict(read("intents.toml")["following"])
    filler = frozenset(data.pop("filler").split())
    return Following(filler=filler, **{name: re.compile(pattern) for name, pattern in data.items()})


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of `intents.toml`, in their order."""
    found: list[dict[str, list[str] | str]] = read("intents.toml")["rule"]
    return tuple(
        Rule(
            Intent(str(rule["intent"])),
            tuple(re.compile(pattern) for pattern in rule["patterns"]),
            frozenset(Stage(code) for code in rule.get("measures", ())),
        )
        for rule in found
    )
