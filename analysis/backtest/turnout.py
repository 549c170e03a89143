"""How many of a unit answered in a past week: an export does not say who was asked, but who comes back."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.backtest.reading import Answers, Indices, monday
from analysis.figures import Turnout

# Whoever answered in one of a unit's last so many rounds counts as invited: at half answering all but 2 in 100
# did, and at 1.5% turnover a week one in ten has left since. In 200 healthy units at half answering it took
# the false drifts of two years from 31 to 18 and the false cycles from 15 to 3, beside no turnout at all.
ROUNDS = 6


class Turnouts(NamedTuple):
    """Turnouts as columns, sorted by unit and week; weeks are numbered as in `Answers`."""

    unit: Indices
    week: Indices
    invited: Indices
    answered: Indices

    def of(self, names: Sequence[str], unit: int) -> list[Turnout]:
        """The turnouts of one unit."""
        rows = range(*(int(place) for place in np.searchsorted(self.unit, [unit, unit + 1])))
        group = frozenset({names[unit]})
        return [
            Turnout(monday(self.week[row]), group, int(self.invited[row]), int(self.answered[row])) for row in rows
        ]


def turnouts(answers: Answers) -> Turnouts:
    """Turnouts from a unit's sixth round on, of units in which every answer has a respondent.

    Nothing but the round and those before it counts, so a round's turnout is known in its week.
    """
    first, span = answers.weeks.min(), int(np.ptp(answers.weeks)) + 1
    asked, round_of = np.unique(answers.unit * span + answers.weeks - first, return_inverse=True)
    unit = asked // span
    number = np.arange(len(asked)) - np.searchsorted(unit, unit)
    # Each person once a round, then in each of the unit's next rounds as well.
    people = int(answers.person.max()) + 1
    rounds, person = np.divmod(_distinct(round_of * people + answers.person), people)
    later = (rounds[:, None] + np.arange(ROUNDS)).ravel()
    again = np.repeat(person, ROUNDS)
    stays = (later < len(asked)) & (unit[np.minimum(later, len(asked) - 1)] == np.repeat(unit[rounds], ROUNDS))
    invited = np.bincount(_distinct(later[stays] * people + again[stays]) // people, minlength=len(asked))
    nameless = np.isin(unit, answers.unit[answers.person == 0])
    kept = (number >= ROUNDS - 1) & ~nameless
    answered = np.bincount(rounds, minlength=len(asked))
    return Turnouts(unit[kept], (asked % span + first)[kept], invited[kept], answered[kept])


def _distinct(values: Indices) -> Indices:
    """Each value once, ascending; by sorting, which for millions is several times quicker than `np.unique`."""
    ordered = np.sort(values)
    distinct: Indices = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
    return distinct
