"""People and answers with a planted truth: the demo company, and plain teams for simulations."""

from analysis.synthetic.company import DEFAULT_SEED, Action, Behaviour, Company, larkspur
from analysis.synthetic.model import Planted
from analysis.synthetic.people import Person
from analysis.synthetic.teams import Reply, Team, replies, simulate

__all__ = [
    "DEFAULT_SEED",
    "Action",
    "Behaviour",
    "Company",
    "Person",
    "Planted",
    "Reply",
    "Team",
    "larkspur",
    "replies",
    "simulate",
]
