"""The alert: what leaders are told when the trust-loss cycle forms, or one stage drifts."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from analysis.detection.cycle import Kind, Sign, State, watch
from analysis.detection.thresholds import budget
from analysis.figures import Record
from analysis.questions import Intent
from analysis.stages import Stage
from handlers.ids import Action
from handlers.questions.question_text import about, question_text
from handlers.showing.blocks import Block, actions, button, context, escape, header, section
from handlers.showing.figures import moved
from handlers.showing.wheel import describe_wheel, draw_wheel
from handlers.words import Words, words
from surveys import alerts, results

# Which of the things that break the wheel to propose, by the stage where it began.
REMEDIES: dict[Stage, tuple[str, ...]] = {
    Stage.TARGETS: ("root_cause", "deep_dive", "hold_rule"),
    Stage.TRUST: ("hold_rule", "deep_dive", "give_room"),
    Stage.CANDOR: ("root_cause", "deep_dive", "give_room"),
    Stage.OVERLAY: ("no_new_overlay", "deep_dive", "give_room"),
    Stage.FRICTION: ("give_room", "no_new_overlay", "deep_dive"),
    Stage.CUSTOMER: ("deep_dive", "give_room", "no_new_overlay"),
    Stage.EFFICIENCY: ("deep_dive", "root_cause", "give_room"),
}
PICTURE_BLOCK = "wheel"


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """An alert ready for the outbox; the key makes it once."""

    key: str
    payload: dict[str, Any]


def new_alerts(session: Session, *, language: str = "en") -> list[AlertMessage]:
    """Raise what the newest release shows, and put it into words; nothing that was told already."""
    record = results.whole_record(session)
    say = words(language)
    found = []
    for unit_id, state in record.once(watch).items():
        if state.kind in {Kind.STEADY, Kind.RECOVERING}:
            alerts.close_open(session, unit_id)
        if state.kind not in {Kind.CYCLE, Kind.DRIFT} or state.stage is None or state.week is None:
            continue
        kind = state.kind.value
        alert = alerts.raise_once(session, unit_id=unit_id, kind=kind, stage=state.stage, week_on=state.week)
        if alert:
            payload = (cycle_message if state.kind is Kind.CYCLE else drift_message)(record, state, say)
            found.append(AlertMessage(f"alert:{alert.id}", payload))
    return found


def cycle_message(record: Record, state: State, say: Words) -> dict[str, Any]:
    """The alert that a cycle forms: the wheel, the evidence stage by stage, what breaks it, what to watch for."""
    name = _name(record, state.unit_id)
    turned = [(drift.stage, say.day(drift.since) if drift.since else "") for drift in state.turned]
    first, since = turned[0]
    picture = wheel_picture(turned, title=name, say=say)
    evidence = [
        f"{place}. *{say.stage(drift.stage)}*: {moved(drift, record, state.unit_id, say)}"
        for place, drift in enumerate(state.turned, start=1)
    ]
    remedies = [f"• {say(f'remedy.{key}')}" for key in REMEDIES[first]]
    blocks: list[Block] = [
        header(say("alert.cycle_title", unit=name)),
        section(say("alert.cycle_lead", stage=say.measure(first), since=since, count=len(turned))),
        {"type": "image", "block_id": PICTURE_BLOCK, "slack_file": {"id": ""}, "alt_text": picture["alt"]},
        section(f"*{say('alert.evidence')}*\n" + "\n".join(evidence)),
        section(f"*{say('alert.remedies')}*\n" + "\n".join(remedies)),
        section(f"*{say('alert.signs')}*\n" + "\n".join(_signs(state, say))),
        _buttons(name, first, say),
        context(say("alert.cycle_small_print", percent=f"{100 * budget().cycle:.0f}")),
    ]
    text = say("alert.cycle_title", unit=escape(name))
    return {"text": text, "blocks": blocks, "picture": picture}


def wheel_picture(turned: Sequence[tuple[Stage, str]], *, title: str, say: Words) -> dict[str, str]:
    """The wheel as the outbox carries a picture: base64, with alt text that says the same."""
    return {
        "png": base64.b64encode(draw_wheel(turned, title=title, say=say)).decode(),
        "filename": "wheel.png",
        "title": title,
        "alt": describe_wheel(turned, title=title, say=say),
    }


def drift_message(record: Record, state: State, say: Words) -> dict[str, Any]:
    """The note that one stage alone drifts: worth a look, and not the cycle."""
    name = _name(record, state.unit_id)
    stage = state.stage or state.turned[0].stage
    evidence = [
        f"*{say.stage(drift.stage)}*: {moved(drift, record, state.unit_id, say)}" for drift in state.turned
    ]
    blocks = [
        header(say("alert.drift_title", unit=name, stage=say.measure(stage))),
        section("\n".join([*evidence, say("alert.drift_lead")])),
        _buttons(name, stage, say),
        context(say("alert.drift_small_print", percent=f"{100 * budget().drift:.0f}")),
    ]
    return {"text": say("alert.drift_title", unit=escape(name), stage=say.measure(stage)), "blocks": blocks}


def _buttons(name: str, stage: Stage, say: Words) -> Block:
    asked = [("trend", about(Intent.TREND, stage, unit=name)), ("themes", about(Intent.THEMES, unit=name))]
    return actions(
        *(
            button(say(f"alert.ask_{key}"), f"{Action.ASK}:{place}", value=question_text(question, say))
            for place, (key, question) in enumerate(asked)
        )
    )


def _signs(state: State, say: Words) -> list[str]:
    def line(sign: Sign, key: str) -> str:
        return f"• {say(key, stage=say.stage(sign.stage), weeks=sign.weeks)}"

    found = [line(sign, "alert.confirm") for sign in state.confirm]
    found += [line(sign, "alert.refute") for sign in state.refute]
    return found or [f"• {say('alert.no_signs')}"]


def _name(record: Record, unit_id: str) -> str:
    return next(unit.name for unit in record.units if unit.id == unit_id)
