"""Alerts in Slack: what they say, to whom they go, and what becomes of them when leaders press their buttons."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest

from analysis.detection.cycle import Kind, State, watch
from analysis.detection.doubts import Doubt, Ground
from analysis.detection.grid import lay_out, leaves
from analysis.detection.scan import scan
from analysis.figures import Record
from analysis.stages import CORE, WHEEL, Stage
from analysis.synthetic.teams import Team, simulate
from bot.demo.story import deliver
from deploy.sandbox.blocks.messages import LONGEST_BLOCKS, check_message
from handlers.alerts.alert import HANDLING, alert_message, chosen_remedies
from handlers.alerts.evidence import SURE, how_sure
from handlers.alerts.headline import headline
from handlers.home import own_data_view
from handlers.ids import COMMAND, Action, Callback
from handlers.showing.blocks import HEADER
from handlers.showing.charts import ACTION, CHARTS, Mark
from handlers.words import LANGUAGES, words
from surveys import alerts, own_data, results
from surveys.alerts import Deed, Ending, Note
from surveys.ballots.sealed import Diary
from surveys.rounds.schedule import monday
from surveys.storage.tables import ReleaseRow, RoundRow
from tests.handlers.office import Office, action_ids, block_types, words_of
from tests.handlers.synthetic_states import COMPANY, LAST, TURNED, alert_case, cycle_state, drift_state, record

SAY = words("en")
NORTH = "quay/r-d-north"


# What it says ----------------------------------------------------------------------------------------------


def text_of(state: State, language: str = "en", **more: Any) -> str:
    case = alert_case(record(), state, words(language), **more)
    return headline(case.alert, state, case.unit, words(language))


@pytest.mark.parametrize(
    ("state", "kind", "text"),
    [
        (
            cycle_state((Stage.TRUST, Stage.CANDOR)),
            "cycle",
            "In R&D <North> the trust-loss cycle is forming: trust has fallen for 11 weeks, "
            "and bad news no longer travels up",
        ),
        (drift_state(), "drift", "In South friction has grown for 6 weeks: one stage alone, not the cycle"),
        (replace(cycle_state(), kind=Kind.RECOVERING), "cycle", "In R&D <North> things are getting better"),
        (replace(cycle_state(), kind=Kind.WATCHING), "cycle", "In R&D <North> the signs have become weaker"),
        (
            replace(cycle_state(), kind=Kind.NOT_ENOUGH_EVIDENCE),
            "cycle",
            "In R&D <North> too few have answered lately to say more",
        ),
    ],
)
def test_first_line_says_what_happened_in_plain_words(state: State, kind: str, text: str) -> None:
    assert text_of(state, kind=kind) == text


def test_a_turn_of_this_week_is_a_week_old() -> None:
    state = drift_state()
    now = replace(state, turned=(replace(state.turned[0], since=state.week, weeks_ago=0),))
    assert "friction has grown for a week" in text_of(now, kind="drift")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("first", WHEEL)
def test_every_stage_can_come_first_and_the_title_fits(first: Stage, language: str) -> None:
    say = words(language)
    turned = [WHEEL[(first.position + place) % 7] for place in range(7)]
    shown = text_of(cycle_state(tuple(turned)), language)
    assert len(shown) <= HEADER
    assert say(f"clause.{first.value}", span=say("alert.span", weeks=11)) in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_alert_has_the_wheel_the_evidence_and_what_breaks_it_in_order(language: str) -> None:
    say = words(language)
    message = alert_message(alert_case(record(), cycle_state(), say))
    text = words_of(message)
    assert block_types(message)[:3] == ["header", "section", "image"]
    order = [
        say(f"alert.{key}") for key in ("evidence", "doubts", "remedies", "signs", "acknowledge", "ask_trend")
    ]
    assert sorted(order, key=text.index) == order
    picture = next(block for block in message["blocks"] if block["type"] == "image")
    for stage in TURNED:
        assert say.stage(stage) in picture["alt_text"]
    assert block_types(message).count("data_visualization") == CHARTS


@pytest.mark.parametrize("kind", [Kind.STEADY, Kind.WATCHING, Kind.RECOVERING])
def test_there_is_no_wheel_of_what_had_turned(kind: Kind) -> None:
    message = alert_message(alert_case(record(), replace(cycle_state(), kind=kind), SAY))
    assert "image" not in block_types(message)
    assert "picture" not in message


def test_evidence_tells_how_sure_it_is_and_what_that_means() -> None:
    state = cycle_state((Stage.TRUST, Stage.CANDOR))
    unsure = (replace(state.turned[0], strength=2.4), replace(state.turned[1], strength=1.0))
    text = words_of(alert_message(alert_case(record(), replace(state, turned=unsure), SAY)))
    assert "1. *Trust*: 1.1 points worse since 16 Feb (from 40 answers); very likely" in text
    assert "2. *Candor*: 1.1 points worse since 23 Feb (from 40 answers); possible" in text
    assert SAY("alert.sure_scale") in text


def test_sureness_is_what_chance_leaves_of_it() -> None:
    # The rates that the small print states, of a core stage of healthy teams.
    teams = [Team(f"t{place}", size=8 + place % 3 * 2, rate=0.5 + 0.125 * (place % 3)) for place in range(60)]
    shown = simulate(teams, 40, 5)
    grid = lay_out(shown, leaves(shown))
    scans = [scan(grid.items[stage]) for stage in CORE]
    # One week is no beginning.
    strengths = np.stack([np.where(found.seen >= 2, found.z, 0.0).max(axis=2)[:, 12:] for found in scans])
    for least, stated in zip(SURE.values(), (0.01, 0.05, 0.10), strict=True):
        assert 0.3 * stated < np.mean(strengths >= least) < 1.4 * stated
    assert [how_sure(strength) for strength in (5, 2.5, 2.0, 1.0)] == [*SURE, "possible"]


def test_charts_mark_the_week_it_began_and_what_was_done() -> None:
    marks = [Mark(LAST - timedelta(weeks=2), ACTION, "Overlay added: *two* <!channel>")]
    case = replace(alert_case(record(), cycle_state((Stage.TRUST, Stage.OVERLAY)), SAY), marks=marks)
    charts = [block for block in alert_message(case)["blocks"] if block["type"] == "data_visualization"]
    labels = [chart["chart"]["axis_config"]["categories"] for chart in charts]
    # Each chart has the mark of its own stage alone, and both what was done.
    assert [[label for label in chart if label[0] in "▼◆"] for chart in labels] == [
        ["▼ 16 Feb", "◆ 13 Apr"],
        ["▼ 23 Feb", "◆ 13 Apr"],
    ]
    text = words_of(alert_message(case))
    assert "▼ Began to turn: Trust 16 Feb, Overlay hours 23 Feb" in text
    assert "Overlay added" in text
    assert "<!channel>" not in text


def merged_lately() -> Record:
    """The record of the north, in whose last week and one before it was counted together with the south."""
    whole, both = record(), frozenset({NORTH, "quay/south"})
    merged = {LAST, LAST - timedelta(weeks=5)}
    apart = [figure for figure in whole.figures if figure.week not in merged]
    together = [
        replace(figure, units=both)
        for figure in whole.figures
        if figure.week in merged and figure.units == {"quay/south"}
    ]
    return Record(whole.units, [*apart, *together], whole.turnouts)


def test_charts_show_the_unit_and_not_whom_it_was_counted_with_lately() -> None:
    case = replace(alert_case(record(), cycle_state((Stage.TRUST, Stage.OVERLAY)), SAY), record=merged_lately())
    charts = [block for block in alert_message(case)["blocks"] if block["type"] == "data_visualization"]
    weeks = {SAY.day(LAST - timedelta(weeks=back)) for back in range(12) if back not in {0, 5}}
    for chart, worse in zip(charts, (-1, 1), strict=True):
        (line,) = chart["chart"]["series"]
        assert {point["label"].lstrip("▼ ") for point in line["data"]} == weeks
        values = [point["value"] * worse for point in line["data"]]
        assert values == sorted(values)


def test_charts_reach_back_to_before_it_began() -> None:
    began = LAST - timedelta(weeks=10)
    state = cycle_state((Stage.TRUST, Stage.OVERLAY))
    assert state.since == began
    earlier = record()
    back = timedelta(weeks=12)
    older = [replace(figure, week=figure.week - back) for figure in earlier.figures]
    shown = Record(earlier.units, [*older, *earlier.figures], earlier.turnouts)
    charts = [
        block
        for block in alert_message(alert_case(shown, state, SAY))["blocks"]
        if block["type"] == "data_visualization"
    ]
    for chart in charts:
        labels = chart["chart"]["axis_config"]["categories"]
        assert labels[0] == SAY.day(began - timedelta(weeks=4))
        assert labels[-1] == SAY.day(LAST)


def test_what_else_could_explain_it_stands_there_or_that_nothing_does() -> None:
    case = alert_case(record(), cycle_state(), SAY)
    assert SAY("alert.no_doubts") in words_of(alert_message(case))
    doubted = words_of(alert_message(replace(case, doubts=(Doubt(Ground.RESPONDENTS, 0.5, n=6),))))
    assert "about 6 a week" in doubted
    assert SAY("alert.no_doubts") not in doubted


def test_remedies_are_chosen_by_all_the_stages_that_turned() -> None:
    turned = [(stage, None) for stage in (Stage.TRUST, Stage.CANDOR, Stage.OVERLAY)]
    assert chosen_remedies(turned, "cycle") == ["hold_rule", "root_cause", "no_new_overlay"]
    assert chosen_remedies(turned[:1], "drift") == ["hold_rule", "deep_dive"]


@pytest.mark.parametrize(
    ("kind", "weeks", "stands"),
    [
        (Kind.RECOVERING, 4, "no longer more than noise"),
        (Kind.STEADY, 4, "no longer more than noise"),
        (Kind.WATCHING, 12, "no longer more than noise"),
        (Kind.NOT_ENOUGH_EVIDENCE, 12, "too few answers to tell now"),
    ],
)
def test_without_an_alarm_it_says_how_it_stands_and_when_it_closes(kind: Kind, weeks: int, stands: str) -> None:
    state = replace(cycle_state(), kind=kind, turned=(), stages={})
    message = alert_message(alert_case(record(), state, SAY))
    text = words_of(message)
    assert re.search(rf"This alert closes (once|after) .*{weeks} weeks", text)
    assert f"*Targets*: {stands}" in text
    # No wheel of stages that look turned, and no scale for words that do not stand there.
    assert "image" not in block_types(message)
    assert "picture" not in message
    assert SAY("alert.sure_scale") not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_drift_is_the_shorter_sister_and_says_that_it_is_one_stage_alone(language: str) -> None:
    say = words(language)
    message = alert_message(alert_case(record(), drift_state(), say, kind="drift"))
    assert "image" not in block_types(message)
    assert say("alert.drift_lead") in words_of(message)
    assert len(words_of(message)) < len(words_of(alert_message(alert_case(record(), cycle_state(), say))))


def test_titles_show_a_units_name_as_it_is_written() -> None:
    # A header is plain text: what is escaped for formatted text would show its codes there.
    message = alert_message(alert_case(record(), cycle_state(), SAY))
    assert COMPANY[NORTH] == "R&D <North>"
    assert message["blocks"][0]["text"]["text"].startswith("In R&D <North> the trust-loss cycle")
    assert "R&amp;D &lt;North&gt;" in message["text"]


def notes(number: int) -> tuple[Note, ...]:
    """As much as can have happened, by somebody with a long name."""
    at, name = datetime.combine(LAST, time(9), UTC), "*N* " * 60
    everything = [
        Note(at, Deed.RAISED),
        Note(at, Deed.GREW),
        Note(at, Deed.CHANGED, reason="turned", text="overlay friction customer"),
        Note(at, Deed.CHANGED, reason="stronger"),
        Note(at, Deed.CHANGED, reason="recovering"),
        Note(at, Deed.REOPENED),
        Note(at, Deed.ACKNOWLEDGED, name),
        Note(at, Deed.SNOOZED, name, reason="4"),
        Note(at, Deed.WOKE),
        Note(at, Deed.ACTED, name),
        Note(at, Deed.DISPUTED, name, "event", "<!channel> *x*" * 20),
        Note(at, Deed.CLOSED, reason="faded"),
    ]
    return tuple((everything * 30)[:number])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [*range(13), 300])
@pytest.mark.parametrize("kind", list(Kind))
def test_whatever_happened_to_it_slack_takes_the_message(kind: Kind, number: int, language: str) -> None:
    doubts = tuple(Doubt(ground, 0.5, 0.6, 0.3, 6, 8, LAST, (NORTH,)) for ground in Ground)
    state = replace(cycle_state(WHEEL), kind=kind)
    endings: Sequence[Ending | None] = (None, *Ending)
    for ending in endings:
        closed = LAST if ending else None
        shown = alert_case(
            record(),
            state,
            words(language),
            notes=notes(number),
            ending=ending,
            closed_on=closed,
            snoozed_until=LAST,
        )
        message = alert_message(replace(shown, doubts=doubts))
        for key in ("blocks", "fallback_blocks"):
            blocks = [block for block in message.get(key, message["blocks"]) if block["type"] != "image"]
            check_message(message["text"], blocks, None)
            assert len(blocks) < 30
    assert LONGEST_BLOCKS == 13_200


# In Slack --------------------------------------------------------------------------------------------------


class Leaders:
    """The office's leaders and what they are told; releases come out as they are called for."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.channel = office.channel("leaders")
        self.dm = office.dm("chief")

    def release(self, state: State) -> None:
        """A release comes out, after which this is known; the next tick tells leaders of it."""
        bot = self.office.bot
        week_on = state.week or LAST
        at = datetime.combine(week_on, time(9), UTC)
        with bot.database.work() as session:
            round_id = secrets.token_hex(8)
            session.add(
                RoundRow(
                    id=round_id,
                    schedule=f"planted {round_id}",
                    week_on=week_on,
                    opens_at=at,
                    closes_at=at + timedelta(days=3),
                    items=[],
                    smallest_group=5,
                    public_key=b"",
                    counted=True,
                )
            )
            session.flush()
            session.add(ReleaseRow(id=secrets.token_hex(8), round_id=round_id, week_on=week_on, smallest_group=5))
        with bot.database.read() as session:
            units = results.whole_record(session).units
        planted = Record(units, record().figures, record().turnouts)
        planted._known[watch] = {state.unit_id: state}
        # In place of the empty release that was just read.
        results._ready[next(reversed(results._ready))] = planted
        bot.tick.run()
        deliver(bot)

    def alerts_in(self, channel: str) -> list[dict[str, Any]]:
        """The messages about alerts in a conversation, as they look now, oldest first."""
        found = self.office.messages("chief", channel)
        return [m for m in found if any(b["type"] == "header" for b in m.get("blocks") or [])]

    def both(self) -> list[str]:
        """The words of the newest copy in the channel and in the direct message."""
        return [words_of(self.alerts_in(place)[-1]) for place in (self.channel, self.dm)]

    def press(self, action_id: str, *, where: str | None = None, value: Any = None, name: str = "chief") -> Any:
        """Press a button of the newest copy."""
        place = where or self.dm
        ts = self.alerts_in(place)[-1]["ts"]
        return self.office.sandbox.click(
            self.office.id(name), channel=place, ts=ts, action_id=action_id, value=value
        )

    def after(self, text: str) -> list[str]:
        """Both copies once they say so."""

        def said() -> list[str] | None:
            shown = self.both()
            return shown if all(text in one for one in shown) else None

        return self.office.wait(said)

    def told(self) -> str:
        """The words of the modal that opens."""
        view = self.office.sandbox.wait_for_view(self.office.id("chief"))
        return words_of(view)


