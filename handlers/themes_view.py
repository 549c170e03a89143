"""Themes in a line each."""

from analysis.themes import Theme
from handlers.blocks import escape
from handlers.words import Words


def theme_line(theme: Theme, say: Words) -> str:
    """A theme with the area to look in and how often it came up."""
    key = "theme.with_area" if theme.area else "theme.plain"
    area = say(f"area.{theme.area.value}") if theme.area else ""
    return say(key, name=escape(theme.name), area=area, n=theme.size)
