"""The tables. Nothing in them joins a person to an answer.

`*_at` is an instant in UTC, `*_on` a local date; a round's week is the Monday of its ISO week.
"""

from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; SQLite keeps no zone of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive datetime, which would silently mean another instant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime; pass an aware one in UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: Instant,
        dict[str, Any]: JSON,
        list[str]: JSON,
        bytes: LargeBinary,
        str: String(255),
    }


# -- people ---------------------------------------------------------------------------------------------


class UnitRow(Table):
    """A node of the org tree."""

    __tablename__ = "unit"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))


class PersonRow(Table):
    """Someone in the organisation; `slack_id` is filled by the match on the email.

    `deactivated` says that their user in Slack is switched off; `welcomed_at` when they were told, once, what this
    is; `opted_out` is their own choice not to be asked.
    """

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    slack_id: Mapped[str | None] = mapped_column(unique=True)
    timezone: Mapped[str | None]
    locale: Mapped[str | None]
    manager_email: Mapped[str | None]
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    active: Mapped[bool] = mapped_column(default=True)
    left_on: Mapped[date | None]
    # Where the roster says so; else it is the country of the time zone.
    country: Mapped[str | None]
    # The day of the import that first named them; None for the company's first people.
    joined_on: Mapped[date | None]
    # The newest week in which a round planned to ask them. A person is in one round a week at most.
    asked_week_on: Mapped[date | None]
    keeps_diary: Mapped[bool] = mapped_column(default=True)
    # Their own choice of a language; without one it is Slack's.
    language: Mapped[str | None]

    title: Mapped[str | None]
    deactivated: Mapped[bool] = mapped_column(default=False)
    welcomed_at: Mapped[datetime | None]
    opted_out: Mapped[bool] = mapped_column(default=False)


class RoleRow(Table):
    """What a person may do, and for which unit."""

    __tablename__ = "role"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)


# -- rounds ---------------------------------------------------------------------------------------------


class RoundRow(Table):
    """One pulse for one schedule and ISO week.

    `sealed_key` is the private key under the master key; the close destroys it, and with it the meaning of every
    ballot that might survive in a backup. `smallest_group` is fixed when it opens.
    """

    __tablename__ = "round"
    id: Mapped[str] = mapped_column(primary_key=True)
    schedule: Mapped[str]
    week_on: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    items: Mapped[list[str]]
    smallest_group: Mapped[int]
    public_key: Mapped[bytes]
    sealed_key: Mapped[bytes | None]
    counted: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (UniqueConstraint("schedule", "week_on"),)


class ParticipationRow(Table):
    """Who is asked and reminded when; the same whether they answered or not. Deleted when the round closes."""

    __tablename__ = "participation"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    ask_at: Mapped[datetime]
    # The next reminder and the one after it; None when there is none to come.
    remind_at: Mapped[datetime | None]
    remind_again_at: Mapped[datetime | None]
    invited: Mapped[bool] = mapped_column(default=False)
    reminders: Mapped[int] = mapped_column(default=0)
    __table_args__ = (Index("ix_participation_due", "invited", "ask_at"),)


class WantedRoundRow(Table):
    """A round out of turn that an admin started and that the next tick opens; one a week."""

    __tablename__ = "wanted_round"
    week_on: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    starts_at: Mapped[datetime]
    closes_at: Mapped[datetime]


# -- what people wish -----------------------------------------------------------------------------------


class WishRow(Table):
    """When somebody likes to be asked, in their own local time, and from which day on again."""

    __tablename__ = "wish"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    ask_time: Mapped[time | None]
    paused_until: Mapped[date | None]


class LaterRow(Table):
    """Somebody's "ask me later", under an HMAC like a ballot's: whoever wants it has not answered yet."""

    __tablename__ = "later"
    round_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    again_at: Mapped[datetime]
    __table_args__ = ({"sqlite_with_rowid": False},)


# -- ballots --------------------------------------------------------------------------------------------


class BallotRow(Table):
    """A sealed answer. No time, no counter, no order, nobody's name: `key` is an HMAC, `sealed` one length."""

    __tablename__ = "ballot"
    round_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    sealed: Mapped[bytes]
    __table_args__ = ({"sqlite_with_rowid": False},)


class DiaryRow(Table):
    """A person's own last answers under a pseudonym, sealed, one length."""

    __tablename__ = "diary"
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    sealed: Mapped[bytes]
    __table_args__ = ({"sqlite_with_rowid": False},)


class KeyRow(Table):
    """A key pair that outlives a round (the diary's); the private half is sealed under the master key."""

    __tablename__ = "key"
    name: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[bytes]
    sealed_key: Mapped[bytes]


# -- releases -------------------------------------------------------------------------------------------


class ReleaseRow(Table):
    """What the count of one round made public to those who may see it. Never changes."""

    __tablename__ = "release"
    id: Mapped[str] = mapped_column(primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), unique=True)
    week_on: Mapped[date]
    smallest_group: Mapped[int]
    # How many were asked in all, those in no group included.
    invited: Mapped[int] = mapped_column(default=0)


