"""Themes: short comments in a handful of named groups, sorted into the areas where causes are looked for."""

from analysis.themes.finding import find_themes
from analysis.themes.theme import (
    LEAST_TO_QUOTE,
    LEAST_TO_SHOW,
    Area,
    Comment,
    Theme,
    Trend,
    fullest_round,
    quotable,
    shown,
)

__all__ = [
    "LEAST_TO_QUOTE",
    "LEAST_TO_SHOW",
    "Area",
    "Comment",
    "Theme",
    "Trend",
    "find_themes",
    "fullest_round",
    "quotable",
    "shown",
]
