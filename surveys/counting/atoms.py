"""Atoms: the disjoint groups about which figures are released, decided from sizes alone.

Every figure is a sum over atoms, and every atom has at least `k` respondents, so whatever figures are added or
subtracted, the set of people they speak about has at least `k` members.
"""

from collections.abc import Callable, Mapping, Sequence

from analysis.figures import Unit

# Fewer than five is a guess at a person; it may be raised, never lowered (design: The count).
SMALLEST_GROUP = 5

Atom = frozenset[str]


def atoms(sizes: Mapping[str, int], units: Sequence[Unit], *, k: int = SMALLEST_GROUP) -> list[Atom]:
    """Group units so that each group has at least `k` respondents.

    A unit below `k` joins its smallest sibling; what is still too small when a parent's children are used up is
    grouped with the parent's own siblings, and so on up. Ties go to the unit that sorts first, so the same sizes
    always give the same groups.

    Args:
        sizes: respondents by unit id. A unit with 0 is a group too small, like any other, so that nobody can
            read from a group's units whether the one person of a unit answered; one that is missing is left out.
        units: the whole tree.
        k: the smallest group allowed.

    Returns:
        Disjoint sets of unit ids, sorted; empty when the whole company is below `k`.

    Raises:
        ValueError: when `k` is below five.
    """
    if k < SMALLEST_GROUP:
        raise ValueError(f"groups of {k}; the smallest that is released has {SMALLEST_GROUP}")
    children: dict[str | None, list[str]] = {}
    for unit in units:
        children.setdefault(unit.parent, []).append(unit.id)

    def size(atom: Atom) -> int:
        return sum(sizes.get(unit_id, 0) for unit_id in atom)

    def gather(unit_id: str) -> list[Atom]:
        below = [atom for child in children.get(unit_id, []) for atom in gather(child)]
        # People who sit in a unit that has units below it count like one more team of it.
        own = [frozenset({unit_id})] if unit_id in sizes else []
        return _merge_small(own + below, size, k)

    found = [atom for root in children.get(None, []) for atom in gather(root)]
    return sorted((atom for atom in _merge_small(found, size, k) if size(atom) >= k), key=sorted)


def _merge_small(groups: list[Atom], size: Callable[[Atom], int], k: int) -> list[Atom]:
    groups = list(groups)
    while len(groups) > 1:
        groups.sort(key=lambda atom: (size(atom), sorted(atom)))
        if size(groups[0]) >= k:
            break
        smallest, sibling, *rest = groups
        groups = [smallest | sibling, *rest]
    return groups
