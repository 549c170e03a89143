"""Comments with planted themes, and how well themes are found again."""

import re
import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer

from analysis.synthetic.comments import sentences
from analysis.themes import Comment, Theme

MONDAY = date(2026, 6, 1)
OUTSIDE = "nothing"
# Subjects of the demo company that one reader would tell apart. Their sentences were written by another hand than
# the lexicon of subjects, though not unseen by it.
DEMO_SUBJECTS = (
    *("targets", "trust", "candor", "overlay", "friction", "customer"),
    *("migration", "pricing", "travel", "onboarding"),
)
Bank = dict[str, list[str]]


def topics() -> tuple[Bank, Bank]:
    """Sentences by topic, and what fills their slots."""
    data = tomllib.loads((Path(__file__).parent / "topics.toml").read_text(encoding="utf-8"))
    return data["topics"], data["slots"]


def demo_subjects() -> tuple[Bank, Bank]:
    bank = sentences()
    chosen = {subject: [*bank[subject]["worse"], *bank[subject]["better"]] for subject in DEMO_SUBJECTS}
    chosen[OUTSIDE] = [*bank["general"]["worse"], *bank["general"]["better"]]
    return chosen, bank["fill"]


def draw(
    source: tuple[Bank, Bank], number: int, themes: int, seed: int, *, outside: float = 0.1, weeks: int = 8
) -> tuple[list[Comment], list[str]]:
    """Comments and their topics; a tenth are about nothing."""
    bank, slots = source
    generator = np.random.default_rng(seed)
    names = [name for name in bank if name != OUTSIDE]
    chosen = generator.choice(names, themes, replace=False)
    comments, labels = [], []
    for index in range(number):
        label = OUTSIDE if generator.random() < outside else str(generator.choice(chosen))
        text = str(generator.choice(bank[label]))
        text = re.sub(r"\{(\w+)\}", lambda slot: str(generator.choice(slots[slot[1]])), text).strip()
        comments.append(Comment(text, MONDAY + timedelta(weeks=index * weeks // number), "emea"))
        labels.append(label)
    return comments, labels


def accuracy(labels: Sequence[str], found: Sequence[int]) -> float:
    """Share of the comments about something whose theme, matched one to one, is their topic."""
    kept = [(label, theme) for label, theme in zip(labels, found, strict=True) if label != OUTSIDE]
    rows = sorted({label for label, _ in kept})
    columns = sorted({theme for _, theme in kept} - {-1})
    if not columns:
        return 0.0
    table = np.array([[sum(pair == (row, column) for pair in kept) for column in columns] for row in rows])
    matched = linear_sum_assignment(-table)
    return float(table[matched].sum() / len(kept))


def members(themes: Sequence[Theme], number: int) -> list[int]:
    """For each comment the number of its theme, -1 for none."""
    found = [-1] * number
    for place, theme in enumerate(themes):
        for index in theme.members:
            found[index] = place
    return found


def baseline(comments: Sequence[Comment], themes: int) -> list[int]:
    """TF-IDF of words and k-means, given the true number of themes."""
    points = TfidfVectorizer(stop_words="english").fit_transform([comment.text for comment in comments])
    return [int(label) for label in KMeans(themes, n_init=3, random_state=0).fit_predict(points)]
