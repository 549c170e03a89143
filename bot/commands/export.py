"""`orgpulse export`: the page of a unit as a file."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from bot.database import opened
from bot.settings import Settings
from handlers.exports.page import export_page
from handlers.words import FALLBACK, words
from surveys import exports
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act, may

ENDINGS = (".pdf", ".png")


class WrongEnding(OrgpulseError):
    """{file} is neither a PDF nor a PNG. Give it an ending that says which: .pdf or .png."""


class MayNotExport(OrgpulseError):
    """{email} leads no unit, so there is no page for them. Name a manager or a leader with --as."""


class FileNotWritten(OrgpulseError):
    """{file} could not be written: {reason}. Choose a folder that is there and that you may write to."""


def write_page(settings: Settings, unit_name: str, file: Path, *, email: str | None) -> None:
    """Write the newest release of a unit as one page.

    Args:
        settings: where the database is.
        unit_name: a name or a path.
        file: where to write; its ending says what.
        email: within whose rights and in whose language; in English for the operator when None.

    Raises:
        WrongEnding: before anything is read.
        UnknownPerson: nobody has that email.
        MayNotExport: they lead nothing.
        NoUnitToExport: no unit that they may see has that name.
        UnitIsAmbiguous: several have.
        NothingToExport: nothing was released about it yet.
        FileNotWritten: the system did not let us.
    """
    if file.suffix.lower() not in ENDINGS:
        raise WrongEnding(file=file)
    with opened(settings) as database, database.read() as session:
        person = _reader(session, email) if email else None
        unit = exports.unit_called(session, unit_name, person=person)
        page = export_page(session, unit, say=words(person.language if person else FALLBACK))
    made = page.pdf() if file.suffix.lower() == ".pdf" else page.picture().png
    try:
        file.write_bytes(made)
    except OSError as problem:
        raise FileNotWritten(file=file, reason=problem.strerror) from problem
    click.echo(f"{page.title}: written to {file}")
    if page.legend:
        click.echo(page.legend)


def _reader(session: Session, email: str) -> Person:
    person = directory.by_email(session, email)
    if not may(person, Act.EXPORT):
        raise MayNotExport(email=email)
    return person