class GroupRow(Table):
    """An atom of a release: one team, or small siblings counted together."""

    __tablename__ = "release_group"
    id: Mapped[str] = mapped_column(primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"))
    unit_ids: Mapped[list[str]]
    invited: Mapped[int]
    answered: Mapped[int]


class FigureRow(Table):
    """Number, sum and sum of squares of one item in one group, and the same of the within-person change.

    The noises are the standard deviations of what was added to the sums before they were released.
    """

    __tablename__ = "figure"
    group_id: Mapped[str] = mapped_column(ForeignKey("release_group.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str]
    scale: Mapped[str]
    n: Mapped[int]
    total: Mapped[float]
    squares: Mapped[float]
    change_n: Mapped[int | None]
    change_total: Mapped[float | None]
    change_squares: Mapped[float | None]
    level_noise: Mapped[float] = mapped_column(default=0.0)
    change_noise: Mapped[float] = mapped_column(default=0.0)


class ShareRow(Table):
    """How many of the `n` of one group who answered an item's follow-up named one of its codes, noise added."""

    __tablename__ = "share"
    group_id: Mapped[str] = mapped_column(ForeignKey("release_group.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str]
    n: Mapped[int]
    named: Mapped[int]
    noise: Mapped[float]


class ItemMeaningRow(Table):
    """What an item, or a code of its follow-up, meant when a round first asked it; the same for good."""

    __tablename__ = "item_meaning"
    id: Mapped[str] = mapped_column(primary_key=True)
    meaning: Mapped[str] = mapped_column(String(1000))


class CorrectionRow(Table):
    """A question that was not understood, and what its asker meant; never who, and never when."""

    __tablename__ = "correction"
    id: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[str]
    meant: Mapped[str] = mapped_column(String(1000))


class CommentRow(Table):
    """A released comment: no key, a random id, and the lowest unit with enough respondents."""

    __tablename__ = "comment"
    id: Mapped[str] = mapped_column(primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    text: Mapped[str] = mapped_column(String(4000))
    quotable: Mapped[bool]


# -- what is sent ---------------------------------------------------------------------------------------


class OutboxRow(Table):
    """A message to send. `key` is unique, so a cause that happens twice is still told once.

    `after` names the row whose message this one updates; its channel and timestamp are filled in at sending.
    `version` goes up when a message is replaced; `unclear` says that Slack may have it although we were not told.
    """

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    recipient: Mapped[str]
    payload: Mapped[dict[str, Any] | None]
    after: Mapped[str | None]
    state: Mapped[str]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    unclear: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[str | None]
    ts: Mapped[str | None]
    error: Mapped[str | None]
    __table_args__ = (Index("ix_outbox_due", "state", "due_at"),)


class ToldRow(Table):
    """A release whose alerts were raised and whose digests were planned."""

    __tablename__ = "told"
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)


class DigestRow(Table):
    """A digest that a manager is owed for a release."""

    __tablename__ = "digest"
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    due_at: Mapped[datetime]
    sent: Mapped[bool] = mapped_column(default=False)


class OutcomeRow(Table):
    """What became of a round, owed to somebody who may have been asked in it; gone once it is told."""

    __tablename__ = "outcome"
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    due_at: Mapped[datetime]


# -- alerts and what was done ------------------------------------------------------------------------------


class AlertRow(Table):
    """An episode of a unit that leaders were told of once, and that is followed until it is over.

    `week_on` is the week in which it was called, `began_on` the one in which the first stage turned, `quiet_since`
    the first of the weeks without an alarm that reach up to now. `told` is what leaders were told last: the state,
    its strength, and the stages that turned, each with its week.
    """

    __tablename__ = "alert"
    id: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    stage: Mapped[str]
    week_on: Mapped[date]
    began_on: Mapped[date | None]
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    snoozed_until: Mapped[date | None]
    quiet_since: Mapped[date | None]
    told: Mapped[dict[str, Any]]
    closed_on: Mapped[date | None]
    ending: Mapped[str | None]
    __table_args__ = (UniqueConstraint("unit_id", "kind", "stage", "week_on"),)


class AlertNoteRow(Table):
    """What somebody did about an alert, or what became of it; kept to know how often alerts were right."""

    __tablename__ = "alert_note"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    reason: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(String(4000))


class ActionRow(Table):
    """Something that was done in a unit: an overlay added, a rule held, a quota changed.

    `reported_weeks` is after how many weeks its effect was last told.
    """

    __tablename__ = "action"
    id: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    done_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(4000))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    logged_at: Mapped[datetime]
    alert_id: Mapped[str | None] = mapped_column(ForeignKey("alert.id"))
    reported_weeks: Mapped[int] = mapped_column(default=0)
    # How many people said so, as it came out last.
    helped: Mapped[int] = mapped_column(default=0)
    no_change: Mapped[int] = mapped_column(default=0)


class ReactionRow(Table):
    """What somebody thinks of an action. No name, no time, no order: `key` is an HMAC of action and person."""

    __tablename__ = "reaction"
    action_id: Mapped[str] = mapped_column(ForeignKey("action.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reaction: Mapped[str]
    __table_args__ = ({"sqlite_with_rowid": False},)


class AttainmentRow(Table):
    """A unit's target for a period and what it achieved, in the company's own money or units."""

    __tablename__ = "attainment"
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date]
    target: Mapped[float]
    achieved: Mapped[float]


# -- who did what, and what came in ---------------------------------------------------------------------


class AuditRow(Table):
    """A change to people, roles, schedule, keys or the smallest group. Only ever added to.

    `digest` is over this row and the digest before it, so that a row changed or taken out later shows.
    """

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    act: Mapped[str]
    about: Mapped[str] = mapped_column(String(4000))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))


class InboxRow(Table):
    """A request from Slack that was taken; the same one again is a replay. Deleted once it would be too old."""

    __tablename__ = "inbox"
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)


# -- settings -------------------------------------------------------------------------------------------


class SettingRow(Table):
    """A setting that an admin chose, by its dotted name; the value in JSON."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(String(4000))
