"""How many of the labelled questions are read right: of the part built on, and of the part held out."""

from rich.table import Table

from tests.analysis.question_set import PARTS, Labelled, accuracy, building, held_out

HEADS = {"confident and wrong": "answered, and wrong"}


def table() -> Table:
    """Shares of the questions whose intent, measures, units and times are right, and all of them at once."""
    shown = Table(title="Questions in plain words read right (tests/analysis/questions.txt)")
    shown.add_column("part")
    for head in ("n", *(HEADS.get(part, part) for part in PARTS)):
        shown.add_column(head, justify="right")
    rows: list[tuple[str, list[Labelled]]] = [("building", building()), ("held out", held_out())]
    rows.append(("held out, English", [item for item in held_out() if not german(item.text)]))
    rows.append(("held out, German", [item for item in held_out() if german(item.text)]))
    for name, items in rows:
        shares = accuracy(items)
        shown.add_row(name, str(len(items)), *(f"{shares[part]:.1%}" for part in PARTS))
    return shown


def german(text: str) -> bool:
    """Whether a question is in German, by words that English has not."""
    words = set(text.lower().replace("?", " ").replace(",", " ").split())
    return bool(words & _GERMAN) or any(letter in text.lower() for letter in "äöüß")


# Words that tell a German question from an English one.
_GERMAN = frozenset(
    [
        "ist",
        "sind",
        "die",
        "der",
        "das",
        "dem",
        "den",
        "wie",
        "wer",
        "wo",
        "warum",
        "wieso",
        "worüber",
        "welche",
        "welcher",
        "welches",
        "hat",
        "haben",
        "mein",
        "meine",
        "meinem",
        "meinen",
        "wird",
        "werden",
        "und",
        "ein",
        "eine",
        "im",
        "zum",
        "zur",
        "aus",
        "hilfe",
        "wir",
        "uns",
        "kann",
        "gibt",
        "gib",
        "vertrauen",
        "reibung",
        "zitate",
        "wann",
    ]
)
