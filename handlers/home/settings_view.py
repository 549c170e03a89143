"""What somebody can set for themselves, on their Home tab: a row of blocks for each setting, in one place."""

from handlers.ids import Action
from handlers.pulses.wishes_view import when_button
from handlers.showing.blocks import Block, actions, header, plain, section
from handlers.words import LANGUAGE_NAMES, Words
from surveys.people.directory import Person
from surveys.people.roster import Role

# The choice to leave the language to Slack.
AS_IN_SLACK = "slack"


def settings_blocks(person: Person, say: Words) -> list[Block]:
    """All settings of a person; whoever adds one adds its blocks here."""
    when = [actions(when_button(say))] if Role.REP in person.roles else []
    return [header(say("setting.title")), _language(person, say), *when]


def _language(person: Person, say: Words) -> Block:
    named = {AS_IN_SLACK: say("setting.as_in_slack"), **LANGUAGE_NAMES}
    options = {value: {"text": plain(name, 75), "value": value} for value, name in named.items()}
    select = {
        "type": "static_select",
        "action_id": Action.CHOOSE_LANGUAGE,
        "options": list(options.values()),
        "initial_option": options.get(person.chosen_language or AS_IN_SLACK, options[AS_IN_SLACK]),
    }
    return section(f"*{say('setting.language')}*", accessory=select)
