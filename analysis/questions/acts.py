"""Something that was done, as a bound of the weeks asked about: "before the reorg", "seit der Schulung"."""

from dataclasses import dataclass

from analysis.questions.lexicon import acts
from analysis.questions.question import Side
from analysis.questions.words import Words

ACTION = "ACTION"
# Words in the name of an action: our choice ("new CRM migration" has three).
MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Act:
    """An action by the asker's words, and the side of it asked about; None for both sides, compared."""

    words: str
    side: Side | None


def may_bound(words: Words) -> bool:
    """Whether any word is there that could lead to an action."""
    return any(word.mark is None and word.text in acts().leads for word in words.items)


def find_act(words: Words) -> Act | None:
    """Read and mark the first action that bounds the weeks, once times and units are marked."""
    known = acts()
    texts = [word.text for word in words.items]
    for place, text in enumerate(texts):
        side = known.leads.get(text)
        if side is None or not words.free(place, place + 1):
            continue
        start = place + 1
        while start < len(texts) and texts[start] in known.articles:
            start += 1
        named = start > place + 1
        end = start
        while (
            end < min(len(texts), start + MOST_WORDS)
            and texts[end] not in known.stops
            and words.free(end, end + 1)
        ):
            end += 1
        noun = texts[end - 1] if end > start else ""
        if not noun or noun in known.never or not (named or noun in known.nouns):
            continue
        # "Before and after the reorg", "before vs after": both sides.
        before = [known.leads[other] for other in texts[max(0, place - 2) : place] if other in known.leads]
        words.mark(start, end, f"{ACTION}:{start}")
        both = any(other is not side for other in before)
        return Act(" ".join(texts[start:end]), None if both else side)
    return None
