"""The only way to what was released. Analysis, digests, alerts and answers all read from here."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.figures import Attainment, Figure, Record, Scale, Share, Sums, Turnout, Unit
from analysis.stages import Stage
from analysis.themes import Comment, Theme, find_themes
from surveys import targets
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act, may
from surveys.storage.tables import CommentRow, FigureRow, GroupRow, ReleaseRow, ShareRow

# Records kept ready: one a company, and a few while a release comes out.
KEPT_RECORDS = 4
_ready: OrderedDict[tuple[object, ...], Record] = OrderedDict()
_ready_lock = threading.Lock()


def whole_record(session: Session) -> Record:
    """Everything ever released, and attainment where it is imported, for the analysis that watches every team.

    A release never changes, so the same releases and targets give the same record object, with all that was worked
    out from it (`Record.once`); every digest of a Friday and every question until the next release share it.
    """
    tree = directory.units(session)
    attainments = tuple(targets.stored(session))
    key = (_released(session), tuple(tree), attainments)
    with _ready_lock:
        if key in _ready:
            return _ready[key]
        record = _read_record(session, tree, attainments)
        # A release may come out between the queries; such a record is right, but not under this key.
        if _released(session) == key[0]:
            _ready[key] = record
            while len(_ready) > KEPT_RECORDS:
                _ready.popitem(last=False)
        return record


def _released(session: Session) -> tuple[str, ...]:
    return tuple(session.scalars(select(ReleaseRow.id).order_by(ReleaseRow.week_on, ReleaseRow.id)))


def _read_record(session: Session, tree: Sequence[Unit], attainments: Sequence[Attainment]) -> Record:
    groups = session.execute(
        select(GroupRow, ReleaseRow.week_on)
        .join(ReleaseRow, ReleaseRow.id == GroupRow.release_id)
        .order_by(ReleaseRow.week_on, GroupRow.id)
    ).all()
    weeks = {group.id: (group, week_on) for group, week_on in groups}
    figures = [
        _figure(row, frozenset(weeks[row.group_id][0].unit_ids), weeks[row.group_id][1])
        for row in session.scalars(select(FigureRow).order_by(FigureRow.group_id, FigureRow.item_id))
        # A round may be counted between the two queries; its figures come with the next look.
        if row.group_id in weeks
    ]
    turnouts = [
        Turnout(week_on, frozenset(group.unit_ids), group.invited, group.answered) for group, week_on in groups
    ]
    figures.sort(key=lambda figure: (figure.week, sorted(figure.units), figure.stage.position))
    shares = [
        Share(
            weeks[row.group_id][1],
            frozenset(weeks[row.group_id][0].unit_ids),
            Stage(row.stage),
            row.item_id,
            row.code,
            row.named,
            row.n,
            row.noise,
        )
        for row in session.scalars(select(ShareRow).order_by(ShareRow.group_id, ShareRow.item_id, ShareRow.code))
        if row.group_id in weeks
    ]
    shares.sort(key=lambda share: (share.week, sorted(share.units), share.stage.position, share.code))
    return Record(tree, figures, turnouts, attainments, shares)


def _figure(row: FigureRow, units: frozenset[str], week_on: date) -> Figure:
    moved = None
    if row.change_n is not None and row.change_total is not None and row.change_squares is not None:
        moved = Sums(row.change_n, row.change_total, row.change_squares)
    return Figure(
        week_on,
        units,
        Stage(row.stage),
        Scale(row.scale),
        Sums(row.n, row.total, row.squares),
        moved,
        row.level_noise,
        row.change_noise,
    )


def visible_units(session: Session, person: Person) -> frozenset[str]:
    """Ids of the units whose results a person may see: those they lead, and all below."""
    if not may(person, Act.SEE_RESULTS):
        return frozenset()
    return directory.below(directory.units(session), person.leads)


def visible(record: Record, unit_ids: frozenset[str]) -> Record:
    """The part of a record that speaks about these units.

    A group in which one of them was merged with siblings is part of it: it is the only figure there is about them
    that week, and it is about as many people as any other.
    """
    return Record(
        [unit for unit in record.units if unit.id in unit_ids],
        [figure for figure in record.figures if figure.units & unit_ids],
        [turnout for turnout in record.turnouts if turnout.units & unit_ids],
        [attainment for attainment in record.attainments if attainment.unit_id in unit_ids],
        [share for share in record.shares if share.units & unit_ids],
    )


def comments(session: Session, unit_ids: frozenset[str], *, since: date | None = None) -> list[Comment]:
    """Released comments that stayed with any of these units, oldest week first."""
    query = (
        select(CommentRow, ReleaseRow.week_on)
        .join(ReleaseRow, ReleaseRow.id == CommentRow.release_id)
        .where(CommentRow.unit_id.in_(unit_ids))
        .order_by(ReleaseRow.week_on, CommentRow.id)
    )
    if since is not None:
        query = query.where(ReleaseRow.week_on >= since)
    return [Comment(row.text, week_on, row.unit_id, row.quotable) for row, week_on in session.execute(query)]


def comments_about(
    session: Session, unit_id: str, *, since: date | None = None, until: date | None = None
) -> tuple[Unit | None, list[Comment]]:
    """Comments about a unit, and the unit they stayed with: itself, or the lowest one above that keeps any.

    A small team's comments stay with its region, so that is where its manager finds them, among those of the other
    small teams, and without those of a team that keeps its own: they are that team's manager's to read.
    """
    tree = directory.units(session)
    by_id = {unit.id: unit for unit in tree}
    at = by_id.get(unit_id)
    while at is not None:
        here = frozenset({at.id})
        found = comments(session, directory.below(tree, here) if at.id == unit_id else here, since=since)
        found = [comment for comment in found if until is None or comment.week <= until]
        if found:
            return at, found
        at = by_id[at.parent] if at.parent else None
    return None, []


def themes(comments: Sequence[Comment]) -> list[Theme]:
    """The themes of released comments; the same comments are looked at by many people, and computed once."""
    return list(_themes(tuple(comments)))


@lru_cache(maxsize=32)
def _themes(comments: tuple[Comment, ...]) -> tuple[Theme, ...]:
    return tuple(find_themes(comments))
