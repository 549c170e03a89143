"""Who is who: units and roles, and the match with Slack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.figures import Unit
from surveys.errors import UnknownPerson
from surveys.people import directory
from surveys.people.directory import Match, SlackUser
from surveys.people.roster import Role
from surveys.storage.database import Database
from tests.company import SMALL, email, import_roster, join_slack, person, roster_csv, settle, slack_id, unit


def user(name: str, address: str, *, zone: str | None = "Asia/Tokyo", deactivated: bool = False) -> SlackUser:
    return SlackUser(slack_id(name), address, zone, "de-DE", deactivated)


def match(database: Database, *users: SlackUser) -> Match:
    with database.work() as session:
        return directory.match_slack(session, list(users))


def test_below_a_unit_are_its_whole_branch_and_itself() -> None:
    tree = [
        Unit("c", "C"),
        Unit("c/a", "A", "c"),
        Unit("c/a/x", "X", "c/a"),
        Unit("c/a/y", "Y", "c/a"),
        Unit("c/b", "B", "c"),
    ]
    assert directory.below(tree, frozenset({"c/a"})) == {"c/a", "c/a/x", "c/a/y"}
    assert directory.below(tree, frozenset({"c/a/x", "c/b"})) == {"c/a/x", "c/b"}
    assert directory.below(tree, frozenset({"c"})) == {unit.id for unit in tree}
    assert directory.below(tree, frozenset()) == frozenset()


def test_units_come_parents_first_and_in_the_same_order_on_every_database(database: Database) -> None:
    settle(database, {"North / Alpha": 1, "North-2 / Beta": 1, "North / Über": 1, "North / Alpha-2": 1})
    with database.read() as session:
        found = [found.id for found in directory.units(session)]
    assert found == sorted(found)
    for place, unit_id in enumerate(found):
        assert unit_id == "harbour" or unit_id.rsplit("/", 1)[0] in found[:place]


def test_roles_say_whom_one_leads(database: Database) -> None:
    settle(database)
    assert person(database, "chief").roles == {Role.LEADER, Role.ADMIN}
    assert person(database, "chief").leads == {unit("")}
    assert person(database, "alpha.lead").leads == {unit("North / Alpha")}
    assert person(database, "alpha1").leads == frozenset()
    with database.read() as session:
        assert [found.email for found in directory.people(session, role=Role.MANAGER)] == [
            email("alpha.lead"),
            email("beta.lead"),
        ]


def test_an_admin_alone_leads_nothing(database: Database) -> None:
    import_roster(database, roster_csv(SMALL).replace("leader;admin", "admin"))
    assert person(database, "chief").leads == frozenset()


def test_nobody_is_found_by_an_unknown_email(database: Database) -> None:
    settle(database)
    with database.read() as session:
        assert directory.by_email(session, "ALPHA1@Harbour.example").email == email("alpha1")
        with pytest.raises(UnknownPerson, match=r"nobody@harbour\.example"):
            directory.by_email(session, email("nobody"))
        assert directory.by_slack_id(session, "UNOBODY") is None
        assert directory.by_id(session, "nobody") is None


def test_people_and_slack_are_matched_by_email_whatever_its_case(database: Database) -> None:
    import_roster(database, roster_csv(SMALL))
    found = match(database, user("one", "Alpha1@HARBOUR.example"), user("two", "stranger@harbour.example"))
    assert found.matched == 1
    assert len(found.unknown_to_slack) == 16
    assert email("alpha1") not in found.unknown_to_slack
    matched = person(database, "alpha1")
    assert (matched.slack_id, matched.timezone, matched.language) == (slack_id("one"), "Asia/Tokyo", "de")
    with database.read() as session:
        assert directory.by_slack_id(session, slack_id("one")) == matched
        assert directory.by_slack_id(session, slack_id("two")) is None


def test_a_deactivated_slack_user_is_nobody(database: Database) -> None:
    settle(database)
    found = match(database, user("alpha1", email("alpha1"), deactivated=True), user("alpha2", email("alpha2")))
    assert found.matched == 1
    assert person(database, "alpha1").slack_id is None


def test_a_user_without_an_email_is_passed_over(database: Database) -> None:
    import_roster(database, roster_csv(SMALL))
    assert match(database, SlackUser("U1", None, None, None, deactivated=False)).matched == 0


def test_a_user_whose_email_changed_hands_is_taken_over(database: Database) -> None:
    settle(database)
    # Alpha1 left; their Slack user now bears the address of a newcomer.
    import_roster(database, roster_csv(SMALL, without=frozenset({"alpha1"})).replace("beta7", "beta8"))
    assert match(database, user("alpha1", email("beta8"))).matched == 1
    assert person(database, "beta8").slack_id == slack_id("alpha1")


def test_two_people_may_change_places_in_slack(database: Database) -> None:
    settle(database)
    match(database, user("alpha1", email("alpha2")), user("alpha2", email("alpha1")))
    assert person(database, "alpha1").slack_id == slack_id("alpha2")
    assert person(database, "alpha2").slack_id == slack_id("alpha1")


def test_who_left_is_found_by_nothing(database: Database) -> None:
    settle(database)
    gone = person(database, "alpha1")
    import_roster(database, roster_csv(SMALL, without=frozenset({"alpha1"})))
    with database.read() as session:
        assert directory.by_slack_id(session, slack_id("alpha1")) is None
        assert directory.by_id(session, gone.id) is None
        assert gone not in directory.people(session)


def test_the_companys_time_zone_stands_in_for_one_that_is_missing_or_unknown(database: Database) -> None:
    settle(database, zones={"alpha1": None, "alpha2": "Atlantis/Capital", "alpha3": "../etc/passwd"})
    for name in ("alpha1", "alpha2", "alpha3"):
        assert person(database, name).zone("America/New_York").key == "America/New_York"
    assert person(database, "alpha4").zone("America/New_York").key == "Europe/London"


def test_english_stands_in_for_a_language_that_slack_does_not_tell(database: Database) -> None:
    import_roster(database, roster_csv(SMALL))
    assert person(database, "alpha1").language == "en"
    match(database, SlackUser("U1", email("alpha1"), None, "pt_BR", deactivated=False))
    assert person(database, "alpha1").language == "pt"


def test_matching_again_changes_nothing(database: Database) -> None:
    settle(database)
    before = [person(database, name) for name in ("alpha1", "chief")]
    assert join_slack(database) == Match(17, [])
    assert [person(database, name) for name in ("alpha1", "chief")] == before


def test_who_is_switched_off_in_slack_is_listed_not_asked_and_comes_back(database: Database) -> None:
    settle(database)
    everybody = [user(one.split("@")[0], one) for one in emails(database)]
    match(database, *everybody)
    off = [replace(one, deactivated=one.email == email("alpha1")) for one in everybody]
    found = match(database, *off)
    assert (found.switched_off, found.deactivated, found.unknown_to_slack) == ([email("alpha1")],) * 2 + ([],)
    assert (person(database, "alpha1").slack_id, person(database, "alpha1").deactivated) == (None, True)
    assert match(database, *off).switched_off == []
    found = match(database, *everybody)
    assert (found.came_back, found.found, found.deactivated) == ([email("alpha1")], [], [])
    assert person(database, "alpha1").slack_id == slack_id("alpha1")


def test_what_changed_is_told(database: Database) -> None:
    settle(database)
    everybody = [user(one.split("@")[0], one) for one in emails(database)]
    assert len(match(database, *everybody).changed) == len(everybody)
    assert match(database, *everybody).changed == []
    moved = [replace(one, title="Overlay") if one.email == email("beta1") else one for one in everybody]
    assert match(database, *moved).changed == [email("beta1")]
    assert person(database, "beta1").title == "Overlay"


def test_one_members_news_are_heeded_at_once(database: Database) -> None:
    settle(database)

    def follow(one: SlackUser) -> bool:
        with database.work() as session:
            return directory.follow_slack(session, one)

    assert follow(replace(user("alpha1", email("alpha1")), locale=None, title="New"))
    assert (person(database, "alpha1").timezone, person(database, "alpha1").language) == ("Asia/Tokyo", "en")
    assert follow(SlackUser(slack_id("alpha1"), None, "Asia/Seoul", None, deactivated=False))
    assert person(database, "alpha1").timezone == "Asia/Seoul"
    assert follow(user("alpha1", email("alpha1"), deactivated=True))
    assert (person(database, "alpha1").slack_id, person(database, "alpha1").deactivated) == (None, True)
    assert follow(user("alpha1", email("alpha1")))
    # Two people change places in Slack.
    assert follow(user("alpha1", email("alpha2")))
    assert person(database, "alpha1").slack_id is None
    assert person(database, "alpha2").slack_id == slack_id("alpha1")
    assert not follow(user("stranger", "stranger@elsewhere.example"))


def emails(database: Database) -> list[str]:
    with database.read() as session:
        return [one.email for one in directory.people(session)]
