"""Ten thousand texts that try to come alive, to break something or to disappear, through all that people write.

A text is live when it changes how a message is drawn: so every message is made twice, once with the hostile text
and once with a harmless word, and drawn with the grammar of the sandbox's own page (`markup`). Where the two
differ in anything but that word, the text was live.
"""

from __future__ import annotations

import contextlib
import csv
import io
import random
import secrets
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from analysis.answers import answer
from analysis.detection.cycle import State, watch
from analysis.figures import Record
from analysis.questions import Against, Intent, Question
from analysis.stages import Stage
from bot.commands import audit as audit_command
from bot.commands.people import _show
from handlers.alerts import alert
from handlers.digests.digest import digest_message
from handlers.home import home_view, own_data_view
from handlers.home.home_view import Units
from handlers.pulses import preview_view
from handlers.questions import answer_view
from handlers.questions.themes_view import theme_line
from handlers.showing.blocks import escape, quote
from handlers.words import words
from surveys import asking, audit, digests, own_data, results
from surveys.asking import Asked
from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import Diary
from surveys.bank.items import default_bank
from surveys.errors import OrgpulseError
from surveys.legible import legible_name
from surveys.people import directory, enrolment, roster
from surveys.people.directory import Person, SlackUser
from surveys.rounds import answering, rounds
from surveys.storage.database import Database
from surveys.storage.migrate import migrate
from surveys.storage.tables import CommentRow, GroupRow, PersonRow, UnitRow
from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.attack.hostile import hostile
from tests.attack.markup import Piece, disturbing, drawn, faults, texts
from tests.attack.quay import DOCKS, MILLS, NORTH_TEAM, plant, roster_csv
from tests.company import WEEKLY, close
from tests.handlers.synthetic_states import alert_case

TEXTS = {Effort.SMALL: 150, Effort.FULL: 10_000}
# What takes longer is tried with every so many; and how many comment in one round.
EVERY = {Effort.SMALL: 3, Effort.FULL: 1}
ANSWERING = {Effort.SMALL: 60, Effort.FULL: 500}
PICTURES_EVERY = {Effort.SMALL: 40, Effort.FULL: 25}
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
MOST_EXAMPLES = 3
HARMLESS = "Kestrel"
# The names of one batch: the first where the cycle forms, two that were counted together, and the region.
RENAMED = (NORTH_TEAM, DOCKS, MILLS, "quay/west")
PLACES = ("A0", "B1", "C2", "D3")


@dataclass
class Findings:
    """What came of the texts."""

    tried: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def note(self, kind: str, example: str) -> None:
        """Something that must not be."""
        self.seen[kind] += 1
        if self.seen[kind] <= MOST_EXAMPLES:
            self.examples.append(f"{kind}: {example[:300]}")

    @contextlib.contextmanager
    def crashes(self, text: object) -> Iterator[None]:
        """Note whatever is raised in the block; an error that tells people what to do is none."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                # A picture of a name in a script that its font lacks shows empty boxes.
                warnings.filterwarnings("ignore", message="Glyph .* missing from")
                yield
        except OrgpulseError:
            pass
        except Exception as problem:
            self.note("crash", f"{type(problem).__name__}: {problem} with {text!a}")

    def told(self) -> str:
        """The figures, and a few examples of what was found."""
        tried = ", ".join(f"{number} {kind}" for kind, number in self.tried.items())
        found = ", ".join(f"{number} {kind}" for kind, number in self.seen.items()) or "0 live, 0 crashes, 0 lost"
        return "\n".join([f"{tried}: {found}", *self.examples])


# The company of functions -----------------------------------------------------------------------------------


@contextlib.contextmanager
def company() -> Iterator[Database]:
    """Quay without its Slack: roster and planted releases in a database."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/words.db")
        migrate(database)
        with database.work() as session:
            enrolment.apply(session, roster.read_roster(roster_csv()), actor="test", now=NOW)
            plant(session)
            people = directory.people(session)
            users = [SlackUser(f"U{place}", one.email, None, "en", False) for place, one in enumerate(people)]
            directory.match_slack(session, users)
            # The docks and the mills were counted together in the last week.
            last = session.scalars(select(GroupRow).order_by(GroupRow.release_id.desc())).all()
            for group in last[:4]:
                if group.unit_ids == [DOCKS]:
                    group.unit_ids = [DOCKS, MILLS]
        yield database
        database.close()


def rename(session: Session, names: Sequence[str]) -> None:
    """Give the units of a batch new names."""
    for unit_id, name in zip(RENAMED, names, strict=True):
        session.execute(update(UnitRow).where(UnitRow.id == unit_id).values(name=name))


# Names of units ---------------------------------------------------------------------------------------------


