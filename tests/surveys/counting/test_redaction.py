"""What is taken out of a comment before it is released."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.synthetic.people import roster
from surveys.ballots.sealed import LONGEST_COMMENT
from surveys.counting.redaction import Redaction

# Name, and the part of their email before the "@".
PEOPLE = {
    "Hannah Kowalski": "hkowalski",
    "Ben Okafor": "bokafor",
    "Ada Marlow": "ada.marlow",
    "Li Wu": "li.wu",
    "Siobhan O'Brien": "sobrien",
    "Søren Dahl": "sdahl",
    "Zoë Martin": "zoe",
    "José Álvarez": "jose.alvarez",
    "Jürgen Müller": "j.mueller",
    "Anna-Lena Meyer-Schulz": "alms",
    "Priya Raman": "praman",
    "Thi Nguyen": "thi",
    "Björn Åkesson": "bjorn",
    "Łukasz Nowak": "lnowak",
    "Grace Kelly": "grace",
    "Frank Castle": "frank",
    "Mark King": "mark",
    "Will Young": "will",
    "Rose Summers": "rose",
    "Hope Banks": "sales",
    "May Long": "may",
    "Bill Price": "bill",
    "Thomas Weiß": "tweiss",
    "Peter Wolf": "pwolf",
    "Ernst Klein": "eklein",
    "Karin Sommer": "ksommer",
    "田中 太郎": "tanaka",
    "김민수": "minsu",
    "Ольга Иванова": "oivanova",
    "Anna de la Cruz": "acruz",
    "Jan van der Berg": "jvdb",
    "": "",
}
REDACT = Redaction(PEOPLE, [f"{handle}@harbour.example" for handle in PEOPLE.values()])
KEPT_AT_MOST = 4000  # what the table of comments holds
SENTENCES = Path(__file__).with_name("sentences_with_names.txt")
# Letters, digits, and single signs of scripts that put no space between words.
TOKEN = re.compile(r"[぀-ヿ一-鿿가-힯]|[^\W\d_぀-ヿ一-鿿가-힯]+|\d+")
TAKEN_OUT = re.compile(r"\[(?:name|email|link|number)\]")


@pytest.mark.parametrize(
    ("comment", "released"),
    [
        ("Ada Marlow moved my account", "[name] moved my account"),
        ("Ask Marlow, or Ben.", "Ask [name], or [name]."),
        ("Ben's rule, Okafor’s exception", "[name] rule, [name] exception"),
        ("hannahs and muellers and MARLOW", "[name] and [name] and [name]"),
        ("Dr. H. Kowalski and frau müller", "[name] and [name]"),
        ("Li Wu said so, li did not", "[name] said so, li did not"),
        ("Han\u200bnah, \uff28annah, Ha\u0337nnah", "[name], [name], [name]"),
        ("Adamant benefits", "Adamant benefits"),
        (
            "will we mark it? Will we? Mark the deal. Ask Will.",
            "will we mark it? Will we? Mark the deal. Ask [name].",
        ),
        ("mark king and rose", "[name] and rose"),
        ("der Prozess von der Leitung", "der Prozess von der Leitung"),
        ("<@U0123ABC> and @ada.marlow and <!channel>", "[name] and [name] and [name]"),
        ("write to ada+crm@harbour.example please", "write to [email] please"),
        ("see https://crm.example/deal?id=7 or www.harbour.example/x", "see [link] or [link]"),
        ("see <https://crm.example|the deal> and crm.quay.com/7", "see [link] and [link]"),
        ("call +49 (0)30 1234-5678 or 0171.2345678", "call [number] or [number]"),
        (
            "12 deals in 2026, 40% up, 3.5 hours, since 2026-03-01",
            "12 deals in 2026, 40% up, 3.5 hours, since 2026-03-01",
        ),
        ("[name] and [link] and [1]", "[name] and [link] and [1]"),
        ("", ""),
    ],
)
def test_whatever_points_at_somebody_is_replaced_by_a_word_in_brackets(comment: str, released: str) -> None:
    assert REDACT(comment) == released


def test_without_a_roster_only_pointers_are_taken_out() -> None:
    assert Redaction([])("Ada, @ada") == "Ada, [name]"


def test_a_name_is_never_read_as_a_pattern() -> None:
    assert Redaction(["A.a (Sales) [*"])("Aba, sales [*") == "Aba, sales [*"


def test_a_numbered_account_is_found_as_it_stands_and_leaves_the_word_alone() -> None:
    assert (
        Redaction(["North Rep7"])("rep7 or Rep 7, no rep of the north") == "[name] or Rep 7, no rep of the north"
    )


def test_role_addresses_take_no_word_out_of_a_comment() -> None:
    assert (
        Redaction(["Kim Lund"], ["sales@quay.example", "emea.lead@quay.example"])("sales in emea")
        == "sales in emea"
    )


def sentences() -> list[str]:
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def left_and_destroyed(redact: Redaction, sentence: str) -> tuple[list[str], list[str]]:
    """What points at somebody and is still there, and what does not and is gone; pointers stand in [[ ]]."""
    labelled = [
        (token, place % 2 == 1)
        for place, part in enumerate(re.split(r"\[\[(.*?)\]\]", sentence))
        for token in TOKEN.findall(part)
    ]
    released = redact(re.sub(r"\[\[(.*?)\]\]", r"\1", sentence))
    after = TOKEN.findall(TAKEN_OUT.sub(" ", released))
    matcher = SequenceMatcher(None, [token for token, _ in labelled], after, autojunk=False)
    alive = {block.a + at for block in matcher.get_matching_blocks() for at in range(block.size)}
    left = [token for at, (token, points) in enumerate(labelled) if points and at in alive]
    destroyed = [token for at, (token, points) in enumerate(labelled) if not points and at not in alive]
    return left, destroyed


def test_nobody_is_left_in_two_hundred_sentences() -> None:
    assert len(sentences()) > 200
    left = {sentence: found for sentence in sentences() if (found := left_and_destroyed(REDACT, sentence)[0])}
    assert left == {}


def test_of_two_hundred_sentences_only_what_could_be_a_name_is_destroyed() -> None:
    destroyed = [word for sentence in sentences() for word in left_and_destroyed(REDACT, sentence)[1]]
    # "Hope is not a strategy" begins with what could be a name; to be safe it goes.
    assert destroyed == ["Hope"]


def test_two_hundred_sentences_measure_something() -> None:
    careless = Redaction([])
    assert len([sentence for sentence in sentences() if left_and_destroyed(careless, sentence)[0]]) > 100


@pytest.mark.parametrize("written", [str, str.lower, str.upper, "{}s".format, "{}'s".format])
def test_everybody_of_a_roster_is_found_however_they_are_written(written: object) -> None:
    people = roster()
    redact = Redaction(person.name for person in people)
    parts = {part for person in people for part in person.name.split()}
    assert callable(written)
    left = [part for part in parts if redact(f"because {written(part)} wanted it") != "because [name] wanted it"]
    # A name that is a place or a word in lower case as well.
    assert set(left) <= {"Grace", "Georgia"}


PIECES = """
    Hannah hannahs Mark King will Will we the Dr. j. @ @x a@b.de b.com :// www. +49 0171 234567 - . , 's [name]
    [ ] < > | 田中 \u0337 \u200b / 2026-01-05
