"""The demo's story through the real count, for the default seed and twenty others: how often is it right?"""

import pytest
from rich.console import Console
from rich.table import Table

from analysis.detection.cycle import Kind
from analysis.stages import Stage
from analysis.synthetic import DEFAULT_SEED
from analysis.synthetic.company import CYCLE_TEAM, DRIFT_TEAM, RECOVERING_TEAM
from tests.larkspur import Story, tell

OTHER_SEEDS = range(200, 220)


def test_default_seed_calls_the_cycle_and_the_drift_and_nothing_else() -> None:
    story = tell(DEFAULT_SEED)
    assert story.cycle is not None
    assert 0 <= story.cycle <= 10
    assert story.drift is not None
    assert 0 <= story.drift <= 4
    assert story.false_cycles == []
    assert story.false_drifts == []
    end = story.last[CYCLE_TEAM]
    assert end.kind is Kind.CYCLE
    assert end.stage is Stage.TARGETS
    assert [drift.stage for drift in end.turned] == list(Stage)[:5]
    assert [drift.since for drift in end.turned] == sorted(
        drift.since for drift in end.turned if drift.since is not None
    )
    assert story.last[DRIFT_TEAM].kind is Kind.DRIFT
    assert story.last[DRIFT_TEAM].stage is Stage.FRICTION
    assert story.last[RECOVERING_TEAM].kind is Kind.RECOVERING


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return [tell(seed) for seed in OTHER_SEEDS]


def test_twenty_other_seeds(stories: list[Story], capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("seed", "cycle after (weeks)", "drift after", "false cycles", "false drifts", "end")
    for story in stories:
        table.add_row(
            str(story.seed),
            str(story.cycle),
            str(story.drift),
            ", ".join(call.team for call in story.false_cycles) or "-",
            ", ".join(f"{call.team} {call.stage}" for call in story.false_drifts) or "-",
            f"{story.last[CYCLE_TEAM].kind}, {story.last[RECOVERING_TEAM].kind}",
        )
    with capsys.disabled():
        Console(width=110).print(table)
    assert sum(story.cycle is not None and story.cycle >= 0 for story in stories) >= 18
    assert sum(story.drift is not None and story.drift >= 0 for story in stories) >= 18
    assert sum(bool(story.false_cycles) for story in stories) <= 1
    assert sum(bool(story.false_drifts) for story in stories) <= 5


def test_the_story_stretches_to_other_lengths() -> None:
    stories = [tell(seed, weeks=40) for seed in (DEFAULT_SEED, OTHER_SEEDS[0])]
    assert all(story.first(CYCLE_TEAM, Kind.CYCLE) is not None for story in stories)
    # Each has a stage that drifts alone for more than half a year; 6 in 100 of those may look like the cycle.
    assert sum(len(story.false_cycles) for story in stories) <= 1