def names_of_units(database: Database, hostiles: Sequence[str], found: Findings, *, pictures: int) -> None:
    """Let units have hostile names, four at a time, and look at everything that tells of units."""
    usable = [name for name in hostiles if _can_be_stored(name)]
    for start in range(0, len(usable) - 3, 4):
        batch = usable[start : start + 4]
        if start % 40:
            # In the order of their letters, so that lists stay in one order.
            batch = [
                f"{letter}{place} {name}" for place, (letter, name) in enumerate(zip("ABCD", batch, strict=True))
            ]
        else:
            batch = [batch[0], "B1 Docks", "C2 Mills", "D3 West"]
        with_picture = start % (4 * pictures) == 0
        found.tried["names of units"] += 1 if start % 40 == 0 else 4
        with found.crashes(batch):
            language = "de" if start % 12 else "en"
            _compare(database, [name[:255] for name in batch], language, found, with_picture=with_picture)


def _can_be_stored(name: str) -> bool:
    """Whether a database keeps it: no halves of pairs, no NUL."""
    return not any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in name)


def _compare(
    database: Database, names: Sequence[str], language: str, found: Findings, *, with_picture: bool
) -> None:
    harmless = [_harmless(name, place) for place, name in enumerate(names)]
    visible = [drawn_name(legible_name(name) or unit_id) for name, unit_id in zip(names, RENAMED, strict=True)]
    calm = _surfaces(database, tuple(harmless), language, with_picture=with_picture)
    for surface, payload in _surfaces(database, names, language, with_picture=with_picture).items():
        wrong = [*faults(payload), *_otherwise(payload, calm[surface], dict(zip(harmless, visible, strict=True)))]
        for fault in wrong:
            found.note("live or disturbing", f"{surface}: {fault} from {names!a}")


def _harmless(name: str, place: int) -> str:
    """A name that nothing can go wrong with, in the same place of the alphabet where there is one."""
    return f"{name[:3] if name[:2] in PLACES else ''}{HARMLESS}{place}q"


def _otherwise(payload: Any, harmless: Any, instead: dict[str, str]) -> Iterator[str]:
    """Where a message is drawn otherwise than the harmless one with its names put in their place."""
    written = {path: (kind, text) for path, kind, text in texts(payload)}
    plain = {path: (kind, text) for path, kind, text in texts(harmless)}
    if written.keys() != plain.keys():
        yield f"other blocks: {sorted(written.keys() ^ plain.keys())[:3]}"
        return
    for path, (kind, text) in written.items():
        if kind != "mrkdwn":
            continue
        expected = [(styles, _replaced(piece, instead)) for styles, piece in drawn(plain[path][1])]
        got = drawn(text.replace("\u2068", "").replace("\u2069", ""))
        if not _same(got, expected) and not text.endswith("…"):
            yield f"{path} is drawn {got!a} and not {expected!a}"


_UNCHANGED = str.maketrans({"\u2236": ":", "\u203a": ">"})


def _same(pieces: Sequence[Piece], others: Sequence[Piece]) -> bool:
    """Whether two texts are drawn alike; names in a list may stand in another order."""
    if [styles for styles, _ in pieces] != [styles for styles, _ in others]:
        return False
    # A colon at the end of a name stays one where a space of ours comes behind it, and so does ">" within a line.
    texts_of_both = ("".join(text for _, text in some).translate(_UNCHANGED) for some in (pieces, others))
    return len({frozenset(Counter(text).items()) for text in texts_of_both}) == 1


def _replaced(text: str, instead: dict[str, str]) -> str:
    for name, visible in instead.items():
        text = text.replace(name, visible)
    return text


def drawn_name(name: str) -> str:
    """A name as it can be seen inside our formatting."""
    return "".join(piece for _, piece in drawn(escape(name))).replace("\u2068", "").replace("\u2069", "")


_calm: dict[tuple[Sequence[str], str, bool], dict[str, Any]] = {}
_states: dict[str, State] = {}


def _surfaces(database: Database, names: Sequence[str], language: str, *, with_picture: bool) -> dict[str, Any]:
    """Every message and view that tells of units, for a leader of all of them; those of a tuple are kept."""
    if isinstance(names, tuple) and (names, language, with_picture) in _calm:
        return _calm[names, language, with_picture]
    found: dict[str, Any] = {}
    with database.work() as session:
        rename(session, names)
    results._ready.clear()
    with database.read() as session:
        record = results.whole_record(session)
        # States have nothing to do with names.
        _states.update(_states or watch(record))
        states = record._known[watch] = dict(_states)
        chief = replace(directory.by_email(session, "chief@quay.example"), leads=frozenset({"quay", *RENAMED}))
        reader = replace(chief, language=language)
        found |= _read_by(session, reader, record, states)
        say = words(language)
        if with_picture:
            found["alert"] = alert.alert_message(alert_case(record, states[NORTH_TEAM], say))
        turned = replace(states[NORTH_TEAM], unit_id=MILLS)
        found["drift"] = alert.alert_message(alert_case(record, turned, say, kind="drift"))
    made = {key: _without_picture(one) for key, one in found.items()}
    if isinstance(names, tuple):
        _calm[names, language, with_picture] = made
    return made


