"""Simulated managers: they log what the story says was done, as a manager would in Slack."""

from datetime import datetime, timedelta

from analysis.synthetic import Company
from analysis.synthetic.company import Action
from deploy.sandbox import Sandbox
from handlers.actions.log_view import DAY_BLOCK, KIND_BLOCK
from handlers.ids import COMMAND, Callback
from surveys.rounds.schedule import monday

# Seconds until a manager gives up on a modal, on a very busy machine.
PATIENCE = 30.0


class Managers:
    """Those who lead a team in which something is done, sitting in front of the sandbox."""

    def __init__(self, sandbox: Sandbox, company: Company) -> None:
        self._sandbox = sandbox
        self._company = company
        self._to_log = list(company.actions)

    def log(self, *, week: int, now: datetime) -> None:
        """Log what was done by the week with this index: it was done on its Monday, and that day is over."""
        for action in [action for action in self._to_log if action.week <= week]:
            day = monday(now.date()) - timedelta(weeks=week - action.week)
            if now.date() > day:
                self._to_log.remove(action)
                self._fill_in(action, day.isoformat())

    def _fill_in(self, action: Action, day: str) -> None:
        manager = next(
            person for person in self._company.people if "manager" in person.roles and person.unit == action.unit
        )
        user = self._sandbox.user_by_email(manager.email).id
        self._sandbox.command(user, self._sandbox.open_dm(user), COMMAND, f"log {action.note}")
        view = self._sandbox.wait_for_view(user, callback_id=Callback.LOG, timeout=PATIENCE)
        self._sandbox.submit(user, view["id"], {KIND_BLOCK: action.kind, DAY_BLOCK: day})
        self._sandbox.close_view(user, view["id"])
