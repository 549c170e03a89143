"""Everything a person reads, one catalogue per language; English where another has a gap."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from analysis.stages import Stage

# Each by its own name. `COMPLETE` ones have every text; of others at least a rep's side is there.
LANGUAGE_NAMES = {"en": "English", "de": "Deutsch", "ja": "日本語"}
LANGUAGES = tuple(LANGUAGE_NAMES)
COMPLETE = ("en", "de")
# What a rep reads: whole sections, and single texts of others.
REP_SECTIONS = frozenset(
    {
        *("word", "month", "date", "weekday", "agreement", "pulse", "asking", "home", "own", "copy", "preview"),
        *("outcome", "history", "setting", "stage", "measure", "role", "turnout", "action", "action_after"),
        *("figure", "theme", "area", "effect", "welcome", "later", "when", "wish_error", "item"),
        *("scale.agreement", "scale.hours_lost", "scale.hours_won"),
    }
)
REP_TEXTS = frozenset(
    {
        *(f"error.{name}" for name in ("RoundIsClosed", "NotInvited", "NotYours", "NothingToReactTo")),
        *("error.Unexpected", "error.Unsent", "withheld.no_release_yet", "reply.title", "reply.why"),
        *(f"digest.{name}" for name in ("title", "merged", "moved", "within_noise", "nothing_moved")),
        *(f"digest.{name}" for name in ("nothing_released", "themes", "themes_above", "no_themes")),
    }
)
FALLBACK = "en"


class Words:
    """The catalogue of one language."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, **fields: Any) -> str:
        """The text under a dotted key, its {fields} filled in; KeyError when English lacks it too."""
        text = self.texts.get(key)
        if text is None:
            text = words(FALLBACK).texts[key]
        return text.format(**fields)

    def has(self, key: str) -> bool:
        """Whether any language we can fall back to has this text."""
        return key in self.texts or key in words(FALLBACK).texts

    def stage(self, stage: Stage) -> str:
        """A stage as a label: 'Trust'."""
        return self(f"stage.{stage.value}")

    def measure(self, stage: Stage) -> str:
        """A stage inside a sentence or a question: 'trust'."""
        return self(f"measure.{stage.value}")

    def day(self, day: date) -> str:
        """'16 Nov'."""
        return self("date.day", day=day.day, month=self(f"month.{day.month}"))

    def day_of_year(self, day: date) -> str:
        """'16 Nov 2026', as questions are understood."""
        return self("date.day_of_year", day=day.day, month=self(f"month.{day.month}"), year=day.year)

    def when(self, local: datetime) -> str:
        """'Thursday 16:00'."""
        return f"{self(f'weekday.{local.weekday()}')} {local:%H:%M}"

    def when_on(self, local: datetime) -> str:
        """'Tuesday 17 Nov, 09:00', where it may be another week."""
        weekday = self(f"weekday.{local.weekday()}")
        return self("date.when_on", weekday=weekday, day=self.day(local.date()), time=f"{local:%H:%M}")

    def number(self, value: float, places: int = 1) -> str:
        """A number with the decimal sign of the language."""
        text = f"{value:.{places}f}"
        return text.replace(".", ",") if self.language == "de" else text

    def signed(self, value: float, places: int = 1) -> str:
        """A number with its sign, a real minus included."""
        text = self.number(abs(value), places)
        if float(f"{abs(value):.{places}f}") == 0:
            return text
        return f"+{text}" if value > 0 else f"\u2212{text}"

    def listing(self, parts: list[str]) -> str:
        """'a, b and c'."""
        if len(parts) < 2:
            return "".join(parts)
        return self("word.listing", first=self("word.comma").join(parts[:-1]), last=parts[-1])


@cache
def words(language: str) -> Words:
    """The catalogue of a language, or English when there is none."""
    if language not in LANGUAGES:
        language = FALLBACK
    file = resources.files("handlers.words") / f"{language}.toml"
    return Words(language, dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")))))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", value))
    return found
