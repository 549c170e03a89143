"""What people wrote, names and comments alike, as it can be read: nothing hidden in it, nothing that spills over.

What formatting is where it is shown (`*bold*`, `<@U1>`, a formula) is left to whoever shows it.
"""

import unicodedata

# Unicode categories of what is not seen: control, format (marks of direction, empty joiners), halves of surrogate
# pairs, private use.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})
# Letters and signs by category, and blank all the same: fillers of Hangul, the empty Braille cell.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# The joiners that make one emoji of several, and letters of Persian and Indian scripts what they are.
_JOINERS = frozenset("\u200c\u200d")
_LINE_ENDS = frozenset("\n\v\f\x85\u2028\u2029")
# Marks above and below one letter; no language needs more (Hebrew with vowels and accents has three), and floods
# of them cover the lines around.
MOST_MARKS = 4


def legible(text: str) -> str:
    """Text without what nobody sees, lines kept; empty when there was nothing to see."""
    kept: list[str] = []
    marks = 0
    for sign in text:
        category = unicodedata.category(sign)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if sign in _LINE_ENDS:
            kept.append("\n")
        elif sign == "\t":
            kept.append(" ")
        elif marks <= MOST_MARKS and (sign in _JOINERS or category not in _HIDDEN) and sign not in _BLANK:
            kept.append(sign)
    found = "".join(kept)
    # Letters, numbers, punctuation and symbols; marks and joiners are nothing by themselves.
    return found if any(unicodedata.category(sign)[0] in "LNPS" for sign in found) else ""


def legible_name(text: str) -> str:
    """A name in one line, single spaces between its words."""
    return " ".join(legible(text).split())
