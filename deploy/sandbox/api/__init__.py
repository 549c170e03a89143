"""The Web API, one file for each family of methods."""

from __future__ import annotations

from deploy.sandbox.api import (
    apps,
    auth,
    chat,
    conversations,
    dnd,
    files,
    history,
    reactions,
    usergroups,
    users,
    views,
)
from deploy.sandbox.api.method import Method

METHODS: dict[str, Method] = {
    method.name: method
    for family in (apps, auth, chat, conversations, dnd, files, history, reactions, usergroups, users, views)
    for method in family.METHODS
}
