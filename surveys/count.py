"""The count: the one door. Opens the ballots of a round, sums them into groups, and destroys them."""

import random
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from analysis.figures import Unit
from surveys import outbox
from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import Ballot, Diary
from surveys.bank.items import QuestionBank
from surveys.counting.noise import BLURRED, Noise, released
from surveys.counting.redaction import Redaction
from surveys.counting.tally import Group, Naming, Tally, comment_units, tally
from surveys.diaries import opened as open_diaries
from surveys.diaries import write_anew
from surveys.people import directory
from surveys.rounds.message_keys import closings, of_round
from surveys.storage.database import Database
from surveys.storage.tables import (
    BallotRow,
    CommentRow,
    FigureRow,
    GroupRow,
    LaterRow,
    ParticipationRow,
    PersonRow,
    ReleaseRow,
    RoundRow,
    ShareRow,
)


def close_round(
    database: Database, round_id: str, *, bank: QuestionBank, master: MasterKey, noise: Noise = BLURRED
) -> str | None:
    """Count a round whose time is over, release its figures and destroy what it was counted from.

    One transaction: a crash leaves either the open round or the release. Returns the release's id, or None when
    another process counted it first.
    """
    with database.work() as session:
        row = session.get(RoundRow, round_id, with_for_update=True)
        if row is None or row.counted or row.sealed_key is None:
            return None
        ballots = _open_ballots(session, row.id, master.open_pair(f"round {round_id}", row.sealed_key))
        diaries = open_diaries(session, master)
        units = directory.units(session)
        invited = _invited(session, round_id)
        groups = tally(
            [(ballot, _diary(ballot, diaries)) for ballot in ballots],
            units=units,
            items=[bank[item_id] for item_id in row.items],
            week_on=row.week_on,
            k=row.smallest_group,
            asked=invited,
        )
        release_id = _write_release(session, row, released(groups, noise.of_release(len(row.items))), invited)
        _release_comments(session, release_id, ballots, units)
        write_anew(session, diaries, ballots, week_on=row.week_on, master=master)
        _destroy(session, row)
    database.forget_freed_pages()
    return release_id


def _open_ballots(session: Session, round_id: str, private: X25519PrivateKey) -> list[Ballot]:
    """Every ballot that is not blank.

    By key, which is as good as shuffled: nothing written from here on tells in which order people answered.
    """
    sealed_ballots = select(BallotRow.sealed).where(BallotRow.round_id == round_id).order_by(BallotRow.key)
    opened = (
        Ballot.unseal(sealed, round_id=round_id, private=private) for sealed in session.scalars(sealed_ballots)
    )
    return [ballot for ballot in opened if not ballot.blank]


def _diary(ballot: Ballot, diaries: Mapping[bytes, Diary]) -> Diary:
    return next((diaries[key] for key in ballot.diary_keys if key in diaries), Diary())


def _invited(session: Session, round_id: str) -> Counter[str]:
    """How many people of each unit were asked in a round."""
    rows = session.execute(
        select(ParticipationRow.unit_id, func.count())
        .where(ParticipationRow.round_id == round_id, ParticipationRow.invited)
        .group_by(ParticipationRow.unit_id)
    )
    return Counter(dict(rows.all()))


def _write_release(session: Session, row: RoundRow, groups: Sequence[Group], invited: Counter[str]) -> str:
    release_id = secrets.token_hex(8)
    session.add(
        ReleaseRow(
            id=release_id,
            round_id=row.id,
            week_on=row.week_on,
            smallest_group=row.smallest_group,
            invited=invited.total(),
        )
    )
    session.flush()
    for group in groups:
        group_id = secrets.token_hex(8)
        session.add(
            GroupRow(
                id=group_id,
                release_id=release_id,
                unit_ids=sorted(group.units),
                invited=sum(invited[unit_id] for unit_id in group.units),
                answered=group.answered,
            )
        )
        session.flush()
        session.add_all(_figure_row(group_id, found) for found in group.tallies)
        session.add_all(row for found in group.namings for row in _share_rows(group_id, found))
    return release_id


def _figure_row(group_id: str, found: Tally) -> FigureRow:
    return FigureRow(
        group_id=group_id,
        item_id=found.item.id,
        stage=found.item.stage.value,
        scale=found.item.scale.value,
        n=found.level.n,
        total=found.level.total,
        squares=found.level.squares,
        change_n=found.change.n if found.change else None,
        change_total=found.change.total if found.change else None,
        change_squares=found.change.squares if found.change else None,
        level_noise=found.level_noise,
        change_noise=found.change_noise,
    )


def _share_rows(group_id: str, found: Naming) -> list[ShareRow]:
    return [
        ShareRow(
            group_id=group_id,
            item_id=found.item.id,
            stage=found.item.stage.value,
            code=code,
            n=found.n,
            named=number,
            noise=found.noise,
        )
        for code, number in found.named.items()
    ]


def _release_comments(session: Session, release_id: str, ballots: Sequence[Ballot], units: Sequence[Unit]) -> None:
    known = session.execute(select(PersonRow.name, PersonRow.email)).all()
    redact = Redaction((name for name, _ in known), (email for _, email in known))
    homes = comment_units(Counter(ballot.unit_id for ballot in ballots), units)
    kept = [
        CommentRow(
            id=secrets.token_hex(16),
            release_id=release_id,
            unit_id=homes[ballot.unit_id],
            text=redact(ballot.comment),
            quotable=ballot.quotable,
        )
        for ballot in ballots
        if ballot.comment and ballot.unit_id in homes
    ]
    random.SystemRandom().shuffle(kept)
    session.add_all(kept)


def _destroy(session: Session, row: RoundRow) -> None:
    row.counted = True
    row.sealed_key = None
    session.execute(delete(BallotRow).where(BallotRow.round_id == row.id))
    session.execute(delete(ParticipationRow).where(ParticipationRow.round_id == row.id))
    session.execute(delete(LaterRow).where(LaterRow.round_id == row.id))
    # What was sent about this round names who was asked, reminded and thanked. What tells its end is deleted with
    # the next round.
    outbox.forget(session, of_round(row.id), but=closings(row.id))
    for earlier in session.scalars(select(RoundRow.id).where(RoundRow.counted, RoundRow.id != row.id)):
        outbox.forget(session, of_round(earlier), but=closings(earlier))
