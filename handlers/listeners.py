"""All listeners, attached to a Bolt app."""

from slack_bolt import App

from handlers.actions.log import ActionLog
from handlers.admin.members import Members
from handlers.admin.setup import Setup
from handlers.alerts.handling import Alerts
from handlers.digests.replying import Replying
from handlers.edge.errors import report_error
from handlers.exports.export import Exporting
from handlers.home.home import Home
from handlers.home.own_data import OwnData
from handlers.pulses.out_of_turn import PulseNow
from handlers.pulses.pulse import Pulses
from handlers.pulses.wishes import WishesOfReps
from handlers.questions.ask import Questions
from handlers.results.reacting import Reacting
from handlers.services import Services
from handlers.welcome.welcome import Welcome


def register(app: App, services: Services) -> None:
    """Listen to everything that people do in Slack."""
    Pulses(services).register(app)
    WishesOfReps(services).register(app)
    PulseNow(services).register(app)
    home = Home(services)
    home.register(app)
    OwnData(services, home).register(app)
    Members(services).register(app)
    Setup(services).register(app)
    Welcome(services, home).register(app)
    Reacting(services, home).register(app)
    Replying(services).register(app)
    ActionLog(services).register(app)
    Alerts(services).register(app)
    Exporting(services).register(app)
    Questions(services).register(app)
    app.error(report_error)
