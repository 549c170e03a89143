"""What of Slack the sandbox covers, and what it knowingly leaves out.

A test compares these tables with the code in both directions, so that neither can grow alone.
"""

from __future__ import annotations

METHODS: dict[str, str] = {
    "apps.connections.open": "Socket Mode addresses, good for one connection within half a minute",
    "auth.test": "of the bot token",
    "chat.delete": "the app's own messages",
    "chat.getPermalink": "an address that the page does not open",
    "chat.postEphemeral": "seen by one person until the sandbox ends",
    "chat.postMessage": "text, blocks, threads, metadata, username; attachments are checked but not drawn",
    "chat.update": "the app's own messages; blocks that are not given stay",
    "conversations.history": "with oldest, latest, inclusive, limit and cursor",
    "conversations.info": "without topic and purpose",
    "conversations.join": "public channels",
    "conversations.list": "public, private and direct",
    "conversations.members": "page by page",
    "conversations.open": "with one person",
    "conversations.replies": "with oldest, latest, inclusive, limit and cursor",
    "dnd.info": "on or off now, without schedules",
    "dnd.teamInfo": "up to 50 people",
    "files.completeUploadExternal": "shared at once, where Slack takes a moment",
    "files.getUploadURLExternal": "raw bytes or a form; the length must be as announced",
    "files.info": "finished uploads",
    "reactions.add": "any well-formed emoji name",
    "reactions.remove": "the app's own",
    "team.info": "id, name, domain",
    "usergroups.list": "with or without people",
    "usergroups.users.list": "of one group",
    "users.getPresence": "away for do-not-disturb and deactivated people",
    "users.info": "address only with users:read.email",
    "users.list": "deactivated people and bots included, page by page",
    "users.lookupByEmail": "active people",
    "views.open": "takes the place of what is open",
    "views.publish": "with hash",
    "views.push": "three deep",
    "views.update": "by view_id or external_id, with hash; entries with the same ids stay",
}

EVENTS: dict[str, str] = {
    "app_home_opened": "Home tab",
    "app_mention": "in channels that the app is in",
    "member_joined_channel": "joining and inviting",
    "message.channels": "new, changed and deleted messages",
    "message.groups": "as above, private channels",
    "message.im": "as above, direct messages",
    "reaction_added": "on messages",
    "team_join": "add_user",
    "user_change": "change_user",
}

INTERACTIONS: dict[str, str] = {
    "block_actions": "messages, modals, Home tab",
    "slash_commands": "with an answer in the acknowledgement",
    "view_closed": "when notify_on_close is set",
    "view_submission": "with errors, update, push and clear",
}

BLOCKS: dict[str, str] = {
    "actions": "25 elements",
    "alert": "modals",
    "card": "messages",
    "carousel": "messages; 10 cards",
    "container": "10 blocks",
    "context": "10 elements",
    "context_actions": "messages; 5 elements",
    "data_visualization": "messages and Home; line, bar, area, pie; 2 in a message",
    "divider": "",
    "file": "messages",
    "header": "150 characters",
    "image": "by address or uploaded file",
    "input": "modals and Home",
    "markdown": "messages; 12,000 characters in all",
    "rich_text": "",
    "section": "3,000 characters, 10 fields",
    "table": "messages; 100 rows of 20; one in a message",
    "video": "https addresses; no check of the app's unfurl domains",
}

ELEMENTS: dict[str, str] = {
    "button": "",
    "channels_select": "",
    "checkboxes": "10 options",
    "conversations_select": "with response_url_enabled",
    "datepicker": "",
    "datetimepicker": "",
    "email_text_input": "",
    "feedback_buttons": "in context_actions",
    "icon_button": "in context_actions",
    "image": "",
    "multi_channels_select": "",
    "multi_conversations_select": "",
    "multi_static_select": "100 options",
    "multi_users_select": "",
    "number_input": "",
    "overflow": "5 options",
    "plain_text_input": "3,000 characters",
    "radio_buttons": "10 options",
    "rich_text_input": "",
    "static_select": "100 options",
    "timepicker": "",
    "url_text_input": "",
    "users_select": "",
}

LEFT_OUT: dict[str, str] = {
    "bookmarks.*, pins.*": "not needed by a bot of this kind",
    "external_select, multi_external_select, block_suggestion": "menus that the app fills while someone types",
    "file_input, workflow_button, url_source": "elements",
    "call, data_table, plan, task_card": "blocks",
    "shortcuts, message actions, dialogs, link unfurling, workflow steps, assistant threads": "other surfaces",
    "direct messages of several people, shared channels, archiving, Enterprise Grid": "state",
    "channel_join and channel_leave messages": "Slack writes them; here people join without a word",
    "rich_text blocks of what people write": "their messages carry text alone",
    "scheduled messages, incoming webhooks, OAuth": "other ways in",
}
