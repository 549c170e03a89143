"""The wiring: the only place where the parts are put together."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from threading import Thread
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.error import BoltError
from slack_sdk import WebClient

from analysis.questions.guessing import get_ready
from bot.acts import does
from bot.database import open_database
from bot.delivery import Sender
from bot.http import WebServer, web_server
from bot.live_settings import LiveSettings
from bot.replays import EventsOnce
from bot.settings import Settings
from bot.slack_directory import SlackAbsences, SlackRefuses, sync
from bot.tick import Tick
from handlers.home import own_data_view
from handlers.home.home import Home
from handlers.listeners import register
from handlers.services import Services
from surveys import audit, diaries, own_data
from surveys.ballots import rotation
from surveys.ballots.keys import MasterKey
from surveys.bank import meaning
from surveys.clock import Clock, SystemClock
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.rights import Act, Party
from surveys.rounds.group_size import smallest_group_allowed
from surveys.rounds.nudges import still_wanted

log = logging.getLogger(__name__)

# Bolt's own pool of 5 lets slow listeners starve the next ones (measured: 404 after 3 s at 50 concurrent).
LISTENERS = 32
TICK_SECONDS = 30
SYNC_HOURS = 24


class SlackNotConnected(OrgpulseError):
    """There is no {missing}. Create the app from deploy/manifest.yaml and set {variable} in the environment."""


class Orgpulse:
    """The running bot: database, Bolt app, sender and tick, sharing one clock."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.database = open_database(settings, pool_size=LISTENERS + 4)
        self.live = LiveSettings(settings, self.database)
        self._hold_to_what_was_promised()
        secret = settings.master_key.get_secret_value() if settings.master_key else None
        self._master = MasterKey.load(path=settings.master_key_file, text=secret)
        with self.database.read() as session:
            rotation.check_fits(session, self._master)
        self.client = WebClient(token=_secret(settings, "slack_bot_token"), base_url=settings.slack_api_url)
        self.sender = Sender(
            self.database,
            self._client_of_its_own(),
            self.clock,
            own_data=self._own_data,
            own_history=self._own_history,
            wanted=self._wanted,
        )
        self.services = Services(
            database=self.database,
            keys=self._master.serving(),
            settings=self.live,
            clock=self.clock,
            outbox_filled=self.sender.wake,
            change_soon=self.sender.change_soon,
        )
        self.tick = Tick(
            self.services,
            self._master,
            noise=settings.noise(),
            absences=SlackAbsences(self._client_of_its_own()),
        )
        self._listeners = ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener")
        self.app = self._bolt_app()
        self.app.use(EventsOnce(self.services))
        register(self.app, self.services)
        self._sockets: SocketModeHandler | None = None
        self._web: WebServer | None = None
        self._scheduler: BackgroundScheduler | None = None

    def _hold_to_what_was_promised(self) -> None:
        """Refuse a smaller group or other items than rounds had; note what else was set anew."""
        bank = self.live.in_force.bank
        with self.database.work() as session:
            smallest_group_allowed(session, self.live.in_force.smallest_group)
            meaning.check(session, bank.items.values())
            meaning.check_open_rounds(session, bank)
            audit.note_settings(session, self.live.noted(), now=self.clock.now())

    def _bolt_app(self) -> App:
        try:
            # By itself each of Bolt's loggers would take the root's level, and below WARNING they log bodies.
            logger = logging.getLogger("slack_bolt")
            return App(client=self.client, logger=logger, listener_executor=self._listeners)
        except (BoltError, OSError) as problem:
            self._listeners.shutdown()
            self.database.close()
            raise SlackRefuses(address=self.settings.slack_api_url, problem=problem) from problem

    def _own_data(self, slack_id: str) -> dict[str, Any] | None:
        """The copy of what is kept about a Slack user; the diary in it is opened by the master key."""
        services, now = self.services, self.clock.now()
        with self.database.read() as session:
            person = directory.by_slack_id(session, slack_id)
            if person is None:
                return None
            kept = own_data.kept(session, services.keys, person, now=now)
            diary = diaries.read(session, person, master=self._master, on=now.date())
        zone = person.zone(services.schedule.company_zone.key)
        return own_data_view.copy_message(kept, diary, services.bank, zone=zone)

    def _wanted(self, key: str) -> bool:
        """Whether a message is still to be sent when its turn has come."""
        services = self.services
        with self.database.read() as session:
            return still_wanted(session, services.keys, key, schedule=services.schedule, now=self.clock.now())

    def _own_history(self, slack_id: str) -> list[dict[str, Any]]:
        """The Home tab of a Slack user with their diary in it, which the master key opens; and without charts."""
        with self.database.read() as session:
            person = directory.by_slack_id(session, slack_id)
            if person is None:
                return []
            diary = diaries.read(session, person, master=self._master, on=self.clock.now().date())
        home = Home(self.services)
        return [home.view(person, history=diary, drawn=drawn) for drawn in (True, False)]

    def _client_of_its_own(self) -> WebClient:
        return WebClient(token=self.client.token, base_url=self.client.base_url)

    @does(Act.SYNC_PEOPLE, by=Party.CLOCK)
    def sync_people(self) -> None:
        """Match the roster with Slack's members."""
        match = sync(self.database, self._client_of_its_own())
        log.info(
            "people matched: %d, not in Slack: %d, deactivated: %d; found %d, back %d, off %d, changed %d",
            *(match.matched, len(match.unknown_to_slack), len(match.deactivated), len(match.found)),
            *(len(match.came_back), len(match.switched_off), len(match.changed)),
            extra={"action": "sync"},
        )

    def connect(self) -> None:
        """Open the Socket Mode connection and start listening."""
        token = _secret(self.settings, "slack_app_token")
        web = WebClient(token=token, base_url=self.settings.slack_api_url)
        self._sockets = SocketModeHandler(self.app, token, web_client=web, concurrency=LISTENERS)
        self._sockets.connect()  # type: ignore[no-untyped-call]

    def listen(self, host: str, port: int) -> int:
        """Serve Slack's signed requests over HTTP instead, and return the port."""
        secret = _secret(self.settings, "slack_signing_secret")
        self._web = web_server(self.app, self.services, secret=secret, host=host, port=port)
        return self._web.start()

    def keep_time(self) -> None:
        """Start ticking and sending, in threads of their own."""
        self.sender.start()
        scheduler = BackgroundScheduler(timezone=UTC)
        often: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler.add_job(self.tick.run, "interval", seconds=TICK_SECONDS, **often)
        scheduler.add_job(self.sync_people, "interval", hours=SYNC_HOURS, **often)
        scheduler.start()
        # The first question does not wait for what reads it.
        Thread(target=get_ready, name="reading", daemon=True).start()
        self._scheduler = scheduler

    def stop(self) -> None:
        """Stop everything that was started; safe at any moment."""
        if self._scheduler:
            self._scheduler.shutdown(wait=True)
        if self._web:
            self._web.stop()
        if self._sockets:
            self._sockets.client.auto_reconnect_enabled = False
            self._sockets.close()  # type: ignore[no-untyped-call]
        self.sender.stop()
        self._listeners.shutdown(wait=True)
        self.database.close()


def _secret(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    if value is None:
        raise SlackNotConnected(missing=name.replace("_", " "), variable=f"ORGPULSE_{name.upper()}")
    return str(value.get_secret_value())
