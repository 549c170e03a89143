"""Answers to typed questions, from releases alone."""

from analysis.answers.answer import (
    Answer,
    Compared,
    Heard,
    Line,
    Participation,
    Reported,
    Verdict,
    Withheld,
)
from analysis.answers.answering import answer
from analysis.answers.rounding import drawn, mean_or_band

__all__ = [
    "Answer",
    "Compared",
    "Heard",
    "Line",
    "Participation",
    "Reported",
    "Verdict",
    "Withheld",
    "answer",
    "drawn",
    "mean_or_band",
]
