"""Reading item files: every problem at once, each with its file, its line and what to write instead."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from analysis.figures import Scale
from analysis.stages import CORE, Stage
from surveys.bank.items import (
    CYCLE_WEEKS,
    FALLBACK_LANGUAGE,
    MOST_ITEMS,
    MOST_SECONDS,
    FollowUp,
    Item,
    QuestionBank,
)
from surveys.errors import BadQuestionBank

SHIPPED = "items.toml"
# Slack takes 75 characters for an option.
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=75)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,39}$")]
Choices = Annotated[dict[Code, dict[Language, Label]], Field(min_length=2, max_length=10)]

# What is wrong, in words that say what to write instead.
_FIXES = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not known here; take it out or correct its spelling",
    "string_too_short": "is empty; write something",
    "string_pattern_mismatch": "must be small letters, digits and _ (a language is two letters, such as de)",
}
_HEADER = re.compile(r"^\s*\[\[\s*item\s*\]\]")


class _FollowUpInFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    wording: dict[Language, Text] = Field(min_length=1)
    choices: Choices


class _ItemInFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    stage: Stage
    scale: Scale
    asked: bool = False
    reversed: bool = False
    interval: Literal[1, 2, 4] | None = None
    source: str = Field(min_length=3)
    licence: str = Field(min_length=3)
    wording: dict[Language, Text] = Field(min_length=1)
    hint: dict[Language, Text] = Field(default_factory=dict)
    labels: dict[Language, Annotated[list[Label], Field(min_length=5, max_length=5)]] = Field(default_factory=dict)
    follow_up: _FollowUpInFile | None = None

    def item(self) -> Item:
        follow_up = FollowUp(self.follow_up.wording, self.follow_up.choices) if self.follow_up else None
        return Item(
            id=self.id,
            stage=self.stage,
            scale=self.scale,
            asked=self.asked,
            reversed=self.reversed,
            interval=self.interval or (1 if self.stage in CORE else CYCLE_WEEKS),
            source=self.source,
            licence=self.licence,
            wordings=self.wording,
            hints=self.hint,
            labels={language: tuple(labels) for language, labels in self.labels.items()},
            follow_up=follow_up,
        )


@dataclass(frozen=True, slots=True)
class _File:
    """What a file holds, as far as it can be read, and where it stands."""

    name: str
    lines: Sequence[str]
    items: Mapping[str, tuple[Item, int]]
    measures: Mapping[str, Any]
    choices: Mapping[str, Any]
    problems: list[str]

    def at(self, line: int, problem: str) -> str:
        return f"{self.name}:{line}: {problem}"

    def line_of(self, pattern: str, *, after: int = 1) -> int:
        """The first line from `after` on, in an item up to the next one, that sets something; else `after`."""
        found = re.compile(rf"^\s*(\[+\s*)?{pattern}")
        for number, line in enumerate(self.lines[after - 1 :], start=after):
            if number > after and _HEADER.match(line) and _HEADER.match(self.lines[after - 1]):
                break
            if found.match(line):
                return number
        return after


def read_bank(text: str, *, file: str, packs: Sequence[tuple[str, str]] = ()) -> QuestionBank:
    """Read a bank from TOML, and packs on top of it.

    Args:
        text: the bank.
        file: its name, for what is said about it.
        packs: name and text of each file with a company's own items.

    Raises:
        BadQuestionBank: with everything that is wrong, a line each.
    """
    base, *others = [_read(*one) for one in ((file, text), *packs)]
    problems = [problem for one in (base, *others) for problem in one.problems]
    if problems:
        # What is said of the bank as a whole would only follow from these.
        raise BadQuestionBank(problems="\n".join(problems))
    bank = QuestionBank(list(_together(base, others, problems)))
    problems = problems or [*_measured(bank, base.name), *_too_long(bank, others[-1].name if others else file)]
    if problems:
        raise BadQuestionBank(problems="\n".join(problems))
    return bank


def read_packs(paths: Sequence[Path]) -> QuestionBank:
    """The shipped bank with these packs; raises BadQuestionBank."""
    packs = []
    for path in paths:
        try:
            packs.append((str(path), path.read_text(encoding="utf-8")))
        except OSError as problem:
            said = f"{path}:1: cannot be read ({problem.strerror}); correct question_packs in the settings"
            raise BadQuestionBank(problems=said) from problem
        except UnicodeDecodeError as problem:
            raise BadQuestionBank(problems=f"{path}:1: is not UTF-8; save it as UTF-8") from problem
    shipped = resources.files("surveys.bank") / SHIPPED
    return read_bank(shipped.read_text(encoding="utf-8"), file=SHIPPED, packs=packs)


def _read(name: str, text: str) -> _File:
    file = _File(name, text.splitlines(), {}, {}, {}, [])
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        line = re.search(r"at line (\d+)", str(problem))
        number = int(line[1]) if line else max(len(file.lines), 1)
        file.problems.append(file.at(number, f"this is not TOML: {problem}"))
        return file
    for key in raw.keys() - {"item", "measures", "choices"}:
        said = f"{key} is not known here; write [[item]], [measures] or [choices]"
        file.problems.append(file.at(file.line_of(re.escape(key)), said))
    entries = raw.get("item", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        file.problems.append(file.at(file.line_of("item"), "write [[item]] above each item"))
        entries = []
    items: dict[str, tuple[Item, int]] = {}
    starts = [number for number, line in enumerate(file.lines, start=1) if _HEADER.match(line)]
    for place, entry in enumerate(entries):
        start = starts[place] if place < len(starts) else 1
        item = _read_item(file, entry, start)
        if item and item.id in items:
            said = f"item {item.id!r} stands on line {items[item.id][1]} already; give one another id"
            file.problems.append(file.at(start, said))
        elif item:
            items[item.id] = item, start
    tables = {key: raw.get(key, {}) for key in ("measures", "choices")}
    for key, table in tables.items():
        if not isinstance(table, dict):
            file.problems.append(file.at(file.line_of(key), f"write [{key}] above its lines"))
            tables[key] = {}
    return replace(file, items=items, **tables)


def _read_item(file: _File, entry: dict[str, Any], start: int) -> Item | None:
    about = f"item {entry.get('id', '(no id)')!r}"
    try:
        found = _ItemInFile.model_validate(entry)
    except ValidationError as problem:
        file.problems.extend(_in_words(file, problem, about, start))
        return None
    said = []
    for where, texts in _texts(found):
        if FALLBACK_LANGUAGE not in texts:
            line = file.line_of(_path(where.split(".")), after=start)
            said.append(file.at(line, f"{about}: add {where}.{FALLBACK_LANGUAGE}"))
    hours = found.scale is not Scale.AGREEMENT
    if found.reversed and hours:
        line = file.line_of("reversed", after=start)
        said.append(file.at(line, f"{about}: hours are not reversed; use the scale hours_lost or hours_won"))
    if found.labels and hours:
        said.append(file.at(file.line_of("labels", after=start), f"{about}: hours have no labels; take them out"))
    if found.stage in CORE and found.interval not in {None, 1}:
        line = file.line_of("interval", after=start)
        said.append(file.at(line, f"{about}: {found.stage.value} is asked every week; write interval = 1"))
    file.problems.extend(said)
    return None if said else found.item()


def _texts(found: _ItemInFile) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "wording", found.wording
    yield from [(name, texts) for name, texts in (("hint", found.hint), ("labels", found.labels)) if texts]
    if found.follow_up:
        yield "follow_up.wording", found.follow_up.wording
        for code, label in found.follow_up.choices.items():
            yield f"follow_up.choices.{code}", label


def _path(parts: Sequence[str]) -> str:
    """A pattern for the line on which a value is set: by its path, or by what is left of it under a header."""
    first, *rest = parts
    if first == "follow_up" and rest:
        return rf"((item\.)?follow_up\.)?{_path(rest)}"
    return r"\s*\.\s*".join(re.escape(part) for part in parts[:2])


def _in_words(file: _File, problem: ValidationError, about: str, start: int) -> list[str]:
    said = []
    for error in problem.errors():
        parts = [str(part) for part in error["loc"] if part != "[key]"]
        line = file.line_of(_path(parts), after=start)
        if line == start and parts:
            line = file.line_of(
                re.escape(parts[0]) if parts[0] != "follow_up" else r"item\.follow_up", after=start
            )
        what = _FIXES.get(error["type"], error["msg"])
        said.append(file.at(line, f"{about}, {'.'.join(parts)}: {what}"))
    return said


def _together(base: _File, packs: Sequence[_File], problems: list[str]) -> Iterator[Item]:
    """All items, with the choices and measures that packs want instead of the shipped ones."""
    known: dict[str, tuple[Item, str]] = {item_id: (item, base.name) for item_id, (item, _) in base.items.items()}
    for pack in packs:
        for item_id, (item, line) in pack.items.items():
            if item_id in known:
                said = f"item {item_id!r} stands in {known[item_id][1]} already; give yours another id"
                problems.append(pack.at(line, said))
            else:
                known[item_id] = item, pack.name
    items = {item_id: item for item_id, (item, _) in known.items()}
    for file in (base, *packs):
        items |= _own_choices(file, items, problems)
    measured = _claims(base, items, problems)
    of_packs: dict[Stage, str] = {}
    for pack in packs:
        for stage, item_id in _claims(pack, items, problems, compared=measured).items():
            if of_packs.get(stage, item_id) != item_id:
                said = f"{stage.value} is measured by {of_packs[stage]!r} in another pack; let one of them go"
                problems.append(pack.at(pack.line_of(re.escape(stage.value)), said))
            of_packs[stage] = item_id
    measured |= of_packs
    return (replace(item, asked=measured.get(item.stage) == item.id) for item in items.values())


def _claims(
    file: _File, items: Mapping[str, Item], problems: list[str], *, compared: Mapping[Stage, str] | None = None
) -> dict[Stage, str]:
    """Which item a file wants to measure each stage; on the scale of the one that does so, where there is one."""
    wanted = [(item.stage.value, item.id, line) for item, line in file.items.values() if item.asked]
    wanted += [
        (stage, str(item_id), file.line_of(re.escape(stage), after=file.line_of("measures")))
        for stage, item_id in file.measures.items()
    ]
    found: dict[Stage, str] = {}
    for stage, item_id, line in wanted:
        item = items.get(item_id)
        if item is None or item.stage.value != stage:
            there = " or ".join(one.id for one in items.values() if one.stage.value == stage)
            said = f"write {there}" if there else f"the stages are {', '.join(Stage)}"
            problems.append(file.at(line, f"{item_id!r} is no item about {stage!r}; {said}"))
        elif item.stage in found and found[item.stage] != item_id:
            said = f"{found[item.stage]!r} and {item_id!r} both measure {stage}; exactly one item measures a stage"
            problems.append(file.at(line, said))
        elif compared and item.stage in compared and items[compared[item.stage]].scale is not item.scale:
            scale = items[compared[item.stage]].scale.value
            said = f"{item_id!r} cannot measure {stage}, as earlier weeks would not compare; use the scale {scale}"
            problems.append(file.at(line, said))
        else:
            found[item.stage] = item_id
    return found


def _own_choices(file: _File, items: Mapping[str, Item], problems: list[str]) -> dict[str, Item]:
    """Items whose follow-up gets a company's own list instead: `[choices.overlay_hours]`."""
    found = {}
    for item_id, choices in file.choices.items():
        line = file.line_of(rf"choices\.{re.escape(item_id)}")
        item = items.get(item_id)
        if item is None or item.follow_up is None:
            there = " or ".join(one.id for one in items.values() if one.follow_up)
            problems.append(file.at(line, f"choices.{item_id}: it has no follow-up; write one of {there}"))
            continue
        try:
            read = _FollowUpInFile.model_validate({"wording": item.follow_up.wordings, "choices": choices})
        except ValidationError as problem:
            problems.extend(_in_words(file, problem, f"choices of {item_id!r}", line))
            continue
        lacking = [code for code, label in read.choices.items() if FALLBACK_LANGUAGE not in label]
        problems += [
            file.at(
                file.line_of(re.escape(code), after=line), f"choices.{item_id}.{code}: add {FALLBACK_LANGUAGE}"
            )
            for code in lacking
        ]
        found[item_id] = replace(item, follow_up=replace(item.follow_up, choices=read.choices))
    return found


def _measured(bank: QuestionBank, file: str) -> list[str]:
    counts = {stage: sum(item.stage is stage and item.asked for item in bank.items.values()) for stage in Stage}
    return [
        f"{file}:1: stage {stage.value!r} needs exactly one item with asked = true, found {count}"
        for stage, count in counts.items()
        if count != 1
    ]


def _too_long(bank: QuestionBank, file: str) -> list[str]:
    if any(sum(item.stage is stage and item.asked for item in bank.items.values()) != 1 for stage in Stage):
        return []
    said = []
    for week in range(CYCLE_WEEKS):
        items = bank.for_week(week)
        names = ", ".join(item.id for item in items)
        if len(items) > MOST_ITEMS:
            said.append(
                f"{file}:1: a week would ask {len(items)} items ({names}); {MOST_ITEMS} at most, so give some of "
                f"them interval = {CYCLE_WEEKS}"
            )
        elif bank.seconds(week) > MOST_SECONDS:
            said.append(
                f"{file}:1: a week would take {bank.seconds(week)} seconds ({names}); {MOST_SECONDS} at most, so "
                f"shorten wordings, drop a follow-up or give some of them interval = {CYCLE_WEEKS}"
            )
    return said
