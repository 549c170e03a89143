"""Text files that people hand to a command."""

from pathlib import Path

from surveys.errors import OrgpulseError


class NotUtf8(OrgpulseError):
    """{file} is not UTF-8 text. In a spreadsheet, save it as "CSV UTF-8"; nothing was read from it."""


def read_text(file: Path) -> str:
    """The text of a file, with or without a byte order mark; raises NotUtf8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise NotUtf8(file=file) from problem
