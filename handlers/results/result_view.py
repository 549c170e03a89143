"""You said, we did: the account of a round for everybody who was asked, and the same on their Home tab."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from analysis.answers import Reported
from analysis.figures import Record
from analysis.stages import CORE, WHEEL, Stage
from handlers.actions.effect_view import effect_headline
from handlers.actions.marks import action_text, counts_text
from handlers.ids import Action
from handlers.showing.blocks import Block, actions, button, context, escape, header, section
from handlers.showing.charts import ACTION
from handlers.showing.figures import change_text, level_text, newest
from handlers.words import Words, words
from surveys import outcomes, reactions, results, sharing
from surveys.actions import Action as Done
from surveys.actions import logged, outcome
from surveys.ballots.keys import ServingKeys
from surveys.outcomes import Outcome
from surveys.people.directory import Person
from surveys.reactions import Reaction

# Actions with their buttons; more than these nobody reads on a phone.
MOST_ACTIONS = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """What a rep's Home tab says of the last round.

    Attributes:
        record: what was released; only what `surveys.sharing` lets through is shown.
        unit_id: their unit.
        done: what was done in it and above it and can still be reacted to, the newest first.
        own: what they said of it themselves.
    """

    record: Record
    unit_id: str
    done: Sequence[Done]
    own: Mapping[str, Reaction]


def heard(session: Session, keys: ServingKeys, person: Person, *, now: datetime) -> Heard:
    """What there is to show a rep on their Home tab."""
    found = logged(session, outcomes.line(session, person.unit_id))
    done = [action for action in reversed(found) if reactions.is_open(action.logged_at, now=now)][:MOST_ACTIONS]
    own = reactions.own(session, keys, person, [action.id for action in done])
    return Heard(results.whole_record(session), person.unit_id, done, own)


def result_message(session: Session, told: Outcome) -> dict[str, Any]:
    """The message: three lines of figures, what was done since, what earlier actions changed."""
    say = words(told.person.language)
    record = results.whole_record(session).up_to(told.week_on)
    title = say("outcome.title", week=say.day(told.week_on))
    blocks = [section(f"*{title}*"), *figure_blocks(record, told.person.unit_id, say, week=told.week_on)]
    blocks.append(section(f"*{say('outcome.done')}*" if told.done else say("outcome.nothing_done")))
    for action in list(reversed(told.done))[:MOST_ACTIONS]:
        blocks += action_blocks(action, None, record, say)
    changed = [line for one, weeks in told.looked_at if (line := _changed(record, one, weeks, told, say))]
    if changed:
        blocks.append(section("\n".join([f"*{say('outcome.changed')}*", *changed])))
    return {"text": title, "blocks": blocks}


def home_blocks(found: Heard, say: Words) -> list[Block]:
    """The same on the Home tab: the last round's figures, and what was done with what people think of it."""
    if not found.record.weeks:
        return []
    week = found.record.weeks[-1]
    blocks = [
        header(say("outcome.title", week=say.day(week))),
        *figure_blocks(found.record, found.unit_id, say, week=week),
        section(f"*{say('outcome.done')}*" if found.done else say("outcome.nothing_done_lately")),
    ]
    for action in found.done:
        blocks += action_blocks(action, found.own.get(action.id), found.record, say)
    return blocks


def figure_blocks(record: Record, unit_id: str, say: Words, *, week: date) -> list[Block]:
    """The company's figures with the region's beside them, a line for each of the three measures."""
    company, region = sharing.company(record), sharing.region_of(record, unit_id)
    lines: list[str] = []
    counts: dict[str, list[int]] = {}
    for stage in CORE:
        units = [company, *([region] if region in sharing.shared_regions(record, stage, week=week) else [])]
        told = [figure for unit in units if unit and (figure := newest(record, unit, stage, week=week))]
        for figure in told:
            counts.setdefault(figure.unit, []).append(figure.n)
        beside = [f"{escape(record.names[part.unit])} {_figure(part, say)}" for part in told[1:]]
        lines += [f"• {say.stage(stage)}: {' · '.join([_figure(told[0], say), *beside])}"] if told else []
    if not lines:
        return [section(say("outcome.too_few"))]
    answered = [
        say("outcome.answered", unit=escape(record.names[unit]), count=max(numbers))
        for unit, numbers in counts.items()
    ]
    alone = region is not None and region not in counts
    withheld = [say("outcome.no_region", region=escape(record.names[region or ""]))] if alone else []
    small = [say("outcome.answers", units=" · ".join(answered)), *withheld, say("outcome.good")]
    return [section("\n".join(lines)), context(" ".join(small))]


def _figure(figure: Reported, say: Words) -> str:
    """'3.4 of 5, *0.2 points worse*': a change that is more than noise is bold."""
    level = level_text(figure, say)
    if figure.change is None:
        return level
    change = change_text(figure.change, figure.scale, say)
    return say("outcome.figure", level=level, change=f"*{change}*" if figure.more_than_noise else change)


def action_blocks(action: Done, own: Reaction | None, record: Record, say: Words) -> list[Block]:
    """An action, what people think of it once enough have said so, and the buttons to say it."""
    unit = record.names.get(action.unit_id, action.unit_id)
    text = escape(action_text(action.kind.value, action.note, say, unit=unit))
    counts = counts_text(action, say)
    line = f"{ACTION} {say.day(action.done_on)}: {text}"
    return [section("\n".join([line, *([f"_{counts}_"] if counts else [])])), _reacting(action, own, say)]


def _reacting(action: Done, own: Reaction | None, say: Words) -> Block:
    return actions(
        *(
            button(
                f"✓ {say(f'outcome.{one.value}')}" if one is own else say(f"outcome.{one.value}"),
                f"{Action.REACT}:{one.value}",
                value=action.id,
            )
            for one in Reaction
        )
    )


def _changed(record: Record, action: Done, weeks: int, told: Outcome, say: Words) -> str:
    """What an action changed, where it was done in the company or a region; a team's is for who leads it."""
    stages = [stage for stage in WHEEL if _is_shared(record, action.unit_id, stage, week=told.week_on)]
    if not stages:
        return ""
    return f"• {effect_headline(outcome(record, action, weeks=weeks, stages=stages), record.names, say)}"


def _is_shared(record: Record, unit_id: str, stage: Stage, *, week: date) -> bool:
    return unit_id == sharing.company(record) or unit_id in sharing.shared_regions(record, stage, week=week)
