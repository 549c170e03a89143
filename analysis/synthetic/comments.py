"""What reps write in their own words: short sentences that follow the state of their team."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from analysis.stages import WHEEL

# Relative weight of subjects that belong to no stage, and of a stage that is as usual.
ASIDE = {"pricing": 0.5, "travel": 0.4, "onboarding": 0.5, "product": 0.4, "general": 0.8}
USUAL = 0.5
# How much more a stage is written about for each SD that it is worse or better than usual.
PULL = 1.1
TYPO_RATE = 0.06


@cache
def sentences() -> dict[str, Any]:
    """Subject -> {"worse": [...], "better": [...]}, and "fill" -> slot -> words."""
    text = resources.files("analysis.synthetic").joinpath("sentences.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def write(
    generator: np.random.Generator,
    latent: "np.typing.NDArray[np.float64]",
    shifts: "np.typing.NDArray[np.float64]",
    special: Mapping[str, float],
) -> str:
    """Write one comment.

    Args:
        generator: source of chance.
        latent: the person's week, shape (7,), SD, up is good.
        shifts: what the team goes through, shape (7,), SD, up is worse.
        special: extra subjects and their weights (a migration, another language).

    Returns:
        One sentence, naming nobody.
    """
    weights = {stage.value: USUAL * np.exp(PULL * abs(shifts[stage.position])) for stage in WHEEL}
    weights.update(ASIDE)
    weights.update(special)
    subjects = list(weights)
    shares = np.array([weights[subject] for subject in subjects])
    subject = subjects[int(generator.choice(len(subjects), p=shares / shares.sum()))]
    stage = next((stage for stage in WHEEL if stage.value == subject), None)
    mood = latent.mean() if stage is None else latent[stage.position]
    # A comment is a complaint more often than an answer is: silence is the usual praise.
    tone = "worse" if generator.random() < 1 / (1 + np.exp(2.0 * mood - 0.2)) else "better"
    bank = sentences()
    choices = bank[subject][tone] or bank[subject]["better"]
    template = str(choices[int(generator.integers(len(choices)))])
    fill = {slot: str(words[int(generator.integers(len(words)))]) for slot, words in bank["fill"].items()}
    return _human(generator, template.format_map(fill))


def _human(generator: np.random.Generator, text: str) -> str:
    """Now and then two letters change places, or a full stop ends the line."""
    if generator.random() < TYPO_RATE and len(text) > 12:
        at = int(generator.integers(4, len(text) - 4))
        if text[at].isalpha() and text[at + 1].isalpha():
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if generator.random() < 0.2 and text[-1].isalpha():
        text += "."
    return text
