"""From plain words to a typed question."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from analysis.figures import Unit
from analysis.questions.lexicon import lexicon, rules, sides
from analysis.questions.measures import find_measures
from analysis.questions.people import about_person
from analysis.questions.question import EVER, Against, Among, Intent, Period, Question
from analysis.questions.times import Times, find_times
from analysis.questions.units import UnitFinder, Units
from analysis.questions.words import Words
from analysis.stages import Stage

# "In X", where X is no word we know: a unit that does not exist or is out of the asker's sight.
_PLACE = re.compile(
    r"\b(?:in|at|of|for|from|within|the|bei|aus|team) (?P<place>[^\W\d_]+)"
    r"(?: (?:team|teams|region|unit|office))?(?= |$)"
)
# Intents that are about the product or speak of anything; an unknown word does not make them unclear.
_ANYWHERE = {
    Intent.HELP,
    Intent.DEFINITION,
    Intent.THEMES,
    Intent.QUOTES,
    Intent.EFFECT,
    Intent.REFUSED,
    Intent.ADVICE,
}
# Intents whose words decide even where two units are named.
_BEFORE_COMPARISON = {
    Intent.HELP,
    Intent.DEFINITION,
    Intent.CYCLE,
    Intent.ADVICE,
    Intent.EFFECT,
    Intent.PARTICIPATION,
}
# Function words that leave a question bare: nothing but units and times.
_LIGHT = {"and", "s", "the", "in", "for"}
# Strange words that are let pass whatever was recognised: our choice.
MOST_UNKNOWN = 1
MOST_READINGS = 4


def parse(
    text: str,
    *,
    units: Sequence[Unit],
    asker_units: Sequence[str] = (),
    today: date,
    people: frozenset[str] = frozenset(),
) -> Question:
    """Read a question.

    Args:
        text: the asker's words, in English or German.
        units: every unit whose name may be recognised.
        asker_units: ids of the asker's own units ("my team").
        today: the asker's local date.
        people: names of the people in the roster; a question that names one is about a person.

    Returns:
        The reading. Its intent is `refused` when it is about a person and `unclear` when it cannot be read; then
        `unsure` offers readings to choose from. A unit is never guessed.
    """
    words = Words.of(text)
    times = find_times(words, today=today)
    finder = UnitFinder(units, asker_units)
    found = finder.find(words)
    measures = find_measures(words)
    named = len(found.ids) + len(found.several)
    if about_person(words, named=named, people=people):
        return Question(Intent.REFUSED)
    intent, compare = _intent(words, found, measures.stages, times)
    if intent is Intent.HELP:
        return Question(intent)
    start, end, against = _periods(times, compare)
    question = Question(
        intent=intent,
        measures=measures.stages,
        units=found.ids,
        unit_names=tuple(finder.by_id[unit_id].name for unit_id in found.ids),
        start=start,
        end=end,
        compare=compare,
        against=against,
        among=_among(words) if intent is Intent.RANK else None,
        topic=measures.topic,
    )
    return _settled(question, words, found, finder)


def _settled(question: Question, words: Words, found: Units, finder: UnitFinder) -> Question:
    """The question, or the readings to ask back with when a unit is unknown or could be several."""
    if found.several and question.intent is not Intent.UNCLEAR:
        options = [
            replace(
                question,
                units=(*question.units, unit_id),
                unit_names=(*question.unit_names, finder.by_id[unit_id].name),
            )
            for unit_id in found.several[0]
        ]
        return Question(Intent.UNCLEAR, unsure=tuple(options[:MOST_READINGS]))
    unknown = _unknown_places(words)
    loose = question.intent in {Intent.LEVEL, Intent.TREND, Intent.COMPARE, Intent.FORECAST}
    if question.intent in {*_ANYWHERE, Intent.UNCLEAR} or not (unknown or (loose and _mostly_unknown(words))):
        return question if question.intent is not Intent.UNCLEAR else Question(Intent.UNCLEAR, unknown=unknown)
    near = (question,) if question.measures and not unknown else ()
    return Question(Intent.UNCLEAR, unknown=unknown, unsure=near)


def _intent(
    words: Words, found: Units, measures: tuple[Stage, ...], times: Times
) -> tuple[Intent, Against | None]:
    """The first rule that fits, after comparisons, which are known by what is compared."""
    text = words.text
    first = next((rule.intent for rule in rules() if rule.fits(text, measures)), None)
    if first in _BEFORE_COMPARISON:
        return first, None
    against = _against(text, found, measures, times)
    if against is not None:
        return Intent.COMPARE, against
    if first is not None and not (first is Intent.LEVEL and times.running):
        return first, None
    if (measures or found.ids or found.several) and (first or _bare(words, measures)):
        return (Intent.TREND if times.running else Intent.LEVEL), None
    return Intent.UNCLEAR, None


def _against(text: str, found: Units, measures: tuple[Stage, ...], times: Times) -> Against | None:
    named = len(found.ids) + len(found.several)
    versus = sides()["versus"].search(text) is not None
    if named >= 2 and (versus or sides()["either"].search(text)):
        return Against.UNITS
    if times.periods and versus and (measures or named):
        return Against.WEEKS
    return Against.UNITS if versus and found.several else None


def _bare(words: Words, measures: tuple[Stage, ...]) -> bool:
    """Whether what was recognised is enough: a measure, or nothing but units and times."""
    return bool(measures) or not [word for word in words.items if word.mark is None and word.text not in _LIGHT]


def _periods(times: Times, compare: Against | None) -> tuple[date | None, date | None, Period | None]:
    periods = times.periods or (EVER,)
    if compare is Against.WEEKS and len(periods) > 1:
        earlier, later = sorted(periods[:2], key=lambda period: period.start or date.min)
        return earlier.start, earlier.end, later
    return periods[0].start, periods[0].end, None


def _among(words: Words) -> Among:
    return Among.REGIONS if sides()["regions"].search(words.text) else Among.TEAMS


def _known(word: str) -> bool:
    known = lexicon()
    return word in known.common or word in known.measures or len(word) < 2 or word.isdigit()


def _unknown_places(words: Words) -> tuple[str, ...]:
    """Words that stand where a unit stands and are none."""
    return tuple(
        match["place"]
        for match in _PLACE.finditer(words.text)
        if match["place"].islower() and not _known(match["place"])
    )


def _mostly_unknown(words: Words) -> bool:
    """Whether more is strange than was recognised, and more than one word, or nothing was recognised at all."""
    strange = [word for word in words.items if word.mark is None and not _known(word.text)]
    marks = {word.mark for word in words.items if word.mark is not None}
    return len(strange) > max(MOST_UNKNOWN, len(marks)) or (bool(strange) and not marks)