def _without_picture(payload: Any) -> Any:
    return {key: value for key, value in payload.items() if key != "picture"}


def _read_by(session: Session, reader: Person, record: Record, states: dict[str, State]) -> dict[str, Any]:
    """What somebody who leads everything is shown."""
    say = words(reader.language)
    keys = MasterKey(bytes(32)).serving()
    kept = own_data.kept(session, keys, replace(reader, leads=frozenset({MILLS})), now=NOW)
    zone = WEEKLY.company_zone
    names = {unit.id: unit.name for unit in record.units}
    some = {unit_id: state for unit_id, state in states.items() if unit_id != NORTH_TEAM}
    found: dict[str, Any] = {
        "digest": digest_message(session, digests.Owed("", record.weeks[-1], reader)),
        "home": home_view.home_view(kept, Units(record, states, names), zone=zone, k=5, done=None),
        "copy": own_data_view.copy_message(kept, Diary(), default_bank(), zone=zone),
        "preview": preview_view.preview(
            reader, preview_view.shown_to_manager(session, replace(reader, unit_id=MILLS)), k=5
        ),
    }
    for place, question in enumerate(_questions(record)):
        comments = results.comments(session, frozenset(names))
        told = answer(question, record=record, states=some, themes=results.themes(comments), comments=comments)
        asked = Asked(told, record.units, record, comments, allowed=True)
        found[f"answer {place} {question.intent.value}"] = answer_view.answer_message(asked, say)
    return found


def _questions(record: Record) -> list[Question]:
    """Of every kind, about units by their names and about none."""
    names = record.names
    one = {"units": (MILLS,), "unit_names": (names[MILLS],)}
    two = {"units": (NORTH_TEAM, "quay/west"), "unit_names": (names[NORTH_TEAM], names["quay/west"])}
    return [
        Question(Intent.LEVEL, (Stage.TRUST,), **one),
        Question(Intent.TREND, (Stage.TRUST, Stage.OVERLAY), **two),
        Question(Intent.COMPARE, (Stage.TRUST,), compare=Against.UNITS, **two),
        Question(Intent.RANK, (Stage.FRICTION,)),
        Question(Intent.CHANGE),
        Question(Intent.THEMES, **one),
        Question(Intent.QUOTES),
        Question(Intent.CYCLE),
        Question(Intent.PARTICIPATION, **two),
        Question(Intent.UNCLEAR, unsure=(Question(Intent.LEVEL, (Stage.TRUST,), **one),)),
    ]


# Comments ---------------------------------------------------------------------------------------------------


def comments(hostiles: Sequence[str], found: Findings, *, number: int) -> None:
    """Let people answer with hostile comments, and count: every ballot, every comment, and how each is shown."""
    for start in range(0, len(hostiles), number):
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{folder}/comments.db")
            migrate(database)
            with found.crashes("a round of comments"):
                _one_round(database, hostiles[start : start + number], found)
            database.close()


def _one_round(database: Database, hostiles: Sequence[str], found: Findings) -> None:
    master = MasterKey(secrets.token_bytes(32))
    reps = [f"rep{place}@quay.example" for place in range(len(hostiles))]
    rows = "".join(f"{rep},Rep {place},,Quay / Team {place % 2},rep\n" for place, rep in enumerate(reps))
    with database.work() as session:
        text = f"email,name,manager,unit,roles\n{rows}"
        enrolment.apply(session, roster.read_roster(text), actor="test", now=NOW)
        session.execute(update(PersonRow).values(slack_id=PersonRow.id))
        opened = rounds.open_round(
            session, schedule=WEEKLY, bank=default_bank(), master=master, smallest_group=5, now=NOW
        )
    assert opened is not None
    with database.read() as session:
        people = {person.email: person for person in directory.people(session)}
        pulses = [rounds.pulse_of(session, people[rep], round_id=opened.id, now=NOW) for rep in reps]
    given = dict.fromkeys(opened.item_ids, 3.0)
    for rep, pulse, said in zip(reps, pulses, hostiles, strict=True):
        found.tried["comments"] += 1
        with found.crashes(said):
            answering.put_ballot(
                database, master.serving(), people[rep], pulse, answers=given, comment=said, quotable=True
            )
    close(database, master, opened)
    _look_at_comments(database, hostiles, found)


