"""What people could type to make something of ours come alive, break or disappear."""

from __future__ import annotations

import random
from collections.abc import Iterator

# By what they try. What stands alone here is combined below.
FAMILIES: dict[str, tuple[str, ...]] = {
    "mention": (
        *("<@U0SBX0001>", "<@U1|boss>", "<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1|all>"),
        *("@here", "@channel", "@everyone", "<#C1|general>", "#general", "<@W1"),
    ),
    "link": (
        *(
            "<http://evil.example|pay>",
            "[pay](http://evil.example)",
            "http://evil.example/a?b=c&d",
            "www.evil.example",
        ),
        *(
            "<mailto:a@evil.example|me>",
            "javascript:alert(1)",
            "<javascript:alert(1)|x>",
            "slack://open",
            "//evil.example",
        ),
        *("<!date^1392734382^{date}^http://evil.example|d>", "<tel:+49301234|call>", "evil.example"),
    ),
    "formatting": (
        *(
            "*bold*",
            "_it_",
            "~gone~",
            "`code`",
            "```fence```",
            "> quote",
            "&gt; quote",
            ">>> all",
            "*_~`nested`~_*",
        ),
        *("1. one\n2. two", "- item", "• item", "***", "__", "* *", "*", "_", "~", "`", "``", "```"),
    ),
    "emoji": (
        ":fire:",
        ":+1::skin-tone-2:",
        ":white_check_mark:",
        ":flag-de:",
        ":a:b:c:",
        "🔥",
        ":)",
        ":-1:",
        "::",
    ),
    "blocks": (
        *(
            '{"type":"section","text":{"type":"mrkdwn","text":"<!channel>"}}',
            '"}]}',
            '\\"',
            "\\",
            "\\n",
            "\\u003c!here>",
        ),
        *('[{"type":"image","image_url":"http://evil.example/x.png","alt_text":"x"}]', "null", "true"),
    ),
    "control": (
        *(
            "\x07",
            "\x08\x08\x08",
            "\x7f",
            "\x1b[31mred\x1b[0m",
            "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07",
            "\x9b31m",
        ),
        *(
            "\r",
            "\r\nSet-Cookie: a=b",
            "\x1b[2J",
            "\x00",
            "a\x00b",
            "\x0b\x0c",
            "\x85",
            "\u2028",
            "\u2029",
            "\ufff9x\ufffby",
        ),
    ),
    "bidi": (
        "\u202e",
        "\u202dabc\u202c",
        "\u2066x\u2069",
        "\u2067",
        "\u2068\u2068\u2068",
        "\u200f",
        "\u061c",
        "\u2069\u2069",
    ),
    "invisible": (
        "\u200b",
        "\u200d",
        "\u200c\u200c",
        "\ufeff",
        "\u2060",
        "\u00ad",
        "\u3164",
        "\u2800",
        "\U000e0041",
        "\ufe0f",
    ),
    "marks": ("Z\u0337\u0336\u0335" * 4, "a" + "\u0301" * 300, "\u0489" * 40, "\u0e49" * 60, "ก" + "\u0e49" * 30),
    "from the right": ("محمد", "שלום", "שלום 123 abc", "علی\u200cرضا", "ܐܪܡܝܐ", "א*ב*ג"),
    "surrogates": ("\ud800", "\udfff\ud800", "x\udc00y"),
    "four bytes": (
        "𝕳𝖊𝖑𝖑𝖔",
        "👩\u200d👩\u200d👧\u200d👦",
        "\U0010ffff",
        "🏴\U000e0067\U000e0062\U000e007f",
        "𠜎𠜱",
    ),
    "long": ("x" * 1000, "W" * 255, "<" * 400, "&" * 400, "*" * 400, "ab " * 400, "é" * 700, "\U0001f525" * 250),
    "empty": ("", " ", "\t", "\n\n", "\u3000", "\u00a0", "\u2003"),
    "sql": ("'; DROP TABLE ballot; --", '" OR ""="', "%' ESCAPE '!", "1); DELETE FROM person", "\\'"),
    "html": (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "&lt;b&gt;",
        "&amp;lt;",
        "</span>",
        "<!--",
    ),
    "spreadsheet": (
        '=HYPERLINK("http://evil.example")',
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "a,b;c",
        '"',
        '""',
    ),
    "templates": (
        *(
            "{}",
            "{0}",
            "{k}",
            "{unit}",
            "{0.__class__}",
            "%s%n",
            "%(unit)s",
            "${jndi:ldap://x}",
            "{{7*7}}",
            "$x^2$",
            "$",
        ),
        *("{", "}", "{stage!r:>9999999}"),
    ),
    "paths": ("../../etc/passwd", "C:\\con", "/dev/null", "file:///etc/passwd", "a / b / c", "/", " / "),
    "words": ("approvals", "North", "EMEA", "R&D", "deal desk", "Straße", "日本", "Nguyễn", "İstanbul", "co-op"),
}
EVERYTHING = tuple(piece for family in FAMILIES.values() for piece in family)
_BETWEEN = ("", "", " ", " ", "\n", "*", "_", "&", "|", "\u200b", ", ")


def hostile(dice: random.Random, number: int) -> Iterator[str]:
    """So many texts: first each piece by itself, then two to four together, some inside others."""
    yield from EVERYTHING[:number]
    for _ in range(number - len(EVERYTHING)):
        pieces = [dice.choice(EVERYTHING) for _ in range(dice.choice((2, 2, 3, 4)))]
        text = pieces[0]
        for piece in pieces[1:]:
            at = dice.choice((0, len(text), len(text), dice.randrange(len(text) + 1)))
            text = text[:at] + dice.choice(_BETWEEN) + piece + text[at:]
        yield text[: dice.choice((60, 200, 1200, 4000))]
