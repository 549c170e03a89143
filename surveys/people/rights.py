"""Who may do what: one table, and whatever does not stand in it is refused."""

from collections.abc import Mapping
from enum import StrEnum

from surveys.people.directory import Person
from surveys.people.roster import Role


class Act(StrEnum):
    """Everything that can be done with Orgpulse; every handler, command and job names one."""

    # In Slack.
    OPEN_HOME = "open_home"
    ANSWER = "answer"
    CHOOSE_WHEN = "choose_when"
    START_PULSE = "start_pulse"
    PREVIEW = "preview"
    CARE_FOR_OWN_DATA = "care_for_own_data"
    ASK = "ask"
    SEE_RESULTS = "see_results"
    HEAR_RESULTS = "hear_results"
    REACT = "react"
    REPLY_TO_THEME = "reply_to_theme"
    RECEIVE_DIGEST = "receive_digest"
    RECEIVE_ALERT = "receive_alert"
    HANDLE_ALERT = "handle_alert"
    LOG_ACTION = "log_action"
    EXPORT = "export"
    READ_AUDIT = "read_audit"
    SET_UP = "set_up"
    FOLLOW_SLACK = "follow_slack"
    # At the machine.
    RUN = "run"
    EXAMINE = "examine"
    MIGRATE = "migrate"
    KEEP_KEYS = "keep_keys"
    IMPORT_PEOPLE = "import_people"
    LIST_PEOPLE = "list_people"
    RENAME_UNIT = "rename_unit"
    CHANGE_SETTINGS = "change_settings"
    ASK_FOR_SOMEBODY = "ask_for_somebody"
    EXPORT_FOR_SOMEBODY = "export_for_somebody"
    GROUP_COMMENTS = "group_comments"
    LIST_ALERTS = "list_alerts"
    IMPORT_TARGETS = "import_targets"
    BACKTEST = "backtest"
    CHECK_QUESTIONS = "check_questions"
    REVIEW_CORRECTIONS = "review_corrections"
    # When the time has come.
    SYNC_PEOPLE = "sync_people"
    WELCOME = "welcome"
    OPEN_ROUND = "open_round"
    INVITE = "invite"
    REMIND = "remind"
    BRING_BACK = "bring_back"
    CLOSE_ROUND = "close_round"
    TELL = "tell"
    SEND_DIGESTS = "send_digests"
    SHARE_RESULTS = "share_results"
    REPORT_EFFECTS = "report_effects"
    RUN_RETENTION = "run_retention"


class Party(StrEnum):
    """Whoever acts: a role, anybody of the roster, anybody else in Slack, the machine's operator, the clock."""

    REP = Role.REP.value
    MANAGER = Role.MANAGER.value
    LEADER = Role.LEADER.value
    ADMIN = Role.ADMIN.value
    WORKS_COUNCIL = Role.WORKS_COUNCIL.value
    KNOWN = "known"
    STRANGER = "stranger"
    OPERATOR = "operator"
    CLOCK = "clock"


# Managers and leaders see their own units and below (`results.visible_units`); an admin sees no result by that
# role. A stranger who asks or opens the Home tab is told that they are not in the list, and no more.
RIGHTS: Mapping[Act, frozenset[Party]] = {
    Act.OPEN_HOME: frozenset({Party.KNOWN, Party.STRANGER}),
    Act.ANSWER: frozenset({Party.REP}),
    Act.CHOOSE_WHEN: frozenset({Party.REP}),
    Act.START_PULSE: frozenset({Party.ADMIN}),
    Act.PREVIEW: frozenset({Party.REP}),
    Act.CARE_FOR_OWN_DATA: frozenset({Party.KNOWN}),
    Act.ASK: frozenset({Party.KNOWN, Party.STRANGER}),
    Act.SEE_RESULTS: frozenset({Party.MANAGER, Party.LEADER}),
    # The company's and their region's figures alone (`surveys.sharing`).
    Act.HEAR_RESULTS: frozenset({Party.REP}),
    Act.REACT: frozenset({Party.REP}),
    Act.REPLY_TO_THEME: frozenset({Party.MANAGER, Party.LEADER}),
    Act.RECEIVE_DIGEST: frozenset({Party.MANAGER}),
    Act.RECEIVE_ALERT: frozenset({Party.LEADER}),
    Act.HANDLE_ALERT: frozenset({Party.LEADER}),
    Act.LOG_ACTION: frozenset({Party.MANAGER, Party.LEADER}),
    Act.EXPORT: frozenset({Party.MANAGER, Party.LEADER}),
    Act.READ_AUDIT: frozenset({Party.ADMIN, Party.WORKS_COUNCIL, Party.OPERATOR}),
    Act.SET_UP: frozenset({Party.ADMIN}),
    # Slack's word that somebody joined or changed: it is theirs, and changes what is kept about them alone.
    Act.FOLLOW_SLACK: frozenset({Party.KNOWN, Party.STRANGER}),
    Act.RUN: frozenset({Party.OPERATOR}),
    Act.EXAMINE: frozenset({Party.OPERATOR}),
    Act.MIGRATE: frozenset({Party.OPERATOR}),
    Act.KEEP_KEYS: frozenset({Party.OPERATOR}),
    Act.IMPORT_PEOPLE: frozenset({Party.OPERATOR}),
    Act.LIST_PEOPLE: frozenset({Party.OPERATOR}),
    Act.RENAME_UNIT: frozenset({Party.OPERATOR}),
    Act.CHANGE_SETTINGS: frozenset({Party.OPERATOR}),
    Act.ASK_FOR_SOMEBODY: frozenset({Party.OPERATOR}),
    Act.EXPORT_FOR_SOMEBODY: frozenset({Party.OPERATOR}),
    Act.GROUP_COMMENTS: frozenset({Party.OPERATOR}),
    Act.LIST_ALERTS: frozenset({Party.OPERATOR}),
    Act.IMPORT_TARGETS: frozenset({Party.OPERATOR}),
    Act.BACKTEST: frozenset({Party.OPERATOR}),
    Act.CHECK_QUESTIONS: frozenset({Party.OPERATOR}),
    # They hold no result, no asker and no person's name.
    Act.REVIEW_CORRECTIONS: frozenset({Party.OPERATOR}),
    Act.SYNC_PEOPLE: frozenset({Party.CLOCK, Party.OPERATOR}),
    Act.WELCOME: frozenset({Party.CLOCK}),
    Act.OPEN_ROUND: frozenset({Party.CLOCK}),
    Act.INVITE: frozenset({Party.CLOCK}),
    Act.REMIND: frozenset({Party.CLOCK}),
    Act.BRING_BACK: frozenset({Party.CLOCK}),
    Act.CLOSE_ROUND: frozenset({Party.CLOCK}),
    Act.TELL: frozenset({Party.CLOCK}),
    Act.SHARE_RESULTS: frozenset({Party.CLOCK}),
    Act.SEND_DIGESTS: frozenset({Party.CLOCK}),
    Act.REPORT_EFFECTS: frozenset({Party.CLOCK}),
    Act.RUN_RETENTION: frozenset({Party.CLOCK, Party.OPERATOR}),
}


def permits(party: Party, act: Act) -> bool:
    """Whether a party may do something; what the table does not name, nobody may."""
    return party in RIGHTS.get(act, frozenset())


def may(person: Person | None, act: Act) -> bool:
    """Whether a person may do something by any of their roles; None is a stranger."""
    if person is None:
        return permits(Party.STRANGER, act)
    parties = {Party.KNOWN, *(Party(role.value) for role in person.roles)}
    return any(permits(party, act) for party in parties)
