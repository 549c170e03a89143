"""Questions in plain words, read into a typed form."""

from analysis.questions.parsing import parse
from analysis.questions.question import EVER, Against, Among, Intent, Period, Question, Side

__all__ = ["EVER", "Against", "Among", "Intent", "Period", "Question", "Side", "parse"]