@pytest.fixture
def leaders(fresh_office: Office) -> Leaders:
    """A company in which leaders have just been told that one stage drifts in the north."""
    found = Leaders(fresh_office)
    found.release(north(drift_state()))
    return found


def north(state: State, *, week: date = LAST) -> State:
    return replace(state, unit_id=NORTH, week=week)


def test_it_goes_once_to_the_channel_and_to_the_leader_and_to_nobody_else(leaders: Leaders) -> None:
    for later in (1, 2):
        leaders.release(north(drift_state(), week=LAST + timedelta(weeks=later)))
    assert [len(leaders.alerts_in(place)) for place in (leaders.channel, leaders.dm)] == [1, 1]
    for name in ("nora", "sam", "ada", "north1"):
        assert "one stage alone" not in str(leaders.office.messages(name))


def test_acknowledging_changes_every_copy_and_names_nobody_by_a_mention(leaders: Leaders) -> None:
    assert leaders.press(Action.ACKNOWLEDGE_ALERT).ok
    for text in leaders.after("*Acknowledged by Chief Quay.*"):
        assert "<@" not in text
        assert "acknowledged by Chief Quay" in text
    for place in (leaders.channel, leaders.dm):
        assert Action.ACKNOWLEDGE_ALERT not in action_ids(leaders.alerts_in(place)[-1])


