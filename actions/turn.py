"""One run of an action: what the customer said, what is known, what is answered and what changes.

Actions never write wording: they name a reply and hand over values; ``concierge.answers`` does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from concierge.conversations.model import REST_ANONYMOUS
from concierge.conversations.proof import ASKED_AGAIN
from concierge.orders.numbers import Mistyped

_BOOKKEEPING = {"action_listen", "action_session_start", "action_extract_slots"}
_ALWAYS_SAID = {"question", "requested_slot", "answer"}  # a form takes their absence for "nothing was understood"


def _words(text: str) -> set[str]:
    return {word.casefold() for word in re.findall(r"\w+", text)}


class Turn:
    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        message = tracker.latest_message or {}
        self.conversation: str = tracker.sender_id
        self.text: str = message.get("text") or ""
        self.intent: str = (message.get("intent") or {}).get("name") or ""
        self.confidence: float = (message.get("intent") or {}).get("confidence") or 0.0
        self.ranking: list[dict[str, Any]] = message.get("intent_ranking") or []
        self.channel: str = tracker.get_latest_input_channel() or ""
        self.mistyped: Mistyped | None = None  # what seems meant for an order number and is none
        self._entities: list[dict[str, Any]] = message.get("entities") or []
        self._dispatcher = dispatcher
        self._tracker = tracker
        self._slots: dict[str, Any] = dict(tracker.slots)
        self._events: list[dict[str, Any]] = []

    # --- what is known

    def get(self, slot: str) -> Any:
        return self._slots.get(slot)

    def slots(self) -> dict[str, Any]:
        return dict(self._slots)

    def entity(self, name: str) -> str | None:
        return next((str(e["value"]) for e in self._entities if e.get("entity") == name), None)

    def pressed(self) -> str | None:
        """The payload of the button that the customer chose, by pressing it or by typing what stands on it."""
        words = _words(self.text)
        offered = [(_words(button["title"]), button["payload"]) for button in self._offered()]
        for title, payload in offered:
            if words == title:
                return payload
        scores = [(len({w for w in words & title if len(w) > 3}), payload) for title, payload in offered]
        best = max((score for score, _ in scores), default=0)
        likeliest = [payload for score, payload in scores if score == best]
        return likeliest[0] if best and len(likeliest) == 1 else None

    def _offered(self) -> list[dict[str, str]]:
        """The buttons shown since the customer's message before this one."""
        found: list[dict[str, str]] = []
        users = 0
        for event in reversed(self._tracker.events):
            users += event.get("event") == "user"
            if users == 2:
                break
            if event.get("event") == "bot" and users:
                found += (event.get("data") or {}).get("buttons") or []
        return found

    @property
    def may_prove(self) -> bool:
        """Whether it can be proved here whose order it is; the look-up itself asks the log."""
        return self.channel != REST_ANONYMOUS

    @property
    def loop(self) -> str | None:
        return (self._tracker.active_loop or {}).get("name")

    def answers_now(self) -> bool:
        """Whether the customer's message is still to be heard by a form: nothing has dealt with it yet."""
        for event in reversed(self._tracker.events):
            if event.get("event") == "user":
                return True
            if event.get("event") == "action_execution_rejected":
                return False
            if event.get("event") == "action" and event.get("name") not in _BOOKKEEPING | {self.loop}:
                return False
        return False

    def interruptions(self) -> int:
        """How many messages in a row have turned to something else than what the form asks."""
        count, rejected = 0, False
        for event in reversed(self._tracker.events):
            if event.get("event") == "active_loop":
                return count + rejected
            if event.get("event") == "user":
                if not rejected:
                    return count
                count, rejected = count + 1, False
            rejected = rejected or event.get("event") == "action_execution_rejected"
        return count

    def said_before(self) -> str | None:
        """The reply that the customer read last, before this turn."""
        for event in reversed(self._tracker.events):
            if event.get("event") == "bot":
                return (event.get("metadata") or {}).get("utter")
        return None

    def intents(self) -> list[str]:
        """Of the customer's messages, the latest first."""
        users = (e for e in reversed(self._tracker.events) if e.get("event") == "user")
        return [((e.get("parse_data") or {}).get("intent") or {}).get("name") or "" for e in users]

    def once(self, *what: str) -> str | None:
        """A key for what this message has written, the same when its turn is taken again; None without a message."""
        message = next((e.get("message_id") for e in reversed(self._tracker.events) if e.get("event") == "user"), None)
        return ":".join((message, *what)) if message else None

    # --- what happens

    def say(
        self,
        reply: str,
        values: Mapping[str, Any] | None = None,
        buttons: list[dict[str, str]] | None = None,
        **more: Any,
    ) -> None:
        """``values`` are what the reply names; ``more``: ``choices`` (intents to offer), ``region``, ``also`` (further
        replies in the same message, before its buttons), ``spare`` (one sentence for them, if they say nothing new)."""
        self._dispatcher.utter_message(response=reply, values=dict(values or {}), buttons=buttons, **more)

    def set(self, **slots: Any) -> None:
        for name, value in slots.items():
            if self._slots.get(name) != value or name in _ALWAYS_SAID:
                self._slots[name] = value
                self._events.append(SlotSet(name, value))

    def ask(self, question: Mapping[str, Any]) -> None:
        """Opens a question; ``task_form`` asks it and hears the answer."""
        self.set(question=dict(question))
        self._enter("task_form")

    def ask_for_order(self, why: str = "first") -> None:
        """``why`` chooses the wording of the question: first, other, not_found, mistyped, unclear. It is “again” by
        itself where a proof has ended. Where nothing can be proved, the customer is told so instead."""
        if not self.may_prove:
            self.say_not_here()
            self.ask(self.get("question"))
            return
        again = why == "first" and self.get("order_asking") == ASKED_AGAIN
        self.set(order_asking=ASKED_AGAIN if again else why, question=None)
        self._enter("order_form")

    def say_not_here(self) -> None:
        """No order is looked up in this conversation: what to do instead, and a question to be asked next."""
        self.say("utter_order_not_here")
        self.set(question={"kind": "offer", "name": "advisor", "reason": "identity_failed", "asked": True})

    def close(self) -> None:
        """No question is open any more."""
        self.set(question=None)
        if self.loop:
            self._events.append(ActiveLoop(None))
            self.set(requested_slot=None)

    def then(self, action: str) -> None:
        self._events.append(FollowupAction(action))

    def happen(self, *events: dict[str, Any]) -> None:
        self._events.extend(events)

    @property
    def events(self) -> list[dict[str, Any]]:
        return self._events

    def _enter(self, form: str) -> None:
        if self.loop != form:
            self._events.append(ActiveLoop(form))
