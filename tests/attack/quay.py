"""Quay, a company to be attacked by its own people: real bot, real sandbox, half a year of planted releases.

Everybody in it may see something else, and every unit says something else, so that whoever sees too much shows.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, case, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from analysis.detection.cycle import watch
from analysis.figures import Scale, Sums
from analysis.stages import Stage
from bot.demo.story import deliver
from handlers.alerts import copies
from surveys import results
from surveys.bank.items import Item, default_bank
from surveys.people import directory, enrolment, roster
from surveys.rounds import rounds
from surveys.rounds.rounds import Round
from surveys.storage.database import Database
from surveys.storage.tables import (
    CommentRow,
    FigureRow,
    GroupRow,
    ReleaseRow,
    RoundRow,
    Table,
    ToldRow,
    UnitRow,
)
from tests.handlers.office import BEGINS, NORTH, SOUTH, Office, opened
from tests.handlers.synthetic_states import cycle_state

NORTH_TEAM, SOUTH_TEAM, DOCKS, MILLS = "quay/r-d-north", "quay/south", "quay/west/docks", "quay/west/mills"
TEAMS = (NORTH_TEAM, SOUTH_TEAM, DOCKS, MILLS)
# Who they are, and the teams whose results they may see by asking.
PEOPLE: Mapping[str, frozenset[str]] = {
    "north1": frozenset(),
    "south1": frozenset(),
    "nora": frozenset({NORTH_TEAM}),
    "sam": frozenset({SOUTH_TEAM}),
    "chief": frozenset({DOCKS, MILLS}),
    "ada": frozenset(),
    "south6": frozenset(),
    "north6": frozenset(),
    "stranger": frozenset(),
}
WEEKS = 12
ANSWERING = 6
# The south is small: what its people write stays with the company, among others' comments.
KEPT_WITH = {SOUTH_TEAM: "quay"}
# What people of each team write about, in this world and in the other one.
SUBJECTS = {
    NORTH_TEAM: ("approvals of a discount take days", "onboarding of new reps is hasty"),
    SOUTH_TEAM: ("crm wants twelve fields for an order", "marketing leads are old"),
    DOCKS: ("overlay specialists join every customer call", "pay plan changed in the quarter"),
    MILLS: ("targets cannot be reached from this territory", "price list is a riddle"),
}
OTHER_SUBJECTS = {
    NORTH_TEAM: ("legal review holds contracts up", "travel budget was cut"),
    SOUTH_TEAM: ("forecast calls eat mornings", "presales is never there"),
    DOCKS: ("renewals are handed over late", "competitors undercut our price"),
    MILLS: ("product roadmap is a secret", "managers override the rules"),
}


def roster_csv(*, without: frozenset[str] = frozenset(), nora: str = "manager", sam: str = "manager") -> str:
    """Nora and Sam manage a team each, Chief leads the west, South6 is of the works council."""
    lines = [
        "email,name,manager,unit,roles",
        "chief@quay.example,Chief Quay,,Quay / West,leader",
        "ada@quay.example,Ada Quay,chief@quay.example,Quay,admin",
        "south6@quay.example,South6 Quay,chief@quay.example,Quay,works council",
        f"nora@quay.example,Nora Quay,chief@quay.example,Quay / R&D North,{nora}",
        f"sam@quay.example,Sam Quay,chief@quay.example,Quay / South,{sam}",
    ]
    for team, reps in (("R&D North", NORTH), ("South", SOUTH[:5])):
        lines += [
            f"{rep}@quay.example,{rep.title()} Quay,,Quay / {team},rep" for rep in reps if rep not in without
        ]
    return "\n".join(lines)


@dataclass
class Quay:
    """The company: its office, the open round, and what has been seen of all that was sent."""

    office: Office
    round: Round
    _seen: dict[str, set[str]] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.office.bot.database

    @property
    def workspace(self) -> Any:
        return self.office.sandbox.emulator.workspace

    def rows(self, *tables: str) -> list[Any]:
        """Every row of some tables."""
        others = frozenset(Table.metadata.tables) - set(tables)
        return [row for rows in all_tables(self.database, but=others).values() for row in rows]

    def own_place(self, user: str) -> tuple[str, str]:
        """The bot's oldest message in somebody's conversation with it; a rep's is the one that asked."""
        dm = self.office.dm(user)
        messages = self.workspace.channels[dm].messages
        return dm, next(ts for ts, message in messages.items() if message.by_app)

    def talk_to(self, user: str) -> None:
        """Let somebody have a message of the bot's to press buttons in."""
        dm = self.office.dm(user)
        before = {message["ts"] for message in self.office.messages(user)}
        self.office.sandbox.say(self.office.id(user), dm, "help")
        self.office.new_message(user, dm, before)

    def trigger(self, user: str) -> str:
        """A fresh trigger of something that somebody did."""
        return str(self.office.sandbox.emulator.triggers.issue(self.office.id(user)))

    def people(self, **changes: Any) -> None:
        """Import the roster anew; sets who left, and the roles of Nora and Sam."""
        with self.database.work() as session:
            people = roster.read_roster(roster_csv(**changes))
            enrolment.apply(session, people, actor="test", now=self.office.clock.now())

    def alert_leaders(self) -> None:
        """Tell leaders of a team that Chief leads, and of one that only Nora manages."""
        with self.database.work() as session:
            record = results.whole_record(session)
            called = replace(cycle_state(), week=record.weeks[-1])
            found = record._known.pop(watch, None)
            record._known[watch] = {unit_id: replace(called, unit_id=unit_id) for unit_id in (DOCKS, NORTH_TEAM)}
            channel, now = self.office.bot.settings.leaders_channel, self.office.clock.now()
            copies.tell(session, leaders_channel=channel, now=now)
            record._known.pop(watch)
            record._known.update({watch: found} if found else {})
        deliver(self.office.bot)

    def see_all(self) -> None:
        """Forget what was sent so far."""
        for channel in self.workspace.channels.values():
            self._seen[channel.id] = set(channel.messages)
        self.office.sandbox.calls.clear()

    def sent(self) -> list[tuple[str, frozenset[str], str]]:
        """What was sent since the last look: how, to whose eyes (Slack ids, without the bot), and its content."""
        deliver(self.office.bot)
        found = []
        bot = self.workspace.app.bot_user
        for channel in list(self.workspace.channels.values()):
            known = self._seen.setdefault(channel.id, set())
            for ts, message in list(channel.messages.items()):
                if ts not in known and message.by_app:
                    eyes = [message.ephemeral_to] if message.ephemeral_to else channel.members
                    found.append(("message", frozenset(eyes) - {bot}, _content(message.text, message.blocks)))
                known.add(ts)
        found += [
            (call.method, _SEEN_BY[call.method](self, call), _content(call.arguments))
            for call in self.office.sandbox.calls
            if call.ok and call.method in _SEEN_BY
        ]
        self.office.sandbox.calls.clear()
        return found

    def _view_owner(self, call: Any) -> frozenset[str]:
        return frozenset({self.office.sandbox.emulator.modals.find(view_id=call.answer["view"]["id"]).user})

    def _channel_members(self, call: Any) -> frozenset[str]:
        members = self.workspace.channels[call.arguments["channel"]].members
        return frozenset(members) - {self.workspace.app.bot_user}


