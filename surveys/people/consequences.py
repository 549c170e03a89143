"""What sizes of teams mean for what can be shown: worked out before anything is changed, from the roster alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.figures import Unit
from surveys.counting.atoms import atoms
from surveys.people import directory
from surveys.people.roster import Role


@dataclass(frozen=True, slots=True)
class Showing:
    """How units can be shown at best, when every rep answers.

    Attributes:
        small: units with fewer reps than the smallest group, by name, with how many.
        together: names of units whose figures are shown together.
        hidden: names of units that can be shown in no group at all.
    """

    small: tuple[tuple[str, int], ...]
    together: tuple[tuple[str, ...], ...]
    hidden: tuple[str, ...]


def showing(units: Sequence[Unit], sizes: Mapping[str, int], *, k: int) -> Showing:
    """Group units of these sizes (reps by unit id) as the count will, with groups of at least `k`."""
    names = {unit.id: unit.name for unit in units}
    groups = atoms(sizes, units, k=k)
    shown = frozenset[str]().union(*groups)
    return Showing(
        tuple((names[unit_id], size) for unit_id, size in sorted(sizes.items()) if size < k),
        tuple(tuple(names[unit_id] for unit_id in sorted(group)) for group in groups if len(group) > 1),
        tuple(names[unit_id] for unit_id in sorted(sizes) if unit_id not in shown),
    )


def sizes(session: Session) -> dict[str, int]:
    """Reps by unit id, as the roster has them; who chose not to be asked is nobody's business here."""
    return dict(Counter(person.unit_id for person in directory.people(session, role=Role.REP)))


def in_words(found: Showing, *, k: int) -> list[str]:
    """The same in lines for the command line."""
    lines = []
    if found.small:
        small = ", ".join(f"{name} ({size})" for name, size in found.small)
        lines.append(f"fewer than {k} reps: {small}")
    lines += [f"shown together: {' and '.join(group)}" for group in found.together]
    lines += [f"shown in no figures, as even together they are too few: {', '.join(found.hidden)}"] * bool(
        found.hidden
    )
    return lines
