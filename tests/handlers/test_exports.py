"""A page for a slide: the digest's figures, for whoever leads the unit, through Slack and at the machine."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from matplotlib.text import Text
from PIL import Image

from analysis.figures import Record, Sums
from analysis.stages import Stage
from bot.demo.story import deliver
from bot.main import cli
from handlers.exports.page import Page, export_page, page_figures
from handlers.ids import COMMAND
from handlers.showing.figures import newest
from handlers.showing.pictures import style
from handlers.showing.pictures.style import SCALE, SMALL
from handlers.words import COMPLETE, LANGUAGES, words
from surveys import exports, outbox, results
from surveys.exports import NothingToExport, NoUnitToExport, UnitIsAmbiguous
from surveys.people import directory, enrolment, roster
from surveys.people.directory import Person
from surveys.storage.database import Database
from tests.handlers.office import Office, words_of
from tests.handlers.synthetic_states import LAST, record
from tests.handlers.test_digests import digests

NORTH = "quay/r-d-north"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def page_of(office: Office, unit_id: str, language: str = "en", **options: object) -> Page:
    with office.bot.database.read() as session:
        unit = next(unit for unit in directory.units(session) if unit.id == unit_id)
        return export_page(session, unit, say=words(language), **options)  # type: ignore[arg-type]


def texts(page: Page) -> list[Text]:
    page.picture()
    return [text for text in page.card.figure.findobj(Text) if text.get_text()]


def said(page: Page) -> str:
    return "\n".join(text.get_text() for text in texts(page))


def type_export(office: Office, name: str, unit: str = "") -> dict[str, object]:
    before = {m["ts"] for m in office.messages(name)}
    ack = office.sandbox.command(office.id(name), office.channel("general"), COMMAND, f"export {unit}".strip())
    assert ack.ok, ack.error
    return office.new_message(name, office.dm(name), before)


# The page -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit_id", ["quay", NORTH, "quay/south"])
def test_page_is_for_a_slide_and_nothing_lies_over_anything(seasoned: Office, unit_id: str, language: str) -> None:
    page = page_of(seasoned, unit_id, language)
    assert Image.open(io.BytesIO(page.picture().png)).size == (1920, 1080)
    found = texts(page)
    assert min(text.get_fontsize() for text in found) >= SMALL
    assert not any(text.get_text().endswith("…") for text in found)
    boxes = [(text.get_text(), text.get_window_extent().padded(-1.5 * SCALE)) for text in found]
    assert [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if one.overlaps(other)] == []
    sheet = page.card.figure.bbox
    assert all(sheet.x0 < box.x0 and box.x1 < sheet.x1 and sheet.y0 < box.y0 for _, box in boxes)


def test_page_says_the_figures_of_the_digest(seasoned: Office) -> None:
    page, digest = page_of(seasoned, NORTH), words_of(digests(seasoned, "nora")[-1])
    told = said(page)
    for part in (
        "R&D North, week of 20 Apr",
        "Moved more than noise",
        "Overlay hours",
        "(n 6)",
        "everybody answered",
    ):
        assert part in told
        assert part in digest.replace("&amp;", "&")
    # The state and each measure in the digest's own words.
    assert page.states[0] in digest
    for figure in ("5.5 h more", "of 5"):
        assert (figure in told) == (figure in digest)
    assert "groups of 5 people or more" in told
    assert "average " in told
    # The description begins with what matters, for Slack cuts it.
    assert page.alt.startswith(f"R&D North, week of 20 Apr. {page.states[0]}. Overlay hours: ")


def test_page_of_an_earlier_release_knows_nothing_of_later_ones(seasoned: Office) -> None:
    with seasoned.bot.database.read() as session:
        first = results.whole_record(session).weeks[0]
    told = said(page_of(seasoned, NORTH, week=first))
    assert "week of 2 Mar" in told
    assert "more than noise" not in told.lower()


def test_page_of_a_unit_above_teams_names_their_states(seasoned: Office) -> None:
    told = said(page_of(seasoned, "quay"))
    assert "R&D North: " in told
    assert "South: " in told


def test_the_same_release_gives_the_same_bytes(seasoned: Office) -> None:
    one, other = page_of(seasoned, NORTH), page_of(seasoned, NORTH)
    assert one.picture().png == other.picture().png
    assert one.pdf() == other.pdf()
    assert one.pdf().startswith(b"%PDF")


def test_intervals_tell_nothing_of_other_units() -> None:
    here = record()
    there = Record(
        here.units,
        [
            replace(figure, level=Sums.of([1, 5, 1, 5, 1, 5])) if figure.units == {"quay/south"} else figure
            for figure in here.figures
        ],
        here.turnouts,
    )
    assert page_figures(here, "quay/south") != page_figures(there, "quay/south")
    assert page_figures(here, NORTH) == page_figures(there, NORTH)
    # Over both units at once it would show.
    assert newest(here, NORTH, Stage.TRUST, week=LAST) != newest(there, NORTH, Stage.TRUST, week=LAST)


# In Slack -------------------------------------------------------------------------------------------------


def test_manager_gets_the_page_of_their_team_and_nobody_else_does(seasoned: Office) -> None:
    general = len(seasoned.messages("nora", seasoned.channel("general")))
    message = type_export(seasoned, "nora")
    image = next(block for block in message["blocks"] if block["type"] == "image")  # type: ignore[attr-defined]
    assert "Overlay hours" in image["alt_text"]
    assert image["slack_file"]["id"].startswith("F")
    told = words_of(message)
    assert "R&amp;D North, week of" in told
    assert "(n 6), average" in message["blocks"][0]["text"]["text"]  # type: ignore[index]
    deliver(seasoned.bot)
    for name in ("sam", "chief", "ada", "north1"):
        assert all(image["alt_text"] not in words_of(one) for one in seasoned.messages(name))
    assert len(seasoned.messages("nora", seasoned.channel("general"))) == general


def test_leader_gets_the_page_of_any_unit_below(seasoned: Office) -> None:
    assert "South, week of" in words_of(type_export(seasoned, "chief", "south"))
    assert "R&amp;D North, week of" in words_of(type_export(seasoned, "chief", "Quay / r&amp;d  north"))


def test_a_unit_of_others_is_as_unknown_as_one_that_is_not_there(seasoned: Office) -> None:
    for name in ("South", "Quay", "Atlantis"):
        told = words_of(type_export(seasoned, "nora", name))
        assert f"is called {name}" in told
        assert "There are: R&amp;D North." in told


@pytest.mark.parametrize("name", ["north1", "ada", "stranger"])
def test_whoever_leads_nothing_gets_no_page(seasoned: Office, name: str) -> None:
    before = len(seasoned.sandbox.calls.of("files.getUploadURLExternal"))
    ack = seasoned.sandbox.command(seasoned.id(name), seasoned.dm(name), COMMAND, "export South")
    assert ack.ok
    deliver(seasoned.bot)
    assert len(seasoned.sandbox.calls.of("files.getUploadURLExternal")) == before
    with seasoned.bot.database.read() as session:
        assert not [place for place in outbox.places(session, "export:") if place.recipient == seasoned.id(name)]


def test_before_the_first_release_there_is_no_page(office: Office) -> None:
    assert "Nothing has been released about Quay yet" in words_of(type_export(office, "chief"))


# Which unit -----------------------------------------------------------------------------------------------


def test_units_are_found_by_name_and_by_path_within_rights(database: Database) -> None:
    lines = [
        "email,name,manager,unit,roles",
        "boss@a.example,B,,A,leader",
        "m@a.example,M,,A / East / Sales,manager",
        "r@a.example,R,,A / West / Sales,rep",
    ]
    with database.work() as session:
        enrolment.apply(session, roster.read_roster("\n".join(lines)), actor="test", now=NOW)
    with database.read() as session:

        def called(name: str, person: Person | None) -> str:
            return exports.unit_called(session, name, person=person).id

        boss, manager = (directory.by_email(session, f"{name}@a.example") for name in ("boss", "m"))
        assert called("", boss) == "a"
        assert called("", manager) == called("sales", manager) == "a/east/sales"
        assert called("a/west/SALES", boss) == called("A / West / Sales", None) == "a/west/sales"
        with pytest.raises(UnitIsAmbiguous, match="A / East / Sales"):
            called("Sales", boss)
        for name, person in (("West", manager), ("", None), ("Nowhere", boss)):
            with pytest.raises(NoUnitToExport):
                called(name, person)
        with pytest.raises(NothingToExport, match="about A yet"):
            export_page(session, directory.units(session)[0], say=words("en"))


# At the machine -------------------------------------------------------------------------------------------


def run(office: Office, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["export", *arguments, "--database", str(office.bot.settings.database)])


@pytest.mark.parametrize(("ending", "begins"), [("pdf", b"%PDF"), ("PNG", b"\x89PNG")])
def test_operator_writes_a_file(seasoned: Office, tmp_path: Path, ending: str, begins: bytes) -> None:
    file = tmp_path / f"page.{ending}"
    result = run(seasoned, "South", str(file), "--as", "chief@quay.example")
    assert result.exit_code == 0, result.output
    assert "South, week of 20 Apr: written to" in result.output
    assert file.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("Atlantis", "a.pdf"), "is called Atlantis. There are: Quay, R&D North, South."),
        (("South", "a.pdf", "--as", "nora@quay.example"), "There are: R&D North."),
        (("South", "a.pdf", "--as", "north1@quay.example"), "north1@quay.example leads no unit"),
        (("South", "a.pdf", "--as", "nobody@quay.example"), "Nobody with the email"),
        (("South", "a.xlsx"), "neither a PDF nor a PNG"),
        (("South", "nowhere/a.pdf"), "could not be written"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    seasoned: Office, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    unit, name, *more = arguments
    result = run(seasoned, unit, str(tmp_path / name), *more)
    assert told in str(result.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", COMPLETE)
def test_refusals_are_told_in_the_readers_language(language: str) -> None:
    for problem in (
        NoUnitToExport(name="A", units="B"),
        UnitIsAmbiguous(name="A", path="B"),
        NothingToExport(unit="A"),
    ):
        text = words(language)(f"error.{type(problem).__name__}", **problem.details)
        assert "A" in text
        assert language != "en" or text == str(problem)


# Names in letters that are not there ----------------------------------------------------------------------


def test_a_team_that_cannot_be_drawn_is_numbered_and_told_beside_the_page(
    seasoned: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(style, "_drawn", lambda sign: chr(sign) not in "South")
    page = page_of(seasoned, "quay")
    assert page.legend.endswith("#3: South")
    assert "South" not in said(page)
    assert "South" in page.alt