_SEEN_BY = {
    "views.open": Quay._view_owner,
    "views.push": Quay._view_owner,
    "views.update": Quay._view_owner,
    "views.publish": lambda _, call: frozenset({call.arguments["user_id"]}),
    "chat.update": Quay._channel_members,
}


def _content(*parts: Any) -> str:
    """What stands in a message or view, without the ids that Slack or we gave it."""

    def bare(node: Any) -> Any:
        if isinstance(node, dict):
            ids = {
                "block_id",
                "slack_file",
                "trigger_id",
                "private_metadata",
                "ts",
                "file_id",
                "channel",
                "user_id",
            }
            return {key: bare(value) for key, value in node.items() if key not in ids}
        return [bare(one) for one in node] if isinstance(node, list | tuple) else node

    return json.dumps(bare(parts), ensure_ascii=False, sort_keys=True)


@contextmanager
def quay(folder: Path) -> Iterator[Quay]:
    """The company on a Tuesday noon: everybody was asked, some have answered, North6 has left since."""
    with opened(folder) as office:
        company = Quay(office, None)  # type: ignore[arg-type]
        company.people()
        with company.database.work() as session:
            plant(session)
        office.bot.sync_people()
        office.pass_time(office.schedule.ask_at(office.week_on, office.schedule.company_zone) + timedelta(hours=3))
        with company.database.read() as session:
            person = directory.by_email(session, "north1@quay.example")
            pulse = rounds.open_pulse(session, person, now=office.clock.now())
        assert pulse is not None
        company.round = pulse.round
        company.people(without=frozenset({"north6"}))
        for name in PEOPLE:
            company.talk_to(name)
        leaders = {"channel": office.bot.settings.leaders_channel or "", "text": "The cycle is forming in Mills"}
        office.bot.client.chat_postMessage(**leaders)
        company.alert_leaders()
        company.see_all()
        yield company


# What was released ------------------------------------------------------------------------------------------


def plant(session: Session) -> None:
    """Write twelve weeks of releases with figures and comments of four teams, as the count writes them."""
    names = {"quay/west": "West", DOCKS: "Docks", MILLS: "Mills"}
    for unit_id, name in names.items():
        if session.get(UnitRow, unit_id) is None:
            session.add(UnitRow(id=unit_id, name=name, parent_id=unit_id.rpartition("/")[0]))
            session.flush()
    dice = random.Random(7)  # noqa: S311
    first = BEGINS.date() + timedelta(days=1) - timedelta(weeks=WEEKS)
    for week in range(WEEKS):
        _release(session, week, first + timedelta(weeks=week), dice)


