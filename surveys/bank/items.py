"""Items: what a rep is asked, read from data files."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.figures import Scale
from analysis.stages import CORE, ROTATING, Stage
from surveys.errors import BadQuestionBank

# A rep has 168 hours a week and sleeps in some of them; more than this is a slip of the finger.
MOST_HOURS = 60.0
FALLBACK_LANGUAGE = "en"
LOWEST, HIGHEST = 1, 5


class _ItemInFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{2,39}$")
    stage: Stage
    scale: Scale
    asked: bool = False
    reversed: bool = False
    source: str = Field(min_length=3)
    wording: dict[str, str] = Field(min_length=1)
    hint: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """A question. Its meaning never changes under the same id.

    `asked` marks the item by which its stage is measured; the others of a stage are alternatives. `reversed` says
    that agreement is bad, so that answers are turned round before they are counted.
    """

    id: str
    stage: Stage
    scale: Scale
    asked: bool
    reversed: bool
    source: str
    wordings: dict[str, str]
    hints: dict[str, str]

    @property
    def in_hours(self) -> bool:
        """Whether the answer is a number of hours a week rather than 1 to 5."""
        return self.scale is not Scale.AGREEMENT

    def wording(self, language: str) -> str:
        """The question in a language, or in English where that is missing."""
        return self.wordings.get(language) or self.wordings[FALLBACK_LANGUAGE]

    def hint(self, language: str) -> str | None:
        """A line under the question, if it has one."""
        return self.hints.get(language) or self.hints.get(FALLBACK_LANGUAGE)

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
        """The three core items and the rotating one of a week, the same for everybody.

        Args:
            week_number: any counter that goes up by one a week; each rotating stage is met every fourth.
        """
        rotating = ROTATING[week_number % len(ROTATING)]
        return [self.asked_about(stage) for stage in (*CORE, rotating)]


def read_bank(text: str, *, file: str) -> QuestionBank:
    """Read a bank from TOML; raises BadQuestionBank naming the file, the item and the fix."""
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise BadQuestionBank(file=file, problem=f"this is not TOML: {problem}") from problem
    entries = raw.get("item", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadQuestionBank(file=file, problem="write [[item]] above each item")
    items = [_read_item(entry, file=file) for entry in entries]
    _check_together(items, file=file)
    return QuestionBank(items)


def _read_item(entry: dict[str, Any], *, file: str) -> Item:
    try:
        found = _ItemInFile.model_validate(entry)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadQuestionBank(
            file=file, problem=f"item {entry.get('id', '(no id)')!r}, {where}: {first['msg']}"
        ) from problem
    if FALLBACK_LANGUAGE not in found.wording:
        raise BadQuestionBank(file=file, problem=f"item {found.id!r}: add wording.{FALLBACK_LANGUAGE}")
    empty = next((language for language, words in found.wording.items() if not words.strip()), None)
    if empty:
        raise BadQuestionBank(file=file, problem=f"item {found.id!r}: wording.{empty} is empty")
    if found.reversed and found.scale is not Scale.AGREEMENT:
        raise BadQuestionBank(
            file=file, problem=f"item {found.id!r}: hours are not reversed; use the scale hours_lost or hours_won"
        )
    return Item(
        id=found.id,
        stage=found.stage,
        scale=found.scale,
        asked=found.asked,
        reversed=found.reversed,
        source=found.source,
        wordings=found.wording,
        hints=found.hint,
    )


def _check_together(items: list[Item], *, file: str) -> None:
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise BadQuestionBank(file=file, problem=f"item {item.id!r} stands twice; give one another id")
        seen.add(item.id)
    for stage in Stage:
        asked = [item.id for item in items if item.stage is stage and item.asked]
        if len(asked) != 1:
            problem = f"stage {stage.value!r} needs exactly one item with asked = true, found {len(asked)}"
            raise BadQuestionBank(file=file, problem=problem)


@cache
def default_bank() -> QuestionBank:
    """The bank that comes with Orgpulse."""
    file = resources.files("surveys.bank") / "items.toml"
    return read_bank(file.read_text(encoding="utf-8"), file="items.toml")
