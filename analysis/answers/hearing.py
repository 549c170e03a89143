"""What people say: themes and quotations within what was asked."""

from collections.abc import Sequence
from dataclasses import replace

from analysis.answers.answer import Answer, Heard, Withheld
from analysis.figures import Record
from analysis.questions import Question
from analysis.themes import Comment, Theme, quotable, shown


def hear(question: Question, record: Record, themes: Sequence[Theme], comments: Sequence[Comment]) -> Answer:
    """Themes of the units and weeks asked about, only those that are not hidden by the rule of three.

    Args:
        question: asks for themes or quotes.
        record: says which units lie below which.
        themes: of all comments.
        comments: in the order that the themes' indices mean.
    """
    inside = frozenset(comment.unit for comment in comments)
    if question.units:
        inside = frozenset().union(*(record.below(unit) for unit in question.units))
    parts = [(theme, _within(theme, comments, question, inside)) for theme in themes]
    parts = [(theme, part) for theme, part in parts if part.size and shown(part, comments)]
    about = [pair for pair in parts if _says(pair[1], comments, question.topic)]
    if question.measures and not about:
        about = [pair for pair in parts if pair[0].stage in question.measures]
    heard = [Heard(theme, part.size, quotable(part, comments)) for theme, part in about]
    heard.sort(key=lambda item: -item.size)
    withheld: list[Withheld] = []
    if not heard:
        withheld.append(Withheld.TOO_FEW_COMMENTS)
    if question.units and any(comment.unit in _above(record, question.units) for comment in comments):
        withheld.append(Withheld.COMMENTS_HIGHER_UP)
    return Answer(question, heard=tuple(heard), withheld=tuple(withheld))


def _within(theme: Theme, comments: Sequence[Comment], question: Question, inside: frozenset[str]) -> Theme:
    kept = {
        index
        for index in theme.members
        if comments[index].unit in inside and question.period.holds(comments[index].week)
    }
    return replace(
        theme,
        members=tuple(index for index in theme.members if index in kept),
        examples=tuple(index for index in theme.examples if index in kept),
    )


def _says(theme: Theme, comments: Sequence[Comment], topic: str | None) -> bool:
    """Whether a theme says the asker's own word, in its words or half of its comments; without one, all do."""
    if topic is None:
        return True
    stem = topic.rstrip("s")
    texts = [comments[index].text.lower() for index in theme.members]
    return any(stem in word for word in theme.words) or 2 * sum(stem in text for text in texts) >= len(texts)


def _above(record: Record, units: Sequence[str]) -> set[str]:
    """Ids of the units above some units."""
    found: set[str] = set()
    for unit in units:
        here = record.parents.get(unit)
        while here is not None:
            found.add(here)
            here = record.parents.get(here)
    return found
