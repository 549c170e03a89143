"""The people of the demo company, read from `roster.toml`."""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

DOMAIN = "larkspur.example"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the demo company. `key` is the local part of the address and never changes."""

    key: str
    name: str
    email: str
    title: str
    tz: str
    unit: tuple[str, ...]
    manager_email: str | None
    roles: tuple[str, ...]


def address(name: str) -> str:
    """`first.last` in plain letters."""
    plain = unicodedata.normalize("NFKD", name.replace("ü", "ue")).encode("ascii", "ignore").decode()
    return ".".join(plain.lower().split())


def _person(entry: str, title: str, unit: tuple[str, ...], manager: str | None, *roles: str) -> Person:
    name, tz = (part.strip() for part in entry.split(";"))
    key = address(name)
    return Person(key, name, f"{key}@{DOMAIN}", title, tz, unit, manager, roles)


@cache
def roster() -> tuple[Person, ...]:
    """Everybody: the chief, sales operations, regional leads, managers, then reps team by team."""
    text = resources.files("analysis.synthetic").joinpath("roster.toml").read_text(encoding="utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    company = table["company"]
    top = (company["name"],)
    chief = _person(company["chief"], "Chief Revenue Officer", top, None, "leader")
    operations = _person(company["operations"], "Sales Operations Lead", top, chief.email, "admin")
    leads = {
        region["name"]: _person(region["lead"], "VP Sales", (*top, region["name"]), chief.email, "leader")
        for region in table["region"]
    }
    managers, reps = [], []
    for team in table["team"]:
        unit = (*top, team["region"], team["name"])
        manager = _person(team["manager"], "Sales Manager", unit, leads[team["region"]].email, "manager")
        managers.append(manager)
        reps += [_person(entry, team["title"], unit, manager.email, "rep") for entry in team["reps"]]
    return (chief, operations, *leads.values(), *managers, *reps)