def test_pressing_twice_is_answered_kindly(leaders: Leaders) -> None:
    assert leaders.press(Action.ACKNOWLEDGE_ALERT).ok
    assert leaders.press(Action.ACKNOWLEDGE_ALERT, where=leaders.channel).ok
    assert SAY("error.AlertTakenUp", name="Chief Quay") in leaders.told()
    leaders.after("Acknowledged by Chief Quay")
    with leaders.office.bot.database.read() as session:
        (alert,) = alerts.raised(session)
    assert [note.deed for note in alert.notes] == [Deed.RAISED, Deed.ACKNOWLEDGED]


def test_snoozed_it_waits_and_then_says_that_it_still_stands(leaders: Leaders) -> None:
    office = leaders.office
    (alert_id,) = ids(office)
    assert leaders.press(Action.SNOOZE_ALERT, value=f"{alert_id}:2").ok
    until = office.clock.now() + timedelta(weeks=2)
    leaders.after(f"*Snoozed until {SAY.day(until.date())}* by Chief Quay")
    leaders.release(north(replace(drift_state(), strength=40.0), week=LAST + timedelta(weeks=1)))
    assert "Snoozed until" in leaders.both()[0]
    # Pulses that were due in between are counted before the newest figures come.
    office.clock.move_to(datetime.combine(until.date(), time(0), UTC) - timedelta(hours=6))
    office.bot.tick.run()
    leaders.release(north(drift_state(), week=LAST + timedelta(weeks=2)))
    office.clock.move_to(datetime.combine(until.date(), time(1), UTC))
    assert office.bot.tick.next_due(after=office.clock.now() - timedelta(hours=2)) <= office.clock.now()
    office.bot.tick.run()
    leaders.after(f"The snooze ended on {SAY.day(until.date())}, and it still stands.")


