"""What happened to an alert, in words: where it stands now, and what was done so far."""

from analysis.stages import Stage
from handlers.showing.blocks import Block, context, escape, quote, section
from handlers.words import Words
from surveys.alerts import Alert, Deed, Ending, Note
from surveys.episodes import SAME, STRONGER, TURNED, WEAKER

# The newest are shown; a message is no archive.
MOST_LINES = 6
# Evidence that grew or faded is seen in the message itself.
UNTOLD = frozenset({STRONGER, WEAKER, SAME})


def standing(alert: Alert, say: Words, *, alarm: bool) -> str:
    """Who took it up, until when it is put off, how it ended; empty for an alert that nobody has touched."""
    if alert.closed_on is not None:
        return _closed(alert, say)
    lines = []
    if alert.acknowledged:
        lines.append(say("alert.acknowledged", name=_name(alert.last(Deed.ACKNOWLEDGED), say)))
    if alert.snoozed_until is not None:
        until = say.day(alert.snoozed_until)
        lines.append(say(f"alert.snoozed_{alert.kind}", until=until, name=_name(alert.last(Deed.SNOOZED), say)))
    elif alert.notes and alert.notes[-1].deed is Deed.WOKE:
        lines.append(say("alert.woke" if alarm else "alert.woke_calm", day=say.day(alert.notes[-1].at.date())))
    acted = sum(note.deed is Deed.ACTED for note in alert.notes)
    if acted:
        lines.append(say("alert.acted", count=acted))
    return "\n".join(lines)


def _closed(alert: Alert, say: Words) -> str:
    day = say.day(alert.closed_on) if alert.closed_on else ""
    if alert.ending is Ending.DISPUTED:
        said = alert.last(Deed.DISPUTED)
        return say("alert.closed_disputed", day=day, name=_name(said, say), reason=_reason(said, say))
    key = "alert.closed_recovered" if alert.ending is Ending.RECOVERED else "alert.closed_faded"
    return say(key, day=day, stage=say.stage(alert.stage))


def own_words(alert: Alert) -> list[Block]:
    """What somebody wrote when they said that it is not it, as plain text."""
    said = alert.last(Deed.DISPUTED) if alert.ending is Ending.DISPUTED else None
    return [quote(said.text)] if said and said.text else []


def happened(alert: Alert, say: Words) -> list[Block]:
    """The last things that happened to it, as small print; nothing while it is new."""
    told = [note for note in alert.notes if note.reason not in UNTOLD]
    if len(told) < 2:
        return []
    lines = [say("deed.line", day=say.day(note.at.date()), what=_what(note, say)) for note in told[-MOST_LINES:]]
    return [context("\n".join([f"*{say('alert.happened')}*", *lines]))]


def _what(note: Note, say: Words) -> str:
    if note.deed in {Deed.CHANGED, Deed.CLOSED}:
        key = f"deed.{note.deed.value}_{note.reason}"
        codes = note.text.split() if note.text and note.reason == TURNED else []
        return say(key, stages=say.listing([say.stage(Stage(code)) for code in codes]))
    if note.deed is Deed.ACTED and note.reason:
        return say("deed.acted_by", name=_name(note, say), what=say(f"action.{note.reason}"))
    return say(
        f"deed.{note.deed.value}", name=_name(note, say), weeks=note.reason or "", reason=_reason(note, say)
    )


def _name(note: Note | None, say: Words) -> str:
    """A plain name: nobody is mentioned by it."""
    return escape(note.name) if note and note.name else say("alert.somebody")


def _reason(note: Note | None, say: Words) -> str:
    return say(f"reason.{note.reason}") if note and note.deed is Deed.DISPUTED else ""


def standing_blocks(alert: Alert, say: Words, *, alarm: bool) -> list[Block]:
    """The same as blocks of the message."""
    text = standing(alert, say, alarm=alarm)
    return [*([section(text)] if text else []), *own_words(alert)]
