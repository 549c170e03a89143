"""Themes in a line each."""

from analysis.themes import Area
from handlers.showing.blocks import escape
from handlers.words import Words


def theme_line(name: str, area: Area | None, count: int, say: Words) -> str:
    """A theme with the area to look in and how often it came up."""
    if area is None:
        return say("theme.plain", name=escape(name), n=count)
    return say("theme.with_area", name=escape(name), area=say(f"area.{area.value}"), n=count)
