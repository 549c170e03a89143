"""The smallest group: it may be raised, and never goes below what people were promised."""

from sqlalchemy.orm import Session

from surveys.errors import SmallestGroupLowered
from surveys.rounds.rounds import promised_group


def smallest_group_allowed(session: Session, wanted: int) -> int:
    """The size that is wanted, in people.

    What is raised holds from the next round on: an open one keeps the size that it was opened with.

    Raises:
        SmallestGroupLowered: an earlier round was opened with a larger one.
    """
    promised = promised_group(session)
    if wanted < promised:
        raise SmallestGroupLowered(wanted=wanted, promised=promised)
    return wanted