def test_woken_after_the_signs_have_gone_it_does_not_say_that_it_still_stands(leaders: Leaders) -> None:
    office = leaders.office
    (alert_id,) = ids(office)
    assert leaders.press(Action.SNOOZE_ALERT, value=f"{alert_id}:2").ok
    until = (office.clock.now() + timedelta(weeks=2)).date()
    leaders.release(State(NORTH, LAST + timedelta(weeks=1), Kind.STEADY))
    office.clock.move_to(datetime.combine(until, time(1), UTC))
    office.bot.tick.run()
    for text in leaders.after(SAY("alert.woke_calm", day=SAY.day(until))):
        assert "still stands" not in text
        # Nothing was planted for the tick that wakes it.
        assert SAY("alert.silent_first", unit="R&D North") in text


def ids(office: Office) -> list[str]:
    with office.bot.database.read() as session:
        return [alert.id for alert in alerts.raised(session)]


def dispute(leaders: Leaders, note: str) -> Any:
    office = leaders.office
    assert leaders.press(Action.DISPUTE_ALERT).ok
    view = office.sandbox.wait_for_view(office.id("chief"), callback_id=Callback.DISPUTE)
    assert "R&amp;D North" in words_of(view)
    filled = {Action.DISPUTE_REASON: "event", Action.DISPUTE_NOTE: note}
    return office.sandbox.submit(office.id("chief"), view["id"], filled)


