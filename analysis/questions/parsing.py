"""From plain words to a typed question."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from analysis.figures import Unit
from analysis.questions.acts import find_act, may_bound
from analysis.questions.deciding import Decision, Recognised, compared, decide
from analysis.questions.following import fill, follow
from analysis.questions.guessing import met
from analysis.questions.lexicon import lexicon, sides
from analysis.questions.measures import find_measures
from analysis.questions.people import about_person
from analysis.questions.question import EVER, Against, Among, Intent, Period, Question
from analysis.questions.times import Times, find_times
from analysis.questions.units import UnitFinder
from analysis.questions.words import Words

# "In X", where X is no word we know: a unit that does not exist or is out of the asker's sight.
_PLACE = re.compile(
    r"\b(?P<before>in|at|of|for|from|within|the|bei|aus|team)(?: the| der| dem| den| die)? (?P<place>[^\W\d_]+)"
    r"(?P<after> (?:team|teams|region|unit|office))?(?= |$)"
)
# After these an unknown word is a unit only when something else says so: "the drain" is none, "the Nordics" is.
_LOOSE = {"the", "of"}
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
# Intents that are about a measure: a strange word may be the one that is meant.
_OF_FIGURES = {Intent.LEVEL, Intent.TREND, Intent.COMPARE, Intent.FORECAST, Intent.RANK, Intent.DRIVERS}
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
    before: Question | None = None,
) -> Question:
    """Read a question.

    Args:
        text: the asker's words, in English or German.
        units: every unit whose name may be recognised.
        asker_units: ids of the asker's own units ("my team").
        today: the asker's local date.
        people: names of the people in the roster; a question that names one is about a person.
        before: the asker's previous question, which "and AMER?" and "why?" are read against.

    Returns:
        The reading. Its intent is `refused` when it is about a person and `unclear` when it cannot be read; then
        `unsure` offers readings to choose from. A unit is never guessed.
    """
    finder = UnitFinder(units, asker_units)
    seen = _recognised(text, finder, today)
    if about_person(seen.words, named=seen.named, people=people):
        return Question(Intent.REFUSED)
    if may_bound(seen.words):
        # After persons, for whom "before Anna left" is about Anna: a mark would hide her.
        seen = _recognised(text, finder, today, acts=True)
    before = before or Question(Intent.UNCLEAR)
    followed = follow(seen, before, finder)
    if followed is not None:
        return followed
    decision = decide(seen)
    if decision.intent is Intent.UNCLEAR:
        return _asked_back(seen, decision, finder, before)
    question = _question(seen, decision.intent, decision.compare, finder)
    return _settled(fill(question, seen, before), seen, finder)


def _recognised(text: str, finder: UnitFinder, today: date, *, acts: bool = False) -> Recognised:
    words = Words.of(text)
    times = find_times(words, today=today)
    units = finder.find(words)
    act = find_act(words) if acts else None
    measures = find_measures(words)
    return Recognised(words, times, units, measures.stages, act, measures.topic)


def _question(seen: Recognised, intent: Intent, compare: Against | None, finder: UnitFinder) -> Question:
    """The complete reading with an intent."""
    if intent is Intent.HELP:
        return Question(intent)
    start, end, against = _periods(seen.times, compare)
    return Question(
        intent=intent,
        measures=seen.measures,
        units=seen.units.ids,
        unit_names=tuple(finder.by_id[unit_id].name for unit_id in seen.units.ids),
        start=start,
        end=end,
        compare=compare,
        against=against,
        among=_among(seen.words) if intent is Intent.RANK else None,
        action=seen.act.words if seen.act else None,
        side=seen.act.side if seen.act else None,
        why=intent is Intent.CYCLE and sides()["why"].search(seen.text) is not None,
        topic=seen.topic,
    )


def _asked_back(seen: Recognised, decision: Decision, finder: UnitFinder, before: Question) -> Question:
    """What to ask back with when the intent is in doubt."""
    readings = [
        _question(seen, intent, compared(seen) if intent is Intent.COMPARE else None, finder)
        for intent in decision.offers
    ]
    readings = [fill(reading, seen, before) for reading in readings]
    several = seen.units.several
    if several:
        readings = [option for reading in readings for option in _options(reading, several[0], finder)]
    return Question(Intent.UNCLEAR, unknown=_unknown_places(seen.words), unsure=tuple(readings[:MOST_READINGS]))


def _settled(question: Question, seen: Recognised, finder: UnitFinder) -> Question:
    """The question, or the readings to ask back with when a unit is unknown, left out or could be several."""
    if seen.units.several:
        options = _options(question, seen.units.several[0], finder)
        return Question(Intent.UNCLEAR, unsure=tuple(options[:MOST_READINGS]))
    if question.units and sides()["without"].search(seen.text):
        return Question(Intent.UNCLEAR, unsure=(_but_the_last(question),))
    unknown = _unknown_places(seen.words)
    loose = question.intent in _OF_FIGURES
    if question.intent in _ANYWHERE or not (unknown or (loose and _mostly_unknown(question, seen.words))):
        return question
    near = () if unknown else (question,)
    return Question(Intent.UNCLEAR, unknown=unknown, unsure=near)


def _but_the_last(question: Question) -> Question:
    """Figures of a unit without a part of it are in no release; those of all of it are."""
    return replace(question, units=question.units[:-1], unit_names=question.unit_names[:-1])


def _options(question: Question, several: Sequence[str], finder: UnitFinder) -> list[Question]:
    """The question of each unit that a word could mean."""
    return [
        replace(
            question,
            units=(*question.units, unit_id),
            unit_names=(*question.unit_names, finder.by_id[unit_id].name),
        )
        for unit_id in several
    ]


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
    return word in known.common or word in known.measures or word in met() or len(word) < 2 or word.isdigit()


def _unknown_places(words: Words) -> tuple[str, ...]:
    """Words that stand where a unit stands and are none."""
    titled = {word.text for word in words.items if word.written[:1].isupper()}
    return tuple(
        match["place"]
        for match in _PLACE.finditer(words.text)
        if match["place"].islower()
        and not _known(match["place"])
        and (match["before"] not in _LOOSE or match["after"] or match["place"] in titled)
    )


def _mostly_unknown(question: Question, words: Words) -> bool:
    """Whether too much is strange: any word without a measure, else more than was recognised and more than one."""
    strange = [word for word in words.items if word.mark is None and not _known(word.text)]
    marks = {word.mark for word in words.items if word.mark is not None}
    return len(strange) > (max(MOST_UNKNOWN, len(marks)) if question.measures else 0)
