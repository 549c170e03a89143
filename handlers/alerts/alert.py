"""The alert: what leaders are told when the cycle forms or one stage drifts, and how it stands since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import ceil
from typing import Any

from analysis.detection.cycle import Kind, Sign, State
from analysis.detection.doubts import Doubt
from analysis.detection.grid import leaves
from analysis.detection.thresholds import budget
from analysis.figures import Record
from analysis.questions import Intent
from analysis.stages import Stage
from handlers.alerts.doubts_text import doubt_lines
from handlers.alerts.evidence import beside_lines, charts, evidence_lines, past_lines
from handlers.alerts.headline import headline
from handlers.alerts.history import happened, standing_blocks
from handlers.ids import Action
from handlers.questions.question_text import about, question_text
from handlers.showing.blocks import Block, actions, button, context, escape, header, plain, section
from handlers.showing.charts import Mark, without_charts
from handlers.showing.figures import state_line
from handlers.showing.pictures.wheel import draw_wheel
from handlers.words import Words
from surveys.alerts import CYCLE, SNOOZES, Alert
from surveys.episodes import ALARMS, CALM, CALM_WEEKS, SILENT_WEEKS

# What breaks the wheel, by the stage that turned, what fits best first (what each does stands in the catalogues).
REMEDIES: dict[Stage, tuple[str, ...]] = {
    Stage.TARGETS: ("root_cause", "deep_dive", "hold_rule"),
    Stage.TRUST: ("hold_rule", "deep_dive", "give_room"),
    Stage.CANDOR: ("root_cause", "deep_dive", "give_room"),
    Stage.OVERLAY: ("no_new_overlay", "deep_dive", "give_room"),
    Stage.FRICTION: ("give_room", "no_new_overlay", "deep_dive"),
    Stage.CUSTOMER: ("deep_dive", "give_room", "no_new_overlay"),
    Stage.EFFICIENCY: ("deep_dive", "root_cause", "give_room"),
}
MOST_REMEDIES = {CYCLE: 3, "drift": 2}
# Up to so many turned stages there is a good part of the wheel left to turn.
EARLY = 3
PICTURE_BLOCK = "wheel"
HANDLING, ASKING = "handling", "asking"

Turned = Sequence[tuple[Stage, date | None]]


@dataclass(frozen=True, slots=True)
class Case:
    """All that an alert's message is made of.

    Attributes:
        alert: the alert as it is now.
        record: what was released, as far as it is shown.
        state: what is known about the unit now.
        doubts: what else could explain it.
        marks: actions, for the charts.
        say: the catalogue of the reader's language.
    """

    alert: Alert
    record: Record
    state: State
    say: Words
    doubts: Sequence[Doubt] = ()
    marks: Sequence[Mark] = ()

    @property
    def unit(self) -> str:
        """The unit's name, as it is written."""
        return self.record.names.get(self.alert.unit_id, self.alert.unit_id)

    @property
    def alarm(self) -> bool:
        """Whether there is an alarm now."""
        return self.state.kind in ALARMS and bool(self.state.turned)

    @property
    def turned(self) -> Turned:
        """The stages that turned; once the alarm is over, those that had."""
        if self.alarm:
            return [(drift.stage, drift.since) for drift in self.state.turned]
        return self.alert.told.turned or [(self.alert.stage, self.alert.began_on)]


def alert_message(case: Case) -> dict[str, Any]:
    """The alert for the outbox: as it was called, as it stands by now, or how it ended."""
    say, first = case.say, headline(case.alert, case.state, case.unit, case.say)
    if case.alert.closed_on is not None:
        return {"text": escape(first), "blocks": [header(first), *_closed_blocks(case)]}
    # Once the alarm is over, a wheel of what had turned would say the opposite of the first line.
    picture = _picture(case) if case.alert.kind == CYCLE and case.alarm else None
    blocks = [
        header(first),
        *standing_blocks(case.alert, say, alarm=case.alarm),
        section(_lead(case)),
        *([_picture_block(picture)] if picture else []),
        section(_evidence_text(case)),
        *charts(case.record, case.alert.unit_id, case.turned, case.marks, say),
        *_explaining(case),
        _handling(case.alert, say),
        _asking(case),
        *happened(case.alert, say),
        context(_small_print(case)),
    ]
    payload = {"text": escape(first), "blocks": blocks, "fallback_blocks": without_charts(blocks)}
    return payload | ({"picture": picture} if picture else {})


def moved_on_message(case: Case) -> dict[str, Any]:
    """What the message about a drift becomes once it has grown into the cycle."""
    title = case.say("alert.moved_on", unit=case.unit)
    blocks = [header(title), section(case.say("alert.moved_on_more"))]
    return {"text": escape(title), "blocks": blocks}


def _closed_blocks(case: Case) -> list[Block]:
    stages = [case.say.stage(stage) for stage, _ in case.turned]
    was = f"*{case.say('alert.evidence_was')}*: {case.say.listing(stages)}"
    standing = standing_blocks(case.alert, case.say, alarm=case.alarm)
    return [*standing, section(was), _asking(case), *happened(case.alert, case.say)]


def _lead(case: Case) -> str:
    say, state = case.say, case.state
    as_of = say("alert.as_of", week=say.day(state.week)) if state.week else ""
    if not case.alarm:
        key, weeks = ("calm_lead", CALM_WEEKS) if state.kind in CALM else ("silent_lead", SILENT_WEEKS)
        lead = say(f"alert.{key}", state=state_line(state, say), weeks=weeks)
    elif state.kind is Kind.CYCLE:
        stage, since = case.turned[0]
        since_day = say.day(since) if since else say("word.lately")
        lead = say("alert.cycle_lead", stage=say.measure(stage), since=since_day, count=len(case.turned))
        lead += f" {say('alert.early')}" if len(case.turned) <= EARLY else ""
    else:
        lead = say("alert.drift_lead" if len(case.turned) == 1 else "alert.drifts_lead")
    return f"{lead} {as_of}"