def test_disputed_it_closes_everywhere_with_the_reason_as_plain_text(leaders: Leaders) -> None:
    assert dispute(leaders, "the *CRM* moved <!channel>").ok
    day = SAY.day(leaders.office.clock.now().date())
    leaders.after(f"*Closed on {day}* by Chief Quay: {SAY('reason.event')}.")
    for place in (leaders.channel, leaders.dm):
        shown = leaders.alerts_in(place)[-1]
        assert not {block["block_id"].split(":")[0] for block in shown["blocks"] if "block_id" in block} & {
            HANDLING
        }
        (quoted,) = [block for block in shown["blocks"] if block["type"] == "rich_text"]
        (element,) = quoted["elements"][0]["elements"]
        assert element == {"type": "text", "text": "the *CRM* moved <!channel>"}
    leaders.release(north(drift_state(), week=LAST + timedelta(weeks=1)))
    assert "Closed on" in leaders.both()[0]


@pytest.mark.parametrize("action", [Action.ACKNOWLEDGE_ALERT, Action.SNOOZE_ALERT, Action.DISPUTE_ALERT])
def test_an_old_copy_of_a_closed_alert_answers_kindly(leaders: Leaders, action: Action) -> None:
    assert dispute(leaders, "").ok
    # Nothing was delivered yet: the copies still have their buttons.
    value = f"{ids(leaders.office)[0]}:2" if action is Action.SNOOZE_ALERT else None
    assert leaders.press(action, where=leaders.channel, value=value).ok
    assert SAY("error.AlertIsOver") in leaders.told()
    leaders.after("Closed on")


