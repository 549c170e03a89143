"""An item's meaning stays what it was when a round first asked it."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveys.bank.items import Item, QuestionBank
from surveys.errors import ItemMeaningChanged, ItemStillAsked
from surveys.storage.tables import ItemMeaningRow, RoundRow


def check(session: Session, items: Iterable[Item]) -> dict[str, str]:
    """What is not noted yet about these items; raises ItemMeaningChanged where it is, and otherwise."""
    known = {row.id: row.meaning for row in session.scalars(select(ItemMeaningRow))}
    now = {key: meaning for item in items for key, meaning in item.meanings().items()}
    changes = [
        f"{key} was asked as \u201c{known[key]}\u201d and is now \u201c{meaning}\u201d."
        for key, meaning in now.items()
        if known.get(key, meaning) != meaning
    ]
    if changes:
        raise ItemMeaningChanged(changes="\n".join(changes))
    return {key: meaning for key, meaning in now.items() if key not in known}


def keep(session: Session, items: Iterable[Item]) -> None:
    """Note what a round is about to ask for the first time; raises ItemMeaningChanged."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for key, meaning in check(session, items).items():
        # Another schedule's round may be opened at the same moment, with the same items.
        session.execute(insert(ItemMeaningRow).values(id=key, meaning=meaning).on_conflict_do_nothing())


def check_open_rounds(session: Session, bank: QuestionBank) -> None:
    """Raise ItemStillAsked where the bank lacks an item that a round asks which is not counted yet."""
    asked = {
        item_id for items in session.scalars(select(RoundRow.items).where(~RoundRow.counted)) for item_id in items
    }
    if missing := asked - bank.items.keys():
        raise ItemStillAsked(items=", ".join(sorted(missing)))
