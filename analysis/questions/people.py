"""Questions about a person, which are refused whoever asks them.

The bot never ranks, names or scores a person. A question is about one when it asks who, names somebody, or puts
persons in order. Units are recognised before, so that a team called Jordan is still a team.
"""

import re

from analysis.questions.lexicon import lexicon
from analysis.questions.units import UNIT
from analysis.questions.words import Words

# Persons as a class, in the singular or as what is ranked.
_PERSON = (
    r"(?:rep|reps|person|persons|people|employee|employees|individual|individuals|manager|managers|seller|sellers|salesperson|salespeople|colleague|colleagues|"
    r"guy|guys|member|members|performer|performers|ae|aes|boss|leader|human|teammate|teammates|director|vp|"
    r"mitarbeiter|mitarbeiterin|mitarbeitern|mitarbeiters|person|personen|kollege|kollegin|kollegen|verkäufer|verkäuferin|verkäufern|chef|chefin|führungskraft)"
)
_WORST = r"(?:best|worst|weakest|strongest|least|most|top|bottom|lowest|highest|unhappiest|happiest|happy|unhappy|weak|toxic|loyal)"
_SAY = r"(?:say|said|saying|write|wrote|writing|written|think|thinks|thought|answer|answered|answers|tell|told|tells|complain|complained|complains|vote|voted|feel|feels|feeling|rate|rated|respond|responded|fill|filled|submit|submitted|mean|meant|want|wants|leave|leaving|quit|quitting)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"@",
        r"\b(?:he|she|him|her|his|hers|himself|herself)\b",
        rf"\b(?:which|what|welcher|welche|welches|welchen)(?: one)?(?: of)?(?: my| our| the| meiner| unserer)?(?: UNIT)?(?: (?!do\b|did\b|are\b|is\b|does\b|were\b|have\b)[a-z]+)? {_PERSON}\b(?! (?:in |at |from |UNIT )*(?:say|saying|talk|talking|think|thinking|complain|complaining|feel|want|write|mention))",
        r"\b(?:which|what) (?:one )?of (?:my|our|the) (?:people|reps|sellers|UNIT people)\b",
        rf"\b(?:rank|sort|order|list|name|compare|score|rate)(?: the| my| our| all| UNIT)* (?:(?:[a-z]+|MEASURE) ){{0,3}}?{_PERSON}\b",
        rf"\b{_WORST} (?:(?:[a-z]+|MEASURE) )?{_PERSON}\b(?! (?:say|talk|think|complain|are talking|are saying))",
        rf"\b(?:my|a|an|one of my|one of our|our|mein|meine|meinem|meinen|meiner|ein|eine) (?:own |direct |former )?(?:boss|colleague|manager|employee|teammate|coworker|peer|direct report|director|vp|rep|seller|chef|chefin|kollege|kollegin|kollegen|mitarbeiter|mitarbeiterin|vorgesetzter|vorgesetzten)\b",
        r"\bone of (?:my|our|the|them|those|these) ?(?:people|reps|sellers|guys|team|UNIT)?\b",
        r"\b(?:someone|somebody|a person|one person|a single person|jemand|jemanden)\b",
        r"\b(?:is|has|did|does|was) (?:anyone|anybody)\b(?! (?:talking|saying|mentioning|writing|answering|responding))",
        r"\bnames?\b(?: of)?(?: the| my| our| those| all)? (?:people|persons|reps|sellers|employees|authors?|names)\b|\bnames of\b|\b(?:their|the) names\b|\bname names\b|\bname the\b",
        r"\b(?:individual|personal|single|each persons?|per person|per rep|by rep|by person|person by person|rep by rep|everyones|raw) ?(?:answers?|responses?|scores?|results?|data|votes?|level)?\b(?<! single)(?<!\bpersonal)",
        r"\b(?:each|every) (?:rep|person|employee|seller|individual|member)\b",
        r"\blist of (?:people|reps|persons|sellers|names)\b",
        r"\bauthor(?:s)? of\b",
        r"\b(?:einzelne|einzelnen|einzelner) (?:antwort|antworten|mitarbeiter|personen|person)\b",
    )
)
_WHO = re.compile(r"\b(?:who|whos|whom|whose|wer|wem|wen|wessen)\b")
# Who may see what is a question about the promise, and teams may be asked for with "who".
_WHO_ALLOWED = re.compile(
    r"\bwho (?:can|could|may|will|gets to|is able to|is allowed to)? ?(?:see|sees|read|reads|view|views|access|look at)\b|\bwho are you\b|\bwer bist du\b|"
    r"\bwer (?:kann|sieht|darf|liest)\b|\bwho s? ?(?:is )?(?:the )?[a-z]* ?(?:[a-z]+|MEASURE) (?:team|region|unit)s?\b"
)
_WHO_ALL_PERSONS = re.compile(
    rf"\bwho (?:in|from|at|on) UNIT\b|\bwho (?:has |have |had )?(?:not |nt |t )?{_SAY}\b"
)
_SOMEBODY = (
    re.compile(rf"^(?:what|when|why|how|where|which)(?: s)? (?:did|does|do|has|is|was|will|would) (?P<one>\w+)(?: \w+)?? {_SAY}\b"),
    re.compile(r"^(?:how|hows)(?: s)?(?: is| are| was)? (?P<one>\w+)(?: \w+)? (?:doing|feeling|coping|holding up|performing)$"),
    re.compile(rf"^(?:was|wann|warum|wie) (?:hat|sagt|denkt|meint|schreibt|fühlt)(?: sich)? (?P<one>\w+)(?: \w+)? ?(?:gesagt|geschrieben|geantwortet|gemeint|über|zu)?\b"),
    re.compile(rf"^(?:did|does|has|is|was|will) (?P<one>\w+) (?:\w+ )?(?:about to |going to )?{_SAY}\b"),
)  # fmt: skip
_TITLED = re.compile(r"[A-ZÄÖÜ][a-zäöüéèñß]+$")
# Words that make an unknown capitalised word a unit and not a person.
_UNIT_LIKE = {"team", "teams", "region", "unit", "group", "office", "segment", "territory"}


def about_person(words: Words, *, named: int) -> bool:
    """Whether a question, with its times, units and measures already marked, is about a person.

    Args:
        words: the question.
        named: how many units were named; "who is doing better, A or B" asks about the two.
    """
    text = words.text
    if any(pattern.search(text) for pattern in _PATTERNS):
        return True
    if _WHO.search(text) and not _WHO_ALLOWED.search(text) and (named < 2 or _WHO_ALL_PERSONS.search(text)):
        return True
    return _given_name(words) or _somebody(words)


def _given_name(words: Words) -> bool:
    known = lexicon()
    for place, word in enumerate(words.items):
        if word.mark is not None or word.text not in known.names:
            continue
        beside = {other.text for other in words.items[max(0, place - 2) : place + 2]}
        if not beside & _UNIT_LIKE:
            return True
    return False


def _somebody(words: Words) -> bool:
    """Whether a word that is no known word stands where a person stands: "what did X say", "X's score"."""
    known = lexicon()
    text = words.text
    for pattern in _SOMEBODY:
        match = pattern.search(text)
        if match and match["one"] not in known.common and match["one"].islower() and UNIT not in match["one"]:
            return match["one"].isalpha() and not set(match.group(0).split()) & _UNIT_LIKE
    items = words.items
    for first, second in zip(items, items[1:], strict=False):
        owner = first.mark is None and second.text == "s" and first.text not in known.common
        if owner and _TITLED.match(first.written):
            return True
    return False
