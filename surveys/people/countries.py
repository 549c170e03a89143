"""Countries: which one a time zone lies in, by the tables of the IANA time zone database."""

from functools import cache
from importlib import resources

_FOLDER = "zoneinfo"


@cache
def known() -> frozenset[str]:
    """ISO 3166 codes of all countries, such as "DE"."""
    return frozenset(line.split("\t")[0] for line in _lines("iso3166.tab"))


def of_zone(key: str) -> str | None:
    """The country that a zone is named in; None for "UTC" and its like."""
    zones = _zones()
    return zones.get(key) or zones.get(_old_names().get(key, ""))


@cache
def _zones() -> dict[str, str]:
    rows = (line.split("\t") for line in _lines("zone.tab"))
    return {key: country for country, _, key, *_ in rows}


@cache
def _old_names() -> dict[str, str]:
    """Earlier names of zones, which some devices still report -> the name of today."""
    rows = (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))
    return {old: name for _, name, old in rows}


def _lines(file: str) -> list[str]:
    text = (resources.files("tzdata") / _FOLDER / file).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
