"""All listeners, attached to a Bolt app."""

from slack_bolt import App

from handlers.ask import Questions
from handlers.errors import report_error
from handlers.home import Home
from handlers.own_data import OwnData
from handlers.pulse import Pulses
from handlers.services import Services


def register(app: App, services: Services) -> None:
    """Listen to everything that people do in Slack."""
    Pulses(services).register(app)
    home = Home(services)
    home.register(app)
    OwnData(services, home).register(app)
    Questions(services).register(app)
    app.error(report_error)
