"""Items: what a rep is asked, and which of them a week asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from math import ceil

from analysis.figures import Scale
from analysis.stages import CORE, ROTATING, Stage

# A rep has 168 hours a week and sleeps in some of them; more than this is a slip of the finger.
MOST_HOURS = 60.0
FALLBACK_LANGUAGE = "en"
# Languages in which all that a rep reads of the shipped bank is written.
BANK_LANGUAGES = ("en", "de", "ja")
LOWEST, HIGHEST = 1, 5

# Every stage is asked within so many weeks. An interval divides it, so that turns fall together.
CYCLE_WEEKS = 4
INTERVALS = (1, 2, 4)
MOST_ITEMS = 5
MOST_SECONDS = 60
# Brysbaert (2019), "How many words do we read per minute?": 238 a minute, of English non-fiction.
WORDS_A_SECOND = 238 / 60
# Assumptions, not measured: opening and sending the form, a tap, typing hours, choosing from a list.
# A hint is read once, and not counted.
SECONDS_OF_FORM, SECONDS_OF_TAP, SECONDS_OF_HOURS, SECONDS_OF_CHOICE = 8.0, 4.0, 6.0, 4.0


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One more tap about an answer: "Who took most of it?". `choices` maps a code to its label by language."""

    wordings: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]

    def wording(self, language: str) -> str:
        """The question in a language, or in English where that is missing."""
        return self.wordings.get(language) or self.wordings[FALLBACK_LANGUAGE]

    def label(self, code: str, language: str) -> str:
        """What a code is called."""
        labels = self.choices[code]
        return labels.get(language) or labels[FALLBACK_LANGUAGE]

    @property
    def seconds(self) -> float:
        """How long it takes, about."""
        read = [self.wordings[FALLBACK_LANGUAGE], *(labels[FALLBACK_LANGUAGE] for labels in self.choices.values())]
        return _reading(*read) + SECONDS_OF_CHOICE


@dataclass(frozen=True, slots=True)
class Item:
    """A question. Its meaning never changes under the same id.

    `asked` marks the item by which its stage is measured; the others of a stage are alternatives. `reversed` says
    that agreement is bad, so that answers are turned round before they are counted. `interval` is in weeks.
    """

    id: str
    stage: Stage
    scale: Scale
    asked: bool
    reversed: bool
    source: str
    wordings: Mapping[str, str]
    hints: Mapping[str, str]
    interval: int = CYCLE_WEEKS
    licence: str = ""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    follow_up: FollowUp | None = None

    @property
    def in_hours(self) -> bool:
        """Whether the answer is a number of hours a week rather than 1 to 5."""
        return self.scale is not Scale.AGREEMENT

    @property
    def core(self) -> bool:
        """Whether it is asked every week."""
        return self.interval == 1

    def wording(self, language: str) -> str:
        """The question in a language, or in English where that is missing."""
        return self.wordings.get(language) or self.wordings[FALLBACK_LANGUAGE]

    def hint(self, language: str) -> str | None:
        """A line under the question, if it has one."""
        return self.hints.get(language) or self.hints.get(FALLBACK_LANGUAGE)

    def label(self, value: int, language: str) -> str | None:
        """What an answer from 1 to 5 is called, where the item has names of its own."""
        own = self.labels.get(language) or self.labels.get(FALLBACK_LANGUAGE)
        return own[value - LOWEST] if own else None

    def accepts(self, value: float) -> bool:
        """Whether a value can be an answer: whole steps 1 to 5, or hours from 0 to 60."""
        if self.in_hours:
            return 0 <= value <= MOST_HOURS
        return value in range(LOWEST, HIGHEST + 1)

    def counted(self, value: float) -> float:
        """The value as it is counted: a whole number within the scale, and 5 is good on every agreement item.

        A half hour would be recognised in a sum, and noise hides no more than the scale is wide.
        """
        least, most = (0.0, MOST_HOURS) if self.in_hours else (LOWEST, HIGHEST)
        kept = float(round(min(max(value, least), most)))
        return LOWEST + HIGHEST - kept if self.reversed else kept

    @property
    def seconds(self) -> float:
        """How long it takes to answer, about, with its follow-up."""
        answering = SECONDS_OF_HOURS if self.in_hours else SECONDS_OF_TAP
        more = self.follow_up.seconds if self.follow_up else 0.0
        return _reading(self.wordings[FALLBACK_LANGUAGE]) + answering + more

    def meanings(self) -> dict[str, str]:
        """What must stay the same under an id: the item's own, and that of each code of its follow-up.

        Translations, hints and labels are left out: they may be corrected.
        """
        turned = "agreeing is bad" if self.reversed else "as it is"
        own = f"{self.stage.value}, {self.scale.value}, {turned}: {self.wordings[FALLBACK_LANGUAGE]}"
        choices = self.follow_up.choices if self.follow_up else {}
        return {self.id: own} | {f"{self.id}:{code}": text[FALLBACK_LANGUAGE] for code, text in choices.items()}

    def gaps(self, language: str) -> list[str]:
        """The parts that this language lacks, so that English is shown: "wording", "follow_up.choices.other"."""
        parts: dict[str, Mapping[str, object]] = {
            "wording": self.wordings,
            "hint": self.hints,
            "labels": self.labels,
        }
        if self.follow_up:
            parts["follow_up.wording"] = self.follow_up.wordings
            parts |= {f"follow_up.choices.{code}": text for code, text in self.follow_up.choices.items()}
        return [name for name, texts in parts.items() if texts and language not in texts]


def _reading(*texts: str) -> float:
    return sum(len(text.split()) for text in texts) / WORDS_A_SECOND


class QuestionBank:
    """All items, by id, in the order of their files."""

    def __init__(self, items: list[Item]) -> None:
        self.items = {item.id: item for item in items}

    def __getitem__(self, item_id: str) -> Item:
        return self.items[item_id]

    def asked_about(self, stage: Stage) -> Item:
        """The item by which a stage is measured."""
        return next(item for item in self.items.values() if item.stage is stage and item.asked)

    def for_week(self, week_number: int) -> list[Item]:
        """The core items and those whose turn it is, the same for everybody.

        A stage's place in its turn depends on nothing but the stage, and an interval divides four weeks: so each
        stage is met every fourth week at least, also when the bank changes in between.

        Args:
            week_number: any counter that goes up by one a week.
        """
        turns = {stage: place for place, stage in enumerate(ROTATING)} | dict.fromkeys(CORE, 0)
        measuring = [self.asked_about(stage) for stage in (*CORE, *ROTATING)]
        return [item for item in measuring if (week_number - turns[item.stage]) % item.interval == 0]

    def seconds(self, week_number: int) -> int:
        """How long a week's form takes, about, rounded up."""
        return ceil(SECONDS_OF_FORM + sum(item.seconds for item in self.for_week(week_number)))

    def without_follow_ups(self) -> "QuestionBank":
        """The same bank without follow-ups, for where they would not be counted."""
        return QuestionBank([replace(item, follow_up=None) for item in self.items.values()])


@cache
def default_bank() -> QuestionBank:
    """The bank that comes with Orgpulse."""
    from surveys.bank.reading import read_bank  # noqa: PLC0415 (it makes items itself)

    file = resources.files("surveys.bank") / "items.toml"
    return read_bank(file.read_text(encoding="utf-8"), file="items.toml")
