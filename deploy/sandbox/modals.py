"""Modals and Home tabs: which views someone has before them."""

from __future__ import annotations

import time

from deploy.sandbox import forms
from deploy.sandbox.blocks.pictures import unknown_pictures
from deploy.sandbox.blocks.views import check_view
from deploy.sandbox.blocks.walk import as_stored
from deploy.sandbox.errors import SlackError
from deploy.sandbox.state.records import Json, View
from deploy.sandbox.state.workspace import Workspace

DEEPEST = 3


class Modals:
    """The stacks of modals and the Home tabs of everyone."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._hashes = 0

    def stack(self, user: str) -> list[View]:
        """A person's open modals, bottom to top."""
        return self._workspace.stacks.setdefault(user, [])

    def find(self, *, view_id: str | None = None, external_id: str | None = None) -> View | None:
        """A modal or Home tab by one of its ids."""
        views = [view for stack in self._workspace.stacks.values() for view in stack]
        for view in [*views, *self._workspace.homes.values()]:
            if view_id and view.id == view_id:
                return view
            if external_id and view.body.get("external_id") == external_id:
                return view
        return None

    def open(self, user: str, body: Json) -> View:
        """Put a new modal before someone.

        Slack documents no stack under a modal that was opened rather than pushed, so it takes the place of
        what was open.
        """
        with self._workspace.changing():
            self._refuse_double(body)
            view = self._make(user, body, None)
            self._workspace.stacks[user] = [view]
            self._workspace.changed("views", user=user)
            return view

    def push(self, user: str, body: Json) -> View:
        """Put a modal on top of the one someone has open."""
        with self._workspace.changing():
            stack = self.stack(user)
            if not stack:
                raise SlackError("not_found")
            if len(stack) >= DEEPEST:
                raise SlackError("push_limit_reached")
            self._refuse_double(body)
            view = self._make(user, body, stack[-1])
            stack.append(view)
            self._workspace.changed("views", user=user)
            return view

    def update(self, view: View, body: Json, expected_hash: str | None = None) -> View:
        """Draw an open view anew; entries with the same ids stay."""
        with self._workspace.changing():
            if expected_hash is not None and expected_hash != view.hash:
                raise SlackError("hash_conflict")
            self._refuse_double(body, apart_from=view)
            view.body = {**body, "blocks": as_stored(body["blocks"])}
            view.values = forms.carried_over(view.blocks, view.values)
            view.hash = self._hash()
            self._told(view)
            return view

    def publish(self, user: str, body: Json, expected_hash: str | None) -> View:
        """Draw someone's Home tab."""
        with self._workspace.changing():
            if home := self._workspace.homes.get(user):
                return self.update(home, body, expected_hash)
            if expected_hash is not None:
                raise SlackError("hash_conflict")
            self._refuse_double(body)
            home = self._workspace.homes[user] = self._make(user, body, None)
            self._told(home)
            return home

    def close(self, view: View) -> None:
        """Take a modal away, and what lies on top of it."""
        with self._workspace.changing():
            stack = self.stack(view.user)
            if view in stack:
                del stack[stack.index(view) :]
                self._workspace.changed("views", user=view.user)

    def clear(self, user: str) -> None:
        """Take all of someone's modals away."""
        with self._workspace.changing():
            self._workspace.stacks.pop(user, None)
            self._workspace.changed("views", user=user)

    def checked(self, body: object, *, surface: str) -> Json:
        """A view that passed Block Kit's rules.

        Raises:
            SlackError: it breaks one.
        """
        view = check_view(body, surface)
        if unknown := unknown_pictures(view["blocks"], self._workspace.files, "/view/blocks"):
            raise SlackError("invalid_arguments", *unknown)
        return view

    def _told(self, view: View) -> None:
        self._workspace.changed("home" if view.body["type"] == "home" else "views", user=view.user)

    def _make(self, user: str, body: Json, previous: View | None) -> View:
        view_id = self._workspace.next_id("V")
        blocks = as_stored(body["blocks"])
        return View(
            id=view_id,
            user=user,
            body={**body, "blocks": blocks},
            hash=self._hash(),
            root_id=previous.root_id if previous else view_id,
            previous_id=previous.id if previous else None,
            values=forms.initial(blocks),
        )

    def _hash(self) -> str:
        self._hashes += 1
        return f"{int(time.time())}.{self._hashes:08d}"

    def _refuse_double(self, body: Json, apart_from: View | None = None) -> None:
        external_id = body.get("external_id")
        other = self.find(external_id=external_id) if external_id else None
        if other is not None and other is not apart_from:
            raise SlackError("duplicate_external_id")
