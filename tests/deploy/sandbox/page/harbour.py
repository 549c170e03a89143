"""A workspace, and a Bolt app in it with something of everything to click on."""

from dataclasses import dataclass, field
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from deploy.sandbox import Sandbox, Seed, SeedApp, SeedChannel, SeedCommand, SeedUser
from tests.deploy.sandbox.page import harbour_forms as forms

ANN = "U0000000ANN"
BEN = "U0000000BEN"

SEED = Seed(
    team_name="Harbour Ltd",
    app=SeedApp(
        name="Tide",
        bot_name="tide",
        commands=(
            SeedCommand("/tide", "Ask for the tide", "PLACE"),
            SeedCommand("/tide-form", "Open the form"),
        ),
    ),
    users=(
        SeedUser("ann", "Ann Lee", "ann@example.com", "Europe/London", "Pilot", id=ANN),
        SeedUser("ben", "Ben Okafor", "ben@example.com", "Asia/Tokyo", "Harbour master", id=BEN),
    ),
)


@dataclass
class Harbour:
    """A running sandbox, its app, and what the app was told."""

    sandbox: Sandbox
    client: WebClient
    channel: str = ""
    name: str = ""
    submitted: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """Begin anew: a channel of its own for each test, and nothing left open."""
        for view in self.sandbox.views(ANN):
            self.sandbox.close_view(ANN, view["id"])
        for heard in (self.submitted, self.actions, self.closed):
            heard.clear()
        self.name = f"quay-{len(self.sandbox.channels)}"
        self.channel = self.sandbox.add_channel(SeedChannel(self.name, ("ann", "ben")))

    def address(self, person: str = ANN, **query: str) -> str:
        """The page's address as someone, in the test's channel unless told otherwise."""
        query = query or {"channel": self.channel}
        return f"{self.sandbox.url}/?" + "&".join(f"{k}={v}" for k, v in {"as": person, **query}.items())

    def write(self, text: str = "Ahoy", **message: Any) -> str:
        """Let the app write in the test's channel; returns the message's ts."""
        return str(self.client.chat_postMessage(channel=self.channel, text=text, **message)["ts"])


def listen(app: App, harbour: Harbour) -> None:
    """What the app does; ``harbour`` notes what it hears."""
    open_forms(app)
    take_forms(app, harbour)

    @app.command("/tide")
    def answer(ack: Any, respond: Any, command: Any) -> None:
        ack()
        respond(f"High water at {command['text']}: 06:12")

    @app.action("note")
    def note(ack: Any, body: Any) -> None:
        ack()
        harbour.actions.append(body["actions"][0])

    @app.event("app_home_opened")
    def home(client: Any, event: Any) -> None:
        if event["tab"] == "home":
            client.views_publish(user_id=event["user"], view=forms.home())

    @app.event("message")
    def ignore() -> None:
        """What people write is not answered."""


def open_forms(app: App) -> None:
    """Modals, by command and by button."""

    @app.command("/tide-form")
    def form_by_command(ack: Any, client: Any, body: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=forms.everything(body["channel_id"]))

    @app.action("open_form")
    def form_by_button(ack: Any, client: Any, body: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=forms.everything(body["channel"]["id"]))

    @app.action("open_short")
    def short_form(ack: Any, client: Any, body: Any) -> None:
        ack()
        place = body.get("channel", {}).get("id", "home")
        client.views_open(trigger_id=body["trigger_id"], view=forms.short(place))

    @app.action("push")
    def second_view(ack: Any, client: Any, body: Any) -> None:
        ack()
        client.views_push(trigger_id=body["trigger_id"], view=forms.second())


def take_forms(app: App, harbour: Harbour) -> None:
    """What is sent, and what is closed without sending."""

    @app.view("everything")
    @app.view("short")
    def submit(ack: Any, client: Any, body: Any, view: Any) -> None:
        values = view["state"]["values"]
        if values["hours"]["hours"]["value"] == "13":
            ack(response_action="errors", errors={"hours": "Thirteen brings bad luck."})
            return
        ack()
        harbour.submitted.append(values)
        client.chat_postMessage(channel=view["private_metadata"], text="Thank you, *noted*.")

    @app.view_closed("short")
    def closed(ack: Any, view: Any) -> None:
        ack()
        harbour.closed.append(view["callback_id"])
