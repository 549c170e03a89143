"""What a rep's manager was shown last, before the rep answers: the digest's own words, without its charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from analysis.answers import Reported
from analysis.figures import Record
from analysis.stages import Stage
from analysis.themes import LEAST_TO_QUOTE, LEAST_TO_SHOW
from handlers.digests.digest import Said, figures_text, said_about, themes_text
from handlers.showing.blocks import Block, context, divider, escape, header, plain, section
from handlers.showing.figures import group_label, merged_with, newest, share_answered
from handlers.words import Words, words
from surveys import results
from surveys.counting.tally import SMALLEST_COMMENT_UNIT
from surveys.people.directory import Person


@dataclass(frozen=True, slots=True)
class Shown:
    """What the last release says about one unit, to whoever leads it."""

    record: Record
    week: date
    figures: Sequence[Reported]
    said: Said


def shown_to_manager(session: Session, person: Person) -> Shown | None:
    """What the last release says about the unit that a person is in; None before the first release."""
    record = results.whole_record(session)
    if not record.weeks:
        return None
    week = record.weeks[-1]
    figures = [figure for stage in Stage if (figure := newest(record, person.unit_id, stage, week=week))]
    return Shown(record, week, figures, said_about(session, person.unit_id, week=week))


def preview(person: Person, shown: Shown | None, *, k: int) -> dict[str, Any]:
    """The modal that lies on top of the pulse.

    Args:
        person: the rep.
        shown: what their manager was shown; None before the first release.
        k: the smallest group that the open round is counted in.
    """
    say = words(person.language)
    rules = say("preview.rules", k=k, comments=SMALLEST_COMMENT_UNIT, show=LEAST_TO_SHOW, quote=LEAST_TO_QUOTE)
    blocks = _release_blocks(person.unit_id, shown, say) if shown else [section(say("withheld.no_release_yet"))]
    blocks += [divider(), section(f"*{say('preview.promise')}*"), section(rules)]
    return _modal(blocks, say)


def waiting(person: Person) -> dict[str, Any]:
    """The same modal while its content is worked out."""
    say = words(person.language)
    return _modal([section(say("preview.waiting"))], say)


def _modal(blocks: list[Block], say: Words) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain(say("preview.title"), 24),
        "close": plain(say("preview.back"), 24),
        "blocks": blocks,
    }


def _release_blocks(unit_id: str, shown: Shown, say: Words) -> list[Block]:
    record, week = shown.record, shown.week
    names = {unit.id: unit.name for unit in record.units}
    label = group_label(record, unit_id, week=week, names=names, say=say)
    together = merged_with(record, unit_id, week=week, names=names)
    small_print = [say("figure.baseline"), say("figure.good")] if shown.figures else []
    return [
        header(say("digest.title", unit=label, week=say.day(week))),
        *([context(say("digest.merged", others=escape(say.listing(together))))] if together else []),
        section(figures_text(shown.figures, say)),
        section(share_answered(record, unit_id, week=week, say=say)),
        section(themes_text(shown.said, unit_id, say)),
        context(" ".join([*small_print, say("preview.more")])),
    ]
