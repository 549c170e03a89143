"""Questions as two leaders might put them who want to know more than they may: a grammar in English and German.

It words questions as the labelled ones are worded (`tests/analysis/questions.txt`), about every unit, pair of
units, span of weeks and measure, and those whose answers are to be subtracted later: a region without a team, the
rest of a region, the same weeks and one more.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from analysis.questions import Against, Among, Intent, Question
from analysis.stages import Stage
from handlers.questions.question_text import question_text
from handlers.words import words

MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
}
MEASURES = {
    "en": [
        *("targets", "quota", "trust", "morale", "politics", "candor", "honesty", "overlay hours", "deal desk"),
        *("meetings", "friction", "red tape", "bureaucracy", "approvals", "customer time", "selling time"),
        *("efficiency", "productivity", "burnout", "frcition", "trsut"),
    ],
    "de": [
        *("Ziele", "Vertrauen", "Stimmung", "Offenheit", "Overlay Stunden", "Spezialisten", "Reibung"),
        *("Bürokratie", "Genehmigungen", "Kundenzeit", "Effizienz", "Produktivität"),
    ],
}
# For each intent: how often it is asked, and its wordings. <m> is a measure, <u> and <v> are units, <t> a time.
WORDINGS: dict[str, tuple[int, dict[str, list[str]]]] = {
    "level": (
        26,
        {
            "en": ["how is <m> in <u> <t>?", "<m> in <u> <t>", "how is <u> doing <t>?", "<m> and <m> in <u> <t>"],
            "de": ["wie ist <m> in <u> <t>?", "<m> in <u> <t>", "wie geht es <u> <t>?"],
        },
    ),
    "without": (
        10,
        {
            "en": [
                "<m> in <u> without <v> <t>",
                "how is <m> in <u> except <v> <t>?",
                "<m> in all of <u> but <v> <t>",
            ],
            "de": ["<m> in <u> ohne <v> <t>", "wie ist <m> in <u> außer <v> <t>?"],
        },
    ),
    "trend": (
        14,
        {
            "en": ["how has <m> developed in <u> <t>?", "is <m> getting worse in <u> <t>?", "plot <m> in <u> <t>"],
            "de": ["wie hat sich <m> in <u> <t> entwickelt?", "wird <m> in <u> <t> schlechter?"],
        },
    ),
    "compare": (
        22,
        {
            "en": [
                *(
                    "compare <m> in <u> and <v> <t>",
                    "is <m> in <u> worse than in <v> <t>?",
                    "<u> vs <v> on <m> <t>",
                ),
                *("is <m> in <u> higher than in the rest of <v> <t>?", "compare <u> with <v> <t>"),
            ],
            "de": ["vergleiche <m> in <u> und <v> <t>", "ist <m> in <u> schlimmer als in <v> <t>?"],
        },
    ),
    "weeks": (
        8,
        {
            "en": ["compare <m> in <u> <t> with <t>", "is <m> in <u> worse than <t>?", "<m> in <u> <t> vs <t>"],
            "de": ["vergleiche <m> in <u> <t> und <t>", "ist <m> in <u> schlechter als <t>?"],
        },
    ),
    "rank": (
        4,
        {
            "en": [
                "rank the teams in <u> by <m> <t>",
                "which team in <u> has most <m> <t>?",
                "rank regions by <m>",
            ],
            "de": ["welches Team in <u> hat am meisten <m> <t>?", "wo ist <m> am niedrigsten <t>"],
        },
    ),
    "change": (
        2,
        {
            "en": ["what changed in <u> <t>?", "what moved in <u> <t>?", "what got worse in <u> <t>?"],
            "de": ["was hat sich in <u> <t> bewegt?"],
        },
    ),
    "participation": (
        6,
        {
            "en": ["how many people answered in <u> <t>?", "response rate in <u> <t>"],
            "de": ["wie viele haben in <u> <t> geantwortet?"],
        },
    ),
    "cycle": (2, {"en": ["is the cycle forming in <u>?"], "de": ["bildet sich der Kreislauf in <u>?"]}),
    "themes": (
        2,
        {"en": ["what do people say in <u> <t>?", "quotes from <u>"], "de": ["was sagen die Leute in <u> <t>"]},
    ),
    "person": (
        2,
        {
            "en": [
                "who in <u> gave the lowest <m> <t>?",
                "which rep in <u> is unhappy <t>?",
                "how did Anna answer <t>?",
            ],
            "de": ["wer in <u> ist unzufrieden <t>?", "was hat Thomas <t> gesagt?"],
        },
    ),
}
# How often a question is worded as the bot's own buttons word it.
AS_A_BUTTON = 0.1
NO_TIME = 0.35
ABOUT_OTHERS = 0.1

_KINDS = list(WORDINGS)
_OFTEN = [often for often, _ in WORDINGS.values()]


class Phrases:
    """Makes questions up to a day, mostly about the units that the asker leads, by their names."""

    def __init__(
        self, dice: random.Random, names: Sequence[str], *, others: Sequence[str], today: date, weeks: int
    ) -> None:
        self.dice = dice
        self.names = list(names)
        self.others = list(others)
        self.today = today
        self.weeks = weeks

    def question(self) -> str:
        """One question."""
        dice = self.dice
        language = "de" if dice.random() < 0.3 else "en"
        if dice.random() < AS_A_BUTTON:
            return question_text(self._typed(), words(language))
        (kind,) = dice.choices(_KINDS, _OFTEN)
        text = dice.choice(WORDINGS[kind][1][language])
        fill: dict[str, Callable[[], str]] = {
            "<m>": lambda: dice.choice(MEASURES[language]),
            "<u>": lambda: self._unit(language),
            "<v>": self._name,
            "<t>": lambda: self._time(language),
        }
        for sign, make in fill.items():
            while sign in text:
                text = text.replace(sign, make(), 1)
        return " ".join(text.split()).replace(" ?", "?")

    def _unit(self, language: str) -> str:
        dice = self.dice
        if dice.random() < 0.1:
            own = {"en": ["my team", "my region", "the company"], "de": ["meinem Team", "der Firma"]}
            return dice.choice(own[language])
        name = self._name()
        return name.lower() if dice.random() < 0.2 else name

    def _name(self) -> str:
        return self.dice.choice(self.others if self.dice.random() < ABOUT_OTHERS and self.others else self.names)

    def _day(self, most_back: int | None = None) -> date:
        return self.today - timedelta(days=self.dice.randrange(7 * (most_back or self.weeks)))

    def _time(self, language: str) -> str:
        dice = self.dice
        if dice.random() < NO_TIME:
            return ""
        first, second = sorted([self._day(), self._day()])
        return dice.choice(_TIMES[language])(first, second, dice.randint(1, 12))

    def _typed(self) -> Question:
        dice = self.dice
        intent = dice.choice([Intent.LEVEL, Intent.TREND, Intent.COMPARE, Intent.RANK, Intent.PARTICIPATION])
        pair = tuple(self._name() for _ in range(2 if intent is Intent.COMPARE else 1))
        return Question(
            intent,
            tuple(dice.sample(list(Stage), dice.randint(1, 2))),
            unit_names=pair,
            start=self._day() if dice.random() < 0.5 else None,
            compare=Against.UNITS if intent is Intent.COMPARE else None,
            among=dice.choice(list(Among)) if intent is Intent.RANK else None,
        )


def _said(day: date, language: str) -> str:
    month = MONTHS[language][day.month - 1]
    return f"{day.day}. {month} {day.year}" if language == "de" else f"{day.day} {month} {day.year}"


_Time = Callable[[date, date, int], str]
_TIMES: dict[str, list[_Time]] = {
    "en": [
        lambda first, _, __: f"since {_said(first, 'en')}",
        lambda first, second, _: f"between {_said(first, 'en')} and {_said(second, 'en')}",
        lambda first, second, _: f"from {first.isoformat()} to {second.isoformat()}",
        lambda first, _, __: f"between {first.isoformat()} and {(first + timedelta(days=6)).isoformat()}",
        lambda first, _, __: f"until {_said(first, 'en')}",
        lambda first, _, __: f"in {MONTHS['en'][first.month - 1]}",
        lambda first, _, __: f"since {MONTHS['en'][first.month - 1]}",
        lambda _, __, number: f"over the last {number} weeks",
        lambda _, __, ___: "last week",
        lambda _, __, ___: "this week",
        lambda _, __, ___: "last month",
        lambda _, __, ___: "last quarter",
    ],
    "de": [
        lambda first, _, __: f"seit dem {_said(first, 'de')}",
        lambda first, second, _: f"zwischen dem {_said(first, 'de')} und dem {_said(second, 'de')}",
        lambda first, _, __: f"im {MONTHS['de'][first.month - 1]}",
        lambda _, __, number: f"in den letzten {number} Wochen",
        lambda _, __, ___: "letzte Woche",
        lambda _, __, ___: "im letzten Quartal",
    ],
}