def _look_at_comments(database: Database, hostiles: Sequence[str], found: Findings) -> None:
    with database.read() as session:
        counted = session.scalar(select(func.sum(GroupRow.answered))) or 0
        kept = list(session.scalars(select(CommentRow.text)))
        released = results.comments(session, frozenset(unit.id for unit in directory.units(session)))
    if counted != len(hostiles):
        found.note("lost", f"{len(hostiles) - counted} of {len(hostiles)} ballots")
    said = sum(any(sign in "\n\t" or sign.isprintable() for sign in text) and bool(text) for text in hostiles)
    if len(kept) < said:
        found.note("lost", f"{said - len(kept)} of {said} comments")
    for text in kept:
        block = quote(text)
        for fault in faults(block):
            found.note("live or disturbing", f"quotation: {fault}")
    for theme in results.themes(released):
        line = {"text": theme_line(theme.name, theme.area, theme.size, words("en"))}
        for fault in faults(line):
            found.note("live or disturbing", f"theme: {fault} in {theme.name!a}")


# Questions --------------------------------------------------------------------------------------------------


def questions(database: Database, hostiles: Sequence[str], found: Findings) -> None:
    """Ask hostile questions, and let sensible ones have hostile ends."""
    with database.read() as session:
        leader = replace(directory.by_email(session, "chief@quay.example"), leads=frozenset({"quay"}))
        for place, text in enumerate(hostiles):
            asked_text = text if place % 2 else f"how is trust in {text[:300]}"
            found.tried["questions"] += 1
            with found.crashes(asked_text):
                asked = asking.ask(session, leader, asked_text, now=NOW, company_zone="Europe/London")
                payload = answer_view.answer_message(asked, words("de" if place % 3 == 0 else "en"))
                for fault in faults(_without_picture(payload)):
                    found.note("live or disturbing", f"answer: {fault} from {asked_text!a}")


# The roster and the terminal --------------------------------------------------------------------------------


def rosters(database: Database, hostiles: Sequence[str], found: Findings) -> None:
    """Import files with hostile cells, and read what the terminal is told about them and the audit log's lines."""
    for place, text in enumerate(hostiles):
        column = place % 4
        cells = ["kim@quay.example", "Kim Lund", "", "Quay / R&D North", "rep"]
        at = (0, 1, 3, 4)[column]
        cells[at] = text if at != 3 else f"Quay / {text}"
        found.tried["cells of a roster"] += 1
        with found.crashes(text), contextlib.redirect_stdout(io.StringIO()) as terminal:
            _import(database, cells)
        shown = terminal.getvalue()
        if wrong := disturbing(shown):
            found.note("live on a terminal", f"{wrong} from {text!a}")


def _import(database: Database, cells: Sequence[str]) -> None:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(roster.COLUMNS)
    writer.writerow(cells)
    try:
        people = roster.read_roster(file.getvalue())
    except OrgpulseError as problem:
        print(problem)
        return
    with database.work() as session:
        changes = enrolment.preview(session, people)
        _show(changes, changes.joined, changes.changed)
        enrolment.apply(session, people, actor="command line (kim)", now=NOW)
        for entry in audit.entries(session)[-3:]:
            print(audit_command._line(entry, WEEKLY.company_zone))
        for person in directory.people(session):
            print(f"{person.email} {person.name}")
        session.rollback()


# The attack -------------------------------------------------------------------------------------------------


def attack(effort: Effort, progress: Progress) -> Outcome:
    """Send every text through everything, and the same through what does not care."""
    dice = random.Random(20260322)  # noqa: S311
    hostiles = list(hostile(dice, TEXTS[effort]))
    found = Findings()
    with company() as database:
        steps: list[Callable[[], None]] = [
            lambda: rosters(database, hostiles[:: EVERY[effort]], found),
            lambda: questions(database, hostiles, found),
            lambda: comments(hostiles[:: EVERY[effort]], found, number=ANSWERING[effort]),
            lambda: names_of_units(database, hostiles[:: EVERY[effort]], found, pictures=PICTURES_EVERY[effort]),
        ]
        for place, step in enumerate(steps):
            step()
            progress((place + 1) / len(steps))
    return Outcome(found.told(), not found.seen, careless(hostiles))


def careless(hostiles: Sequence[str]) -> str:
    """What would be live of the same texts if only Slack's three control characters were escaped."""

    def escaped(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def live(text: str) -> bool:
        around = f"*{escaped(text)}*: 3.4"
        return bool(faults({"text": around})) or [styles for styles, _ in drawn(around)] != [{"*"}, set()]

    number = sum(live(text) for text in hostiles)
    return f"with only < > & escaped, {number} of {len(hostiles)} would be live or disturb what stands around them"


ATTACKS = [
    Attack(
        "texts that try to come alive, through everything people can write",
        "0 live, 0 crashes, 0 lost answers",
        attack,
    )
]