def _evidence_text(case: Case) -> str:
    say = case.say
    if not case.alarm:
        lines = past_lines([stage for stage, _ in case.turned], case.state, case.record, say)
        return "\n".join([f"*{say('alert.evidence_was')}*", *lines])
    lines = evidence_lines(case.state.turned, case.record, case.alert.unit_id, say)
    beside = beside_lines(case.state, case.record, say)
    return "\n".join([f"*{say('alert.evidence')}*", *lines, *(f"• {line}" for line in beside)])


def _explaining(case: Case) -> list[Block]:
    """What else it could be, what helps, and what would confirm or refute it; while there is an alarm."""
    if not case.alarm:
        return []
    say = case.say
    doubts = [f"• {line}" for line in doubt_lines(case.doubts, say)]
    remedies = [f"• {say(f'remedy.{key}')}" for key in chosen_remedies(case.turned, case.alert.kind)]
    suffix = "" if case.state.kind is Kind.CYCLE else "_drift"
    return [
        section("\n".join([f"*{say('alert.doubts')}*", *(doubts or [say("alert.no_doubts")])])),
        section("\n".join([f"*{say(f'alert.remedies{suffix}')}*", *remedies])),
        section("\n".join([f"*{say(f'alert.signs{suffix}')}*", *_signs(case.state, say)])),
    ]


def chosen_remedies(turned: Turned, kind: str) -> list[str]:
    """What breaks the wheel: what fits each stage that turned best, in their order, then what fits second best."""
    fitting = [REMEDIES[stage] for stage, _ in turned]
    best_first = [keys[place] for place in range(len(REMEDIES[Stage.TRUST])) for keys in fitting]
    return list(dict.fromkeys(best_first))[: MOST_REMEDIES[kind]]


def _signs(state: State, say: Words) -> list[str]:
    def line(sign: Sign, key: str) -> str:
        return f"• {say(key, stage=say.stage(sign.stage), weeks=sign.weeks)}"

    cycle = state.kind is Kind.CYCLE
    found = [line(sign, "alert.confirm" if cycle else "alert.confirm_drift") for sign in state.confirm]
    found += [line(sign, "alert.refute") for sign in state.refute]
    return list(dict.fromkeys(found)) or [f"• {say('alert.no_signs')}"]


def _handling(alert: Alert, say: Words) -> Block:
    """The buttons by which leaders say what they do about it."""
    weeks = [
        {"text": plain(say("alert.snooze_weeks", weeks=number)), "value": f"{alert.id}:{number}"}
        for number in SNOOZES
    ]
    snooze: Block = {
        "type": "static_select",
        "action_id": Action.SNOOZE_ALERT,
        "placeholder": plain(say("alert.snooze")),
        "options": weeks,
    }
    taken = button(say("alert.acknowledge"), Action.ACKNOWLEDGE_ALERT, value=alert.id, style="primary")
    row = actions(
        *([] if alert.acknowledged else [taken]),
        button(say("alert.log_action"), Action.LOG_ACTION, value=alert.id),
        button(say("alert.dispute"), Action.DISPUTE_ALERT, value=alert.id),
        snooze,
    )
    # Slack keeps what was chosen in a block of the same name: the menu is a new one once something came of it.
    return row | {"block_id": f"{HANDLING}:{alert.snoozed_until or ''}"}


def _asking(case: Case) -> Block:
    """The buttons that ask about the unit."""
    name, say = case.unit, case.say
    first = case.turned[0][0]
    asked = [("trend", about(Intent.TREND, first, unit=name)), ("themes", about(Intent.THEMES, unit=name))]
    row = actions(
        *(
            button(say(f"alert.ask_{key}"), f"{Action.ASK}:{place}", value=question_text(question, say))
            for place, (key, question) in enumerate(asked)
        )
    )
    return row | {"block_id": ASKING}


def _small_print(case: Case) -> str:
    say, expected = case.say, budget(len(leaves(case.record)))
    share = expected.cycle if case.alert.kind == CYCLE else expected.drift
    percent = max(1, ceil(round(100 * share, 6)))
    counted = say(f"alert.{case.alert.kind}_small_print", percent=percent)
    # Without an alarm the evidence has no such words.
    return f"{say('alert.sure_scale')} {counted}" if case.alarm else counted


# The wheel ------------------------------------------------------------------------------------------------


def _picture(case: Case) -> dict[str, str]:
    return wheel_picture(case.turned, title=case.unit, say=case.say)


def _picture_block(picture: dict[str, str]) -> Block:
    return {"type": "image", "block_id": PICTURE_BLOCK, "slack_file": {"id": ""}, "alt_text": picture["alt"]}


def wheel_picture(turned: Turned, *, title: str, say: Words) -> dict[str, str]:
    """The wheel as the outbox carries a picture: base64, with alt text that says the same."""
    return dict(_drawn(tuple(turned), title, say))


@lru_cache(maxsize=32)
def _drawn(turned: tuple[tuple[Stage, date | None], ...], title: str, say: Words) -> dict[str, str]:
    # Every copy of an alert has the same picture, and so has every change that is not about stages.
    return draw_wheel(turned, title=title, say=say).carried(filename="wheel.png", title=title)
