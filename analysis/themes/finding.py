"""Find themes in short comments."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from analysis.themes.concepts import area_of, mentions, stage_of
from analysis.themes.content import content
from analysis.themes.features import points, unit_rows
from analysis.themes.naming import MOST_WORDS, Phrases
from analysis.themes.theme import Comment, Theme, Trend

# Comments of one theme are nearer than this on average (cosine distance). On planted themes it finds 5, 10 and 17
# for 5, 8 and 10 in 40, 120 and 300 comments before small ones are left out, with accuracy .97, .99 and .96, where
# the best silhouette runs to its ceiling; at .9 accuracy is .87, and at 1.0 all is one theme.
FARTHEST = 0.8
# Fewer than three comments cannot be shown in any case; in many comments a theme has at least one in fifty.
SMALLEST = 3
SMALLEST_SHARE = 0.02
# One-sided 5% for "grew by more than chance", between the earlier and the later half of the weeks.
SURE = 1.645
LEAST_WEEKS_FOR_TREND = 4


def find_themes(comments: Sequence[Comment], *, seed: int = 0, most: int | None = None) -> list[Theme]:
    """Group comments that say something alike; how many groups is found and not given.

    Features are TF-IDF of letters and words, reduced, beside the known subjects of `concepts.toml`; groups
    are those of average linkage below a fixed cosine distance. Comments without content, and those near to
    nothing else, belong to no theme. The same comments and seed give the same themes.

    Args:
        comments: any number, in any order.
        seed: of the decomposition.
        most: at most so many themes, the largest; None for all.

    Returns:
        Themes, the largest first. Which may be shown is for `shown` to say.
    """
    usable = [index for index, comment in enumerate(comments) if content(comment.text)]
    if len(usable) < SMALLEST:
        return []
    texts = [comments[index].text for index in usable]
    placed = points(texts, seed=seed)
    labels = _groups(placed)
    least = max(SMALLEST, round(SMALLEST_SHARE * len(usable)))
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    groups = sorted((group for group in groups if len(group) >= least), key=lambda group: (-len(group), group[0]))
    counts = mentions(texts)
    phrases = Phrases(texts)
    themes: list[Theme] = []
    for group in groups[:most]:
        rows = [int(row) for row in group]
        ranked = phrases.characteristic(rows)
        name = phrases.name(rows, ranked)
        central = _central(placed, group)
        weeks = sorted({comments[usable[row]].week for row in group})
        themes.append(
            Theme(
                key=_key(name, {theme.key for theme in themes}),
                name=name,
                area=area_of(counts[group]),
                stage=stage_of(counts[group]),
                members=tuple(usable[row] for row in group),
                examples=tuple(usable[row] for row in central),
                weeks=tuple(weeks),
                trend=_trend(comments, {usable[row] for row in group}),
                words=tuple(phrase for phrase, _ in ranked[:MOST_WORDS]),
            )
        )
    return themes


def _groups(placed: NDArray[np.float64]) -> NDArray[np.intp]:
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - see `features.points`

    model = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=FARTHEST)
    return np.asarray(model.fit_predict(placed), dtype=np.intp)


def _central(placed: NDArray[np.float64], group: NDArray[np.intp]) -> list[int]:
    """Rows of a group, nearest to its centre first; ties in their order."""
    rows = unit_rows(placed[group])
    nearness = rows @ rows.mean(axis=0)
    return [int(group[at]) for at in np.lexsort((group, -np.round(nearness, 9)))]


def _key(name: str, taken: set[str]) -> str:
    key = "-".join(sorted(name.replace(",", "").split()))
    number = 2
    while key in taken:
        key, number = f"{key}-{number}", number + 1
    return key


def _trend(comments: Sequence[Comment], members: set[int]) -> Trend:
    """Share of the later half of the weeks against the earlier half, by a two-proportion z test."""
    weeks = sorted({comment.week for comment in comments})
    if len(weeks) < LEAST_WEEKS_FOR_TREND:
        return Trend.TOO_EARLY
    half = weeks[len(weeks) // 2]
    all_of = [sum(comment.week < half for comment in comments), sum(comment.week >= half for comment in comments)]
    own = [
        sum(comments[index].week < half for index in members),
        sum(comments[index].week >= half for index in members),
    ]
    pooled = sum(own) / sum(all_of)
    error = sqrt(pooled * (1 - pooled) * (1 / all_of[0] + 1 / all_of[1]))
    z = (own[1] / all_of[1] - own[0] / all_of[0]) / error if error > 0 else 0.0
    if z >= SURE:
        return Trend.GROWING
    return Trend.SHRINKING if z <= -SURE else Trend.STEADY