def test_a_second_dispute_from_another_window_is_answered_in_the_modal(leaders: Leaders) -> None:
    office = leaders.office
    assert leaders.press(Action.DISPUTE_ALERT).ok
    view = office.sandbox.wait_for_view(office.id("chief"), callback_id=Callback.DISPUTE)
    with office.bot.database.work() as session:
        chief = alerts.readers(session, NORTH)[0]
        alerts.dispute(session, ids(office)[0], chief, reason=alerts.Reason.DATA, now=office.clock.now())
    ack = office.sandbox.submit(office.id("chief"), view["id"], {Action.DISPUTE_REASON: "season"})
    assert SAY("error.AlertIsOver") in words_of(ack.response["view"])


def test_growing_into_the_cycle_is_news_and_the_old_message_points_to_it(leaders: Leaders) -> None:
    leaders.release(replace(cycle_state(), week=LAST + timedelta(weeks=1)))
    for place in (leaders.channel, leaders.dm):
        old, new = map(words_of, leaders.alerts_in(place))
        assert SAY("alert.moved_on_more") in old
        assert "the trust-loss cycle is forming" in new
    # A wheel for each copy.
    assert leaders.office.sandbox.calls.count("files.completeUploadExternal") == 2
    leaders.press(Action.ACKNOWLEDGE_ALERT)
    leaders.after("Acknowledged by Chief Quay")
    assert SAY("alert.moved_on_more") in words_of(leaders.alerts_in(leaders.dm)[0])


def test_who_took_up_the_drift_has_not_taken_up_the_cycle(leaders: Leaders) -> None:
    assert leaders.press(Action.ACKNOWLEDGE_ALERT).ok
    leaders.after("*Acknowledged by Chief Quay.*")
    leaders.release(replace(cycle_state(), week=LAST + timedelta(weeks=1)))
    for place in (leaders.channel, leaders.dm):
        new = leaders.alerts_in(place)[-1]
        assert "*Acknowledged by" not in words_of(new)
        assert Action.ACKNOWLEDGE_ALERT in action_ids(new)
    assert leaders.press(Action.ACKNOWLEDGE_ALERT).ok
    leaders.after("*Acknowledged by Chief Quay.*")


