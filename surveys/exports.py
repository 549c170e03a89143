"""Pages for slides: of which unit somebody may have one."""

from sqlalchemy.orm import Session

from analysis.figures import Unit
from surveys import results
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.directory import Person

# Units named to whoever wrote one that is not there.
MOST_NAMED = 12


class NoUnitToExport(OrgpulseError):
    """No unit that you lead, or below one, is called {name}. There are: {units}."""


class UnitIsAmbiguous(OrgpulseError):
    """Several units are called {name}. Write the whole path of one, such as {path}."""


class NothingToExport(OrgpulseError):
    """Nothing has been released about {unit} yet. The first figures come when the first pulse closes."""


def unit_called(session: Session, name: str, *, person: Person | None) -> Unit:
    """The unit of a name or a path, in any case, among those that somebody may see.

    Args:
        session: a unit of work.
        name: as it was typed; empty for the first unit that the person leads.
        person: who wants it; None for the operator, who names it.

    Raises:
        NoUnitToExport: none that they may see has that name; whether another has is not said.
        UnitIsAmbiguous: several have.
    """
    tree = directory.units(session)
    seen = results.visible_units(session, person) if person else {unit.id for unit in tree}
    units = [unit for unit in tree if unit.id in seen]
    if not name and person:
        own = [unit for unit in units if unit.id in person.leads]
        if own:
            return own[0]
    paths = _paths(tree)
    wanted = _plain(name)
    found = [unit for unit in units if wanted in {_plain(unit.name), _plain(paths[unit.id])}]
    if not found:
        names = [unit.name for unit in units]
        more = ["…"] if len(names) > MOST_NAMED else []
        raise NoUnitToExport(name=name or "…", units=", ".join([*names[:MOST_NAMED], *more]))
    if len(found) > 1:
        raise UnitIsAmbiguous(name=name, path=paths[found[0].id])
    return found[0]


def _paths(tree: list[Unit]) -> dict[str, str]:
    """Unit id -> its names from the top, parents first."""
    paths: dict[str, str] = {}
    for unit in tree:
        paths[unit.id] = f"{paths[unit.parent]} / {unit.name}" if unit.parent in paths else unit.name
    return paths


def _plain(name: str) -> str:
    return " / ".join(" ".join(part.split()) for part in name.casefold().split("/"))