def _release(session: Session, week: int, week_on: date, dice: random.Random) -> None:
    at = datetime.combine(week_on, datetime.min.time(), UTC)
    items = {item.stage: item for item in default_bank().items.values()}
    round_id, release_id = f"{week:016x}", f"{week:x}".rjust(16, "a")
    session.add(
        RoundRow(
            id=round_id,
            schedule="planted",
            week_on=week_on,
            opens_at=at,
            closes_at=at + timedelta(days=3),
            items=[item.id for item in items.values()],
            smallest_group=5,
            public_key=b"",
            counted=True,
        )
    )
    session.flush()
    session.add(ReleaseRow(id=release_id, round_id=round_id, week_on=week_on, smallest_group=5))
    session.flush()
    session.add(ToldRow(release_id=release_id))
    for place, team in enumerate(TEAMS):
        group_id = f"{week:x}{place}".rjust(16, "b")
        session.add(GroupRow(id=group_id, release_id=release_id, unit_ids=[team], invited=7, answered=ANSWERING))
        session.flush()
        for item in items.values():
            session.add(_figure(group_id, item, place, week, dice))
        for number in range(ANSWERING if week >= WEEKS - 4 else 0):
            said = f"{SUBJECTS[team][number % 6 == 5]} for {('me', 'us', 'the customer')[number % 3]}"
            comment_id = f"{week:x}{place}{number}".rjust(32, "c")
            home = KEPT_WITH.get(team, team)
            session.add(CommentRow(id=comment_id, release_id=release_id, unit_id=home, text=said, quotable=True))


def _figure(group_id: str, item: Item, place: int, week: int, dice: random.Random) -> FigureRow:
    stage, scale = item.stage, item.scale
    hours = scale is not Scale.AGREEMENT
    falling = place == 0 and stage in {Stage.TARGETS, Stage.TRUST, Stage.CANDOR, Stage.OVERLAY}
    worse = scale.worse * 0.25 * max(0, week - 4 - stage.position) * (3 if hours else 1) * falling
    middle = (6.0 + 2 * place if hours else 3.9 - 0.35 * place) + worse
    level = Sums.of([round(2 * (middle + dice.gauss(0, 0.7))) / 2 for _ in range(ANSWERING)])
    moved = Sums.of([round(2 * (worse + dice.gauss(0, 0.7))) / 2 for _ in range(ANSWERING)])
    return FigureRow(
        group_id=group_id,
        item_id=item.id,
        stage=stage.value,
        scale=scale.value,
        n=level.n,
        total=level.total,
        squares=level.squares,
        change_n=moved.n if week >= 6 else None,
        change_total=moved.total if week >= 6 else None,
        change_squares=moved.squares if week >= 6 else None,
        level_noise=1.0,
        change_noise=0.0,
    )


# Another world ----------------------------------------------------------------------------------------------

Rows = dict[str, list[Row[Any]]]
# What is released, and never changes.
RELEASED = frozenset({"figure", "release_group", "comment", "release"})


def all_tables(database: Database, *, but: frozenset[str] = frozenset()) -> Rows:
    """Every row of every table but some."""
    tables = [table for table in Table.metadata.sorted_tables if table.name not in but]
    with database.read() as session:
        return {table.name: list(session.execute(select(table)).all()) for table in tables}


def put_back(database: Database, rows: Rows) -> None:
    """Let tables hold these rows and no others."""
    tables = [table for table in Table.metadata.sorted_tables if table.name in rows]
    with database.work() as session:
        # Releases point at rounds, which are deleted and come back.
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for table in reversed(tables):
            session.execute(delete(table))
        for table in tables:
            if rows[table.name]:
                session.execute(insert(table), [row._asdict() for row in rows[table.name]])


@contextmanager
def elsewhere(database: Database, teams: frozenset[str]) -> Iterator[None]:
    """Let some teams have answered the other way round in all weeks, and written about other things.

    High becomes low and up becomes down, with the same spread: whatever differs is told about these teams. Where
    they were counted together with others, figures stay: those are the others' as well. Turned round twice,
    everything is as it was.
    """
    _turn_round(database, teams, SUBJECTS, OTHER_SUBJECTS)
    yield
    _turn_round(database, teams, OTHER_SUBJECTS, SUBJECTS)


def _turn_round(
    database: Database,
    teams: frozenset[str],
    said: Mapping[str, tuple[str, ...]],
    instead: Mapping[str, tuple[str, ...]],
) -> None:
    ends = case((FigureRow.scale == Scale.AGREEMENT.value, 6.0), else_=24.0)
    with database.work() as session:
        groups = [group.id for group in session.scalars(select(GroupRow)) if set(group.unit_ids) <= teams]
        session.execute(
            update(FigureRow)
            .where(FigureRow.group_id.in_(groups))
            .values(
                squares=FigureRow.n * ends * ends - 2 * ends * FigureRow.total + FigureRow.squares,
                total=FigureRow.n * ends - FigureRow.total,
                # Not its negative: nothing would become minus nothing.
                change_total=0 - FigureRow.change_total,
            )
        )
        for team in teams:
            for before, after in zip(said[team], instead[team], strict=True):
                words = func.replace(CommentRow.text, before, after)
                home = KEPT_WITH.get(team, team)
                session.execute(update(CommentRow).where(CommentRow.unit_id == home).values(text=words))
    # Releases never change, so a record of them is kept ready; this is another world.
    results._ready.clear()
