"""All listeners, attached to a Bolt app."""

from slack_bolt import App

from handlers.actions.log import ActionLog
from handlers.alerts.handling import Alerts
from handlers.digests.replying import Replying
from handlers.edge.errors import report_error
from handlers.home.home import Home
from handlers.home.own_data import OwnData
from handlers.pulses.pulse import Pulses
from handlers.questions.ask import Questions
from handlers.results.reacting import Reacting
from handlers.services import Services


def register(app: App, services: Services) -> None:
    """Listen to everything that people do in Slack."""
    Pulses(services).register(app)
    home = Home(services)
    home.register(app)
    OwnData(services, home).register(app)
    Reacting(services, home).register(app)
    Replying(services).register(app)
    ActionLog(services).register(app)
    Alerts(services).register(app)
    Questions(services).register(app)
    app.error(report_error)
