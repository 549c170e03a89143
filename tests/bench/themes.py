"""How well themes are found in comments, beside TF-IDF and k-means, which is told the true number."""

from collections import Counter

from rich.table import Table

from analysis.themes import find_themes
from tests.analysis.theme_set import accuracy, baseline, demo_subjects, draw, members, topics


def table(draws: int) -> Table:
    """Accuracy after matching, the mean of so many draws of comments."""
    shown = Table("comments", "themes", "ours", "TF-IDF + k-means", "found", title="Themes", title_justify="left")
    for source, title in ((topics(), "templates"), (demo_subjects(), "demo company")):
        for number, true in ((40, 5), (120, 8), (400, 10)):
            sums: Counter[str] = Counter()
            for seed in range(draws):
                comments, labels = draw(source, number, true, seed)
                found = find_themes(comments)
                sums["ours"] += accuracy(labels, members(found, number))  # type: ignore[assignment]
                sums["theirs"] += accuracy(labels, baseline(comments, true))  # type: ignore[assignment]
                sums["found"] += len(found)
            means = [f"{sums[name] / draws:.2f}" for name in ("ours", "theirs", "found")]
            shown.add_row(f"{number}, {title}", f"{true}", *means)
    return shown
