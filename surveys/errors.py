"""What can go wrong in ways that a person can mend.

A subclass's docstring is what the user reads: it says what happened and what to do next. `{names}` in it are
filled from the keyword arguments.
"""

from inspect import cleandoc


class OrgpulseError(Exception):
    """Something went wrong. Please try again; if it happens again, tell your Orgpulse admin."""

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(cleandoc(type(self).__doc__ or "").format(**details))


class RoundIsClosed(OrgpulseError):
    """This pulse has closed. Your next one comes next week."""


class NotInvited(OrgpulseError):
    """This pulse was not sent to you, so there is nothing to answer. Ask your Orgpulse admin if that is wrong."""


class NotAllowed(OrgpulseError):
    """You can ask about the units you lead and the ones below them. Your Orgpulse admin can change that."""


class UnknownPerson(OrgpulseError):
    """Nobody with the email {email} is known. Import people first: orgpulse people import people.csv"""


class NothingToImport(OrgpulseError):
    """{problems}

    Nothing was imported. Correct these lines and run the same command again.
    """


class BadQuestionBank(OrgpulseError):
    """{problems}"""


class ItemMeaningChanged(OrgpulseError):
    """{changes}
    Answers from before and after would be added up as if they were to one question. Give the new meaning an id of
    its own, and put the old wording back or take the old item out.
    """


class ItemStillAsked(OrgpulseError):
    """A pulse that is not counted yet asks {items}, which no item file has any more. Put it back into
    question_packs until that pulse has closed; then it can go.
    """


class NoMasterKey(OrgpulseError):
    """There is no master key. Run: orgpulse keys init  (it writes {path}), or set ORGPULSE_MASTER_KEY."""


class BadMasterKey(OrgpulseError):
    """The master key in {path} is not 32 bytes in base64. Restore it from your backup, or run orgpulse keys init
    in an empty installation; open rounds cannot be counted without the key they were sealed under.
    """


class DatabaseIsBehind(OrgpulseError):
    """The database is at revision {found}, this version needs {needed}. Run: orgpulse migrate"""


class SqliteTooOld(OrgpulseError):
    """SQLite {found} is too old; Orgpulse needs 3.35 or newer. Use a newer Python, or PostgreSQL."""


class SmallestGroupLowered(OrgpulseError):
    """smallest_group is {wanted}, but people were promised that figures are about {promised} or more. It can be
    raised and never lowered. Write smallest_group = {promised} or more into the settings.
    """


class KeyDoesNotFit(OrgpulseError):
    """The master key does not open {what}. If a rotation was interrupted, run it again: orgpulse keys rotate.
    Otherwise restore the key that was in use before; without it nothing that is sealed can be counted.
    """


class RoundStillOpen(OrgpulseError):
    """A round is open until {closes:%A %d %B, %H:%M} UTC, and its ballots can be found by the present key alone.
    Nothing was changed. Run the same command again after the round was counted.
    """


class NewKeyStillThere(OrgpulseError):
    """{path} still holds the key that is in use now. Keep a copy of it apart from the backups of the database,
    delete the file, and run the same command again.
    """


class KeyNotWritten(OrgpulseError):
    """{path} cannot be written: {problem}. Nothing was changed. Run the command as a user who may write there."""


class KeyNotReplaced(OrgpulseError):
    """The database is sealed under the new key in {new}, but that cannot take the place of {path}: {problem}.
    Put it there by hand before Orgpulse starts again; without it nothing that is sealed can be counted.
    """
