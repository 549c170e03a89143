"""Somebody's own answers over the weeks, on their own Home tab: no message that stays in Slack."""

from handlers.ids import Action
from handlers.showing.blocks import Block, actions, button, context, header, section
from handlers.showing.charts import line_chart, week_labels
from handlers.words import Words
from surveys.ballots.sealed import Diary
from surveys.bank.items import Item, QuestionBank


def history_blocks(
    diary: Diary | None, bank: QuestionBank, say: Words, *, keeps: bool, drawn: bool = True
) -> list[Block]:
    """The button that shows the diary; or the diary as charts, or in lines where a workspace draws none.

    Args:
        diary: their diary, which only the sender can open; None until they ask for it.
        bank: the questions.
        say: their words.
        keeps: whether they keep a diary.
        drawn: whether charts are drawn.
    """
    title = header(say("history.title"))
    if not keeps:
        return [title, section(say("history.off"))]
    if diary is None:
        return [title, section(say("history.sealed")), actions(button(say("history.show"), Action.OWN_HISTORY))]
    charts = _charts(diary, bank, say)
    if not charts:
        return [title, section(say("history.too_short"))]
    shown = charts if drawn else [section(_lines(diary, bank, say))]
    return [title, *shown, context(say("history.only_you"))]


def _charts(diary: Diary, bank: QuestionBank, say: Words) -> list[Block]:
    """Agreement in one chart and hours in another: what is asked each week, so that the lines have no gaps."""
    labels = week_labels([week for week, _ in diary.entries], say)
    core = bank.for_week(0)[:-1]
    parts = (("points", [item for item in core if not item.in_hours]), ("hours", [i for i in core if i.in_hours]))
    charts = [
        line_chart(
            say(f"history.chart_{key}"), labels, {say.stage(one.stage): _values(diary, one) for one in items}
        )
        for key, items in parts
    ]
    return [chart for chart in charts if chart]


def _values(diary: Diary, item: Item) -> list[float | None]:
    return [answers.get(item.id) for _, answers in diary.entries]


def _lines(diary: Diary, bank: QuestionBank, say: Words) -> str:
    return "\n".join(
        f"{say.day(week)}: "
        + ", ".join(
            f"{say.stage(bank[item_id].stage)} {say.number(value)}"
            for item_id, value in answers.items()
            if item_id in bank.items
        )
        for week, answers in diary.entries
    )
