"""The demo company as a Slack workspace and as a roster file."""

import csv
import io

from analysis.synthetic import Company, Person
from analysis.synthetic.company import CYCLE_TEAM, GERMAN_TEAM
from bot.commands.doctor import SCOPES
from deploy.sandbox import Seed, SeedApp, SeedChannel, SeedCommand, SeedUser
from handlers.ids import COMMAND
from surveys.people.roster import COLUMNS

LEADERS_CHANNEL = "sales-leadership"
JAPANESE_TEAM = "Japan"


def workspace(company: Company) -> Seed:
    """Everybody as a member of a workspace with a channel for all and one for leaders."""
    leaders = tuple(person.key for person in company.people if "leader" in person.roles)
    return Seed(
        team_name="Larkspur Systems",
        team_domain="larkspur",
        app=SeedApp(
            name="Orgpulse",
            bot_name="orgpulse",
            scopes=tuple(sorted(SCOPES)),
            commands=(SeedCommand(COMMAND, "Ask how your units are", "ask how is trust in EMEA"),),
            # Half of all traffic would be our own messages coming back, only to be ignored.
            hears_itself=False,
        ),
        users=tuple(
            SeedUser(
                name=person.key,
                real_name=person.name,
                email=person.email,
                tz=person.tz,
                title=f"{person.title}, {person.unit[-1]}",
                locale=_locale(person),
            )
            for person in company.people
        ),
        channels=(
            SeedChannel("general", tuple(person.key for person in company.people)),
            SeedChannel(LEADERS_CHANNEL, leaders, is_private=True),
        ),
    )


def _locale(person: Person) -> str:
    """The language of their team; what managers read is not there in Japanese."""
    if person.unit[-1] == JAPANESE_TEAM:
        return "ja-JP" if "rep" in person.roles else "en-US"
    return "de-DE" if person.unit[-1] == GERMAN_TEAM else "en-US"


def roster_csv(company: Company) -> str:
    """The same people as the file that `orgpulse people import` reads."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for person in company.people:
        unit = " / ".join(person.unit)
        writer.writerow([person.email, person.name, person.manager_email or "", unit, ";".join(person.roles)])
    return text.getvalue()


def who_to_try(company: Company) -> list[tuple[Person, str]]:
    """Whom to be on the page, and why."""
    rep = next(person for person in company.reps if person.unit[-1] == CYCLE_TEAM)
    manager = next(
        person for person in company.people if "manager" in person.roles and person.unit[-1] == CYCLE_TEAM
    )
    leader = next(person for person in company.people if "leader" in person.roles and len(person.unit) == 1)
    german = next(person for person in company.reps if person.unit[-1] == GERMAN_TEAM)
    japanese = next(person for person in company.reps if person.unit[-1] == JAPANESE_TEAM)
    return [
        (rep, "a rep: a pulse is waiting"),
        (manager, "a manager: Friday's digest"),
        (leader, "the leader: the alert, and questions"),
        (german, "a rep who reads German"),
        (japanese, "a rep who reads Japanese"),
    ]
