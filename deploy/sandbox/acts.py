"""Acts: what a person does in their client, sent to the app as Slack sends it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deploy.sandbox import answers, forms
from deploy.sandbox.api.reactions import EMOJI_NAME
from deploy.sandbox.blocks.walk import elements
from deploy.sandbox.delivery import payloads
from deploy.sandbox.delivery.ack import Ack
from deploy.sandbox.emulator import Emulator
from deploy.sandbox.errors import ActError, SlackError
from deploy.sandbox.posts import Draft
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Channel, Json, Message, User, View

# What an action repeats of its element; the rest of it is what the person chose.
_REPEATED = ("text", "value", "style", "url", "placeholder", "confirm", "accessibility_label", "icon")
_NO_STATE = frozenset({"button", "overflow", "feedback_buttons", "icon_button"})


class Acts:
    """What people do. Every method may be called from any thread but the server's own."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self._workspace = emulator.workspace
        self._view_changed = threading.Condition()
        self._workspace.hints.subscribe(self._notice)

    # Elements -------------------------------------------------------------------------------------

    def click(
        self,
        user: str,
        *,
        action_id: str,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        home: bool = False,
        block_id: str | None = None,
        value: Any = None,
        state: Mapping[str, Any] | None = None,
    ) -> Ack:
        """Use an element of a message, a modal or the Home tab.

        Args:
            user: who does it.
            action_id: which element.
            channel: where the message is.
            ts: which message.
            view_id: which modal, in place of a message.
            home: the Home tab, in place of a message.
            block_id: which block, when two hold an element with this id.
            value: what they chose: Slack's own part such as ``{"selected_option": …}``, or a plain value.
            state: what else they have entered around it, in the shape of ``state.values``.

        Raises:
            ActError: it is not drawn, or offers no such choice.
        """
        with self._workspace.changing():
            person = self._acting(user)
            if home or view_id:
                view = self._home_of(person.id) if home else self._view_of(person.id, view_id or "")
                view.values = forms.filled(view.blocks, view.values, state or {}, lenient=True)
                block, element = _find(view.blocks, action_id, block_id)
                action = self._chosen(block, element, value, view.values)
                where = payloads.in_view(self._workspace, view)
                trigger = self.emulator.triggers.issue(person.id, view_id=None if home else view.id)
            else:
                conversation, message = self._message_of(person.id, channel, ts)
                values = message.states.get(person.id) or forms.initial(message.blocks)
                values = forms.filled(message.blocks, values, state or {}, lenient=True)
                message.states[person.id] = values
                block, element = _find(message.blocks, action_id, block_id)
                action = self._chosen(block, element, value, values)
                url = self.emulator.responses.issue(person.id, conversation, message)
                where = payloads.in_message(self._workspace, conversation, message, person.id, url)
                trigger = self.emulator.triggers.issue(person.id)
            if block["type"] == "input" and not block.get("dispatch_action"):
                # A client keeps such an entry to itself until the form is sent.
                return Ack(ok=True)
            payload = payloads.block_actions(self._workspace, person.id, trigger, action, where)
            result = self.emulator.courier.ask("interactive", payload, lambda ack: replace(ack, response={}))
        return result.result()

    def submit(self, user: str, view_id: str, values: Mapping[str, Any] | None = None) -> Ack:
        """Fill a modal's form and send it.

        Args:
            user: who does it.
            view_id: which modal; it must be the one on top.
            values: by action id or block id, a plain value or Slack's state of the element.

        Returns:
            the acknowledgement; with error ``invalid_input`` and ``response["errors"]`` when the client itself
            would not send the form.

        Raises:
            ActError: the modal is not on top, or an entry fits no input.
        """
        with self._workspace.changing():
            person = self._acting(user)
            view = self._view_of(person.id, view_id)
            if view is not self.emulator.modals.stack(person.id)[-1]:
                raise ActError("view_not_on_top", "another modal covers this one")
            if not view.body.get("submit"):
                raise ActError("no_submit", "this modal has no button that sends it")
            view.values = forms.filled(view.blocks, view.values, values or {})
            if wrong := forms.faults_in(view.blocks, view.values):
                refusal = {"response_action": "errors", "errors": wrong}
                return Ack(ok=False, error="invalid_input", response=refusal)
            trigger = self.emulator.triggers.issue(person.id, view_id=view.id)
            urls = self._response_urls(person.id, view)
            payload = payloads.view_submission(self._workspace, person.id, trigger, view, urls)
            result = self.emulator.courier.ask(
                "interactive", payload, lambda ack: answers.to_form(self.emulator, view, ack)
            )
        return result.result()

    def close_view(self, user: str, view_id: str, *, clear: bool = False) -> Ack:
        """Close a modal, or with ``clear`` all of them; those that asked for it are reported."""
        with self._workspace.changing():
            person = self._acting(user)
            view = self._view_of(person.id, view_id)
            stack = self.emulator.modals.stack(person.id)
            cleared = clear or bool(view.body.get("clear_on_close"))
            gone = list(stack) if cleared else stack[stack.index(view) :]
            told = [v for v in gone if v.body.get("notify_on_close")]
            results = [
                self.emulator.courier.ask(
                    "interactive", payloads.view_closed(self._workspace, v, is_cleared=cleared), lambda ack: ack
                )
                for v in told
            ]
            if cleared:
                self.emulator.modals.clear(person.id)
            else:
                self.emulator.modals.close(view)
        acks = [result.result() for result in results]
        return next((ack for ack in acks if not ack.ok), acks[0] if acks else Ack(ok=True))

    def views(self, user: str) -> list[Json]:
        """The modals that someone has open, bottom to top."""
        with self._workspace.changing():
            person = self._workspace.person(user)
            return [shapes.view(self._workspace, view) for view in self.emulator.modals.stack(person.id)]

    def wait_for_view(self, user: str, *, callback_id: str | None = None, timeout: float = 3.0) -> Json:
        """The modal on top, as soon as there is one (with this callback id).

        Raises:
            TimeoutError: none came.
        """

        def top() -> Json | None:
            views = self.views(user)
            fits = views and callback_id in {None, views[-1]["callback_id"]}
            return views[-1] if fits else None

        with self._view_changed:
            found = self._view_changed.wait_for(top, timeout)
        if found is None:
            raise TimeoutError(f"no modal {callback_id or ''} came up for {user} within {timeout} s")
        return found

    # Conversations --------------------------------------------------------------------------------

    def command(self, user: str, channel: str, command: str, text: str = "") -> Ack:
        """Type a slash command; what the app answers at once is shown to them alone or to all."""
        with self._workspace.changing():
            person, conversation = self._within(user, channel)
            if command not in {known.command for known in self._workspace.app.commands}:
                raise ActError("unknown_command", f"{command} is not a command here")
            payload = payloads.slash_command(
                self._workspace,
                person.id,
                conversation,
                command,
                text,
                trigger_id=self.emulator.triggers.issue(person.id),
                response_url=self.emulator.responses.issue(person.id, conversation),
            )

            def settle(ack: Ack) -> Ack:
                return answers.to_command(self.emulator, person.id, conversation, ack)

            result = self.emulator.courier.ask("slash_commands", payload, settle)
        return result.result()

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Write a message and return its ts."""
        with self._workspace.changing():
            person, conversation = self._within(user, channel)
            if not text.strip():
                raise ActError("no_text", "there is nothing to send")
            try:
                root = self.emulator.posts.thread_root(conversation, thread_ts)
            except SlackError:
                raise ActError("thread_not_found", "the message to answer is gone") from None
            return self.emulator.posts.write(conversation, person.id, Draft(text, thread_ts=root)).ts

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Put an emoji on a message, or take it back when it is there already."""
        with self._workspace.changing():
            person, conversation = self._within(user, channel)
            message = conversation.messages.get(ts)
            if message is None or not EMOJI_NAME.fullmatch(name):
                raise ActError("message_not_found", "there is no such message, or no such emoji")
            users = message.reactions.setdefault(name, [])
            if person.id in users:
                users.remove(person.id)
                if not users:
                    del message.reactions[name]
            else:
                users.append(person.id)
                self.emulator.events.reaction(conversation, message, person.id, name)
            self._workspace.message_changed(message)

    def join(self, user: str, channel: str) -> None:
        """Come into a public channel."""
        with self._workspace.changing():
            person = self._acting(user)
            conversation = self._workspace.conversation(channel)
            if conversation.kind != "channel":
                raise ActError("channel_not_found", "only a public channel can be joined")
            if self._workspace.join(conversation, person.id):
                self.emulator.events.joined_channel(conversation, person.id)

    def invite(self, user: str, channel: str, other: str | None = None) -> None:
        """Bring someone, by default the app, into a channel that one is in."""
        with self._workspace.changing():
            person, conversation = self._within(user, channel)
            guest = self._workspace.person(other).id if other else self._workspace.app.bot_user
            if conversation.kind == "im":
                raise ActError("method_not_supported_for_channel_type", "a direct message has its two people")
            if self._workspace.join(conversation, guest):
                self.emulator.events.joined_channel(conversation, guest, inviter=person.id)

    def read(self, user: str, channel: str, ts: str) -> None:
        """Mark a conversation as read up to a message."""
        with self._workspace.changing():
            person, conversation = self._within(user, channel)
            if ts > conversation.read.get(person.id, ""):
                conversation.read[person.id] = ts
                self._workspace.changed("conversations", user=person.id)

    def open_dm(self, user: str, other: str | None = None) -> str:
        """The direct message with someone, by default with the app."""
        with self._workspace.changing():
            partner = (
                self._workspace.person(other) if other else self._workspace.users[self._workspace.app.bot_user]
            )
            return self._workspace.direct(self._acting(user).id, partner.id)[0].id

    def open_home(self, user: str) -> Ack:
        """Open the app's Home tab; the app hears ``app_home_opened`` and may publish."""
        with self._workspace.changing():
            person = self._acting(user)
            dm, _ = self._workspace.direct(self._workspace.app.bot_user, person.id)
            event: Json = {"type": "app_home_opened", "user": person.id, "channel": dm.id, "tab": "home"}
            if home := self._workspace.homes.get(person.id):
                event["view"] = shapes.view(self._workspace, home)
            result = self.emulator.events.send("app_home_opened", event)
        return result.result() if result else Ack(ok=True)

    def home(self, user: str) -> Json | None:
        """Someone's Home tab as it is drawn now."""
        with self._workspace.changing():
            home = self._workspace.homes.get(self._workspace.person(user).id)
            return shapes.view(self._workspace, home) if home else None

    def messages(self, channel: str, user: str | None = None) -> list[Json]:
        """What stands in a conversation, oldest first, with what only ``user`` sees if one is named."""
        with self._workspace.changing():
            conversation = self._workspace.conversation(channel)
            viewer = self._workspace.person(user).id if user else None
            return [
                shapes.message(self._workspace, message) | {"is_ephemeral": message.ephemeral_to is not None}
                for message in conversation.messages.values()
                if message.ephemeral_to in {None, viewer}
            ]

    # What the acts need ---------------------------------------------------------------------------

    def _notice(self, hint: dict[str, Any]) -> None:
        if hint["what"] == "views":
            with self._view_changed:
                self._view_changed.notify_all()

    def _acting(self, user: str) -> User:
        person = self._workspace.person(user)
        if person.deleted:
            raise ActError("user_disabled", f"{person.real_name} is deactivated")
        return person

    def _within(self, user: str, channel: str) -> tuple[User, Channel]:
        person = self._acting(user)
        conversation = self._workspace.conversation(channel)
        if person.id not in conversation.members:
            raise ActError(
                "not_in_channel", f"{person.real_name} is not in {conversation.name or conversation.id}"
            )
        return person, conversation

    def _message_of(self, user: str, channel: str | None, ts: str | None) -> tuple[Channel, Message]:
        if not channel or not ts:
            raise ActError("message_not_found", "name a channel and a ts, a view_id, or the Home tab")
        conversation = self._within(user, channel)[1]
        message = conversation.messages.get(ts)
        if message is None or message.ephemeral_to not in {None, user}:
            raise ActError("message_not_found", f"there is no message {ts} to be seen in {channel}")
        return conversation, message

    def _view_of(self, user: str, view_id: str) -> View:
        for view in self.emulator.modals.stack(user):
            if view.id == view_id:
                return view
        raise ActError("view_not_found", f"{user} has no modal {view_id} open")

    def _home_of(self, user: str) -> View:
        home = self._workspace.homes.get(user)
        if home is None:
            raise ActError("view_not_found", "the app has published no Home tab yet")
        return home

    def _chosen(self, block: Json, element: Json, value: Any, values: Json) -> Json:
        """The entry in ``actions``; an element that holds a value remembers it."""
        action: Json = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self._workspace.stamp(),
        }
        action |= {key: element[key] for key in _REPEATED if key in element}
        if element["type"] not in _NO_STATE:
            state = forms.state_of(element, value)
            values.setdefault(block["block_id"], {})[element["action_id"]] = state
            return action | state
        if element["type"] == "overflow":
            return action | {"selected_option": forms.choice(element, value)}
        if element["type"] == "feedback_buttons":
            return action | forms.feedback(element, value)
        return action

    def _response_urls(self, user: str, view: View) -> list[Json]:
        """An address for each conversation menu in the form that asks for one."""
        urls: list[Json] = []
        for block, element in forms.stateful(view.blocks):
            if not element.get("response_url_enabled"):
                continue
            key = forms.STATE_KEYS[element["type"]][0]
            chosen = view.values.get(block["block_id"], {}).get(element["action_id"], {}).get(key)
            if chosen in self._workspace.channels:
                url = self.emulator.responses.issue(user, self._workspace.channels[chosen])
                ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
                urls.append({**ids, "channel_id": chosen, "response_url": url})
        return urls


def _find(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    """The element with an id, where a person would see it.

    Whoever pressed may have looked at an earlier drawing, whose made-up block ids are gone; where one element
    alone has the id, it is the one they meant.
    """
    named = [(block, element) for block, element in elements(blocks) if element["action_id"] == action_id]
    exact = [found for found in named if block_id in {None, found[0]["block_id"]}]
    if exact or len(named) == 1:
        return (exact or named)[0]
    drawn = ", ".join(sorted({element["action_id"] for _, element in elements(blocks)})) or "nothing"
    raise ActError("element_not_found", f"{action_id!r} is not drawn here; there is {drawn}")
