"""Questions that follow on from the one before: "and AMER?", "since when?", "why?", "show me the teams"."""

from dataclasses import replace
from typing import Any

from analysis.questions.deciding import Recognised, compared
from analysis.questions.lexicon import following
from analysis.questions.question import Against, Among, Intent, Question
from analysis.questions.units import UnitFinder

# What can be asked on from; of the others nothing is taken over.
_ASKED_ON = set(Intent) - {Intent.REFUSED, Intent.UNCLEAR, Intent.HELP}
# Intents that a pronoun carries a subject into: "what do people say about it".
_OF_IT = {
    Intent.THEMES,
    Intent.QUOTES,
    Intent.ADVICE,
    Intent.FORECAST,
    Intent.DRIVERS,
    Intent.TREND,
    Intent.LEVEL,
    Intent.EFFECT,
    Intent.PARTICIPATION,
    Intent.CYCLE,
    Intent.RANK,
    Intent.DEFINITION,
}


def follow(seen: Recognised, before: Question, finder: UnitFinder) -> Question | None:
    """The question before with what was said now in its place; None when this one stands on its own.

    Args:
        seen: what was recognised in the words, which name no person.
        before: the asker's previous question; one that is unclear is as good as none.
        finder: knows the names of units.
    """
    if before.intent not in _ASKED_ON:
        return Question(Intent.UNCLEAR) if _hangs(seen) else None
    return _known_wording(seen.text, before) or _fragment(seen, before, finder)


def _known_wording(text: str, before: Question) -> Question | None:
    """Such as "why?", "since when?" and "show me the teams"."""
    said = following()
    if said.why.fullmatch(text):
        return _why(before)
    if said.when.fullmatch(text):
        intent = Intent.CYCLE if before.intent is Intent.CYCLE else Intent.TREND
        return _about(before, intent, when=True)
    for among, pattern in ((Among.TEAMS, said.teams), (Among.REGIONS, said.regions)):
        if pattern.fullmatch(text):
            return _about(before, Intent.RANK, among=among)
    return None


def _fragment(seen: Recognised, before: Question, finder: UnitFinder) -> Question | None:
    """Nothing but units, measures or weeks, with words around them that ask nothing."""
    said = following()
    linked = said.and_.match(seen.text) or said.pronoun.search(seen.text)
    whole = (seen.units.ids and seen.measures) or said.whole.match(seen.text)
    if whole and not linked:
        return None
    left = {word.text for word in seen.words.items if word.mark is None}
    alone = left <= said.filler and not seen.units.several and _recognised_anything(seen)
    return _moved(seen, before, finder) if alone else None


def fill(question: Question, seen: Recognised, before: Question) -> Question:
    """A question about "it", with the subject of the one before."""
    pointing = following().pronoun.search(seen.text) is not None
    if before.intent not in _ASKED_ON or question.intent not in _OF_IT or not pointing:
        return question
    measures = question.measures or before.measures
    units, names = (question.units, question.unit_names) if question.units else (before.units, before.unit_names)
    return replace(
        question, measures=measures, units=units, unit_names=names, topic=question.topic or before.topic
    )


def _hangs(seen: Recognised) -> bool:
    """Whether a question means nothing without the one before."""
    return any(pattern.fullmatch(seen.text) for pattern in (following().why, following().when))


def _recognised_anything(seen: Recognised) -> bool:
    return bool(seen.units.ids or seen.measures or seen.times.periods or seen.act)


def _why(before: Question) -> Question:
    """Reasons: of an alert why it came, of anything else what goes with it."""
    if before.intent is Intent.CYCLE:
        return replace(before, why=True, when=False)
    return _about(before, Intent.DRIVERS)


def _about(before: Question, intent: Intent, **more: Any) -> Question:
    """Another question about the same measures, units and weeks."""
    kept = replace(before, intent=intent, compare=None, against=None, among=None, why=False, when=False, unsure=())
    return replace(kept, **more)


def _moved(seen: Recognised, before: Question, finder: UnitFinder) -> Question:
    """The same question about other units, measures or weeks."""
    changed: dict[str, Any] = {}
    against = compared(seen)
    if seen.units.ids:
        ids = seen.units.ids
        # "Compared to AMER" sets it beside what was asked about, and so does "and AMER" of a comparison.
        beside = against is not None or before.compare is Against.UNITS or _versus(seen)
        if beside and before.units and len(ids) == 1 and ids[0] != before.units[0]:
            ids = (before.units[0], ids[0])
            changed |= {"intent": Intent.COMPARE, "compare": Against.UNITS, "among": None}
        changed |= {"units": ids, "unit_names": tuple(finder.by_id[one].name for one in ids)}
    if seen.measures:
        changed |= {"measures": seen.measures, "topic": seen.topic}
    if seen.times.periods:
        period = seen.times.periods[0]
        if _versus(seen) and not seen.units.ids:
            changed |= {"intent": Intent.COMPARE, "compare": Against.WEEKS, "among": None, "against": None}
        elif before.compare is Against.WEEKS:
            changed |= {"against": None}
        elif seen.times.running and before.intent is Intent.LEVEL:
            changed |= {"intent": Intent.TREND}
        changed |= {"start": period.start, "end": period.end, "action": None, "side": None}
    if seen.act:
        changed |= {"action": seen.act.words, "side": seen.act.side, "start": None, "end": None}
        if seen.act.side is None:
            changed |= {"intent": Intent.COMPARE, "compare": Against.ACTION, "among": None}
    return replace(before, **{"why": False, "when": False, **changed})


def _versus(seen: Recognised) -> bool:
    return following().versus.search(seen.text) is not None