def test_it_is_followed_until_it_is_over_in_one_message(leaders: Leaders) -> None:
    office = leaders.office
    for later in range(1, 5):
        leaders.release(State(NORTH, LAST + timedelta(weeks=later), Kind.STEADY))
        if later == 1:
            assert SAY("alert.weaker_first", unit="R&amp;D North") in leaders.alerts_in(leaders.dm)[-1]["text"]
    day = SAY.day(office.clock.now().date())
    leaders.after(f"*Closed on {day}.*")
    assert [len(leaders.alerts_in(place)) for place in (leaders.channel, leaders.dm)] == [1, 1]


def test_an_action_logged_from_the_alert_is_told_in_every_copy(leaders: Leaders) -> None:
    office = leaders.office
    assert leaders.press(Action.LOG_ACTION).ok
    view = office.sandbox.wait_for_view(office.id("chief"), callback_id=Callback.LOG)
    assert office.sandbox.submit(office.id("chief"), view["id"], {Action.LOG_KIND: "deep_dive"}).ok
    for text in leaders.after("*Actions logged: 1.*"):
        assert "an action was logged by Chief Quay: Deep dive into deals or customers" in text


def test_an_action_logged_by_command_stands_below_the_charts_of_open_alerts(leaders: Leaders) -> None:
    office = leaders.office
    assert office.sandbox.command(
        office.id("chief"), leaders.dm, COMMAND, "log no exception in R&D North today"
    ).ok
    view = office.sandbox.wait_for_view(office.id("chief"), callback_id=Callback.LOG)
    assert office.sandbox.submit(office.id("chief"), view["id"], {Action.LOG_KIND: "hold_rule"}).ok
    leaders.after(f"\u25c6 {SAY.day(monday(office.clock.now().date()))}: Rule held for everybody")


def test_what_somebody_did_about_an_alert_stands_in_the_copy_of_their_data(leaders: Leaders) -> None:
    office = leaders.office
    assert dispute(leaders, "the *CRM* moved").ok
    leaders.after("Closed on")
    with office.bot.database.read() as session:
        (chief,) = alerts.readers(session, NORTH)
        kept = own_data.kept(session, office.bot.services.keys, chief, now=office.clock.now())
    zone = chief.zone("Europe/London")
    text = words_of(own_data_view.copy_message(kept, Diary(), office.bot.services.bank, zone=zone))
    assert "R&amp;D North: you said that it is not it. the \u2217CRM\u2217 moved" in text


def test_who_is_no_leader_any_more_is_shown_nothing_new(leaders: Leaders) -> None:
    office = leaders.office
    with taken_away(office, "chief"):
        leaders.release(north(replace(drift_state(), strength=40.0), week=LAST + timedelta(weeks=1)))
        leaders.press(Action.ACKNOWLEDGE_ALERT)
        assert SAY("error.NotYours") in leaders.told()
        view = leaders.office.sandbox.wait_for_view(leaders.office.id("chief"))
        assert view["title"]["text"] == SAY("home.title")
    texts = leaders.both()
    assert SAY.day(LAST + timedelta(weeks=1)) in texts[0]
    assert SAY.day(LAST + timedelta(weeks=1)) not in texts[1].split(SAY("alert.happened"))[0]


@contextmanager
def taken_away(office: Office, name: str) -> Iterator[None]:
    """Somebody has no role for a while."""
    from sqlalchemy import delete, select  # noqa: PLC0415

    from surveys.storage.tables import PersonRow, RoleRow  # noqa: PLC0415

    with office.bot.database.work() as session:
        who = session.scalars(select(PersonRow).where(PersonRow.email == f"{name}@quay.example")).one()
        held = [
            (row.role, row.unit_id) for row in session.scalars(select(RoleRow).where(RoleRow.person_id == who.id))
        ]
        session.execute(delete(RoleRow).where(RoleRow.person_id == who.id))
    yield
    with office.bot.database.work() as session:
        session.add_all(RoleRow(person_id=who.id, role=role, unit_id=unit_id) for role, unit_id in held)