"""
COMMENTS = st.text(max_size=200) | st.lists(st.sampled_from([*PIECES.split(), " ", "\n"]), max_size=30).map(
    "".join
)


@given(
    st.text("@.X+7 <>:/a\n-", max_size=LONGEST_COMMENT)
    | st.sampled_from(["X ", "Li,", "@a "]).map(lambda t: t * 333)
)
def test_no_comment_grows_beyond_what_is_kept(comment: str) -> None:
    assert len(Redaction(["X", "a", "Li"])(comment)) <= KEPT_AT_MOST


@given(COMMENTS)
def test_redacting_again_changes_nothing(comment: str) -> None:
    once = REDACT(comment)
    assert REDACT(once) == once


# Written apart from those of the module, and wider.
EMAIL = re.compile(r"\w@\w+\.\w")
MENTION = re.compile(r"<[@#!][^>]*>|@\w")
LINK = re.compile(r"[a-zA-Z]://\S|\bwww\.\w|\b\w+\.(?:com|org|net|io|de)\b")
PHONE = re.compile(r"(?<!\w)\+?\d{8,}(?!\w)|(?<!\w)\+\d[\d \-]{6,}\d")


@given(COMMENTS)
def test_nothing_that_looks_like_an_address_or_a_number_survives(comment: str) -> None:
    released = REDACT(comment)
    for pattern in (EMAIL, MENTION, LINK, PHONE):
        assert not pattern.search(released), (pattern.pattern, released)
