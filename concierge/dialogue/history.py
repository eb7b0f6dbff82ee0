"""The conversation so far, read backwards: what was said last, what was offered, what a form still waits for.

Made of Rasa's events in their JSON form (``{"event": "user", …}``): only the last turns are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from concierge.conversations import TurnId

_BOOKKEEPING = {"action_listen", "action_session_start", "action_extract_slots"}


class History:
    def __init__(self, events: Sequence[Mapping[str, Any]] = ()) -> None:
        self._events = events

    def offered(self) -> list[dict[str, str]]:
        """The buttons shown since the customer's message before this one."""
        return [button for event in self._last_bots() for button in (event.get("data") or {}).get("buttons") or []]

    def is_unanswered(self, form: str | None) -> bool:
        """Whether the customer's message is still to be heard by this form: nothing has dealt with it yet."""
        for event in reversed(self._events):
            if event.get("event") == "user":
                return True
            if event.get("event") == "action_execution_rejected":
                return False
            if event.get("event") == "action" and event.get("name") not in _BOOKKEEPING | {form}:
                return False
        return False

    def was_answered(self) -> bool:
        """Whether anything has been said to the customer's message yet."""
        for event in reversed(self._events):
            if event.get("event") in {"user", "bot"}:
                return bool(event["event"] == "bot")
        return False

    def interruptions(self) -> int:
        """How many messages in a row have turned to something else than what the form asks, since it asks that."""
        count, rejected, open_now = 0, False, False
        for event in reversed(self._events):
            of_the_question = event.get("event") == "slot" and event.get("name") == "question"
            if event.get("event") == "active_loop" or (open_now and of_the_question and not event.get("value")):
                return count + rejected
            open_now = open_now or (of_the_question and bool(event.get("value")))
            if event.get("event") == "user" and not _part(event):
                if not rejected:
                    return count
                count, rejected = count + 1, False
            rejected = rejected or event.get("event") == "action_execution_rejected"
        return count

    def last_reply(self) -> str | None:
        """The name of the reply that the customer read last, before this turn."""
        for event in reversed(self._events):
            if event.get("event") == "bot":
                return (event.get("metadata") or {}).get("utter")
        return None

    def last_counted(self) -> str | None:
        """The name of the latest reply before this turn that gave one of the house's figures."""
        for event in reversed(self._events):
            meta = event.get("metadata") or {} if event.get("event") == "bot" else {}
            if meta.get("figures"):
                return str(meta["utter"])
        return None

    def last_told(self, value: str) -> str | None:
        """This value of what answered the customer's message before this one, if it was said."""
        told = (((event.get("metadata") or {}).get("values") or {}).get(value) for event in self._last_bots())
        return next((str(each) for each in told if each), None)

    def last_replies(self) -> list[str]:
        """Those of the message that the customer read last: its own, and what was said with it."""
        said = next((event for event in reversed(self._events) if event.get("event") == "bot"), None)
        return _replies(said) if said else []

    def replies_before(self) -> list[str]:
        """All that were said to the customer's message before this one, and with them."""
        return [reply for event in self._last_bots() for reply in _replies(event)]

    def told(self, *replies: str, order_number: str) -> bool:
        """Whether a message has told just this of the order, as far back as the events go."""
        return any(
            _replies(event) == [*replies]
            and ((event.get("metadata") or {}).get("values") or {}).get("order_number") == order_number
            for event in self._events
            if event.get("event") == "bot"
        )

    def part(self) -> int:
        """Which of the questions of the customer's message this is, counted from 0."""
        return _part({"message_id": self.message_id()})

    def last_said(self) -> list[str]:
        """The texts that answered the customer's message before this one, in their order."""
        return [event["text"] for event in self._last_bots() if event.get("text")]

    def intents(self) -> list[str]:
        """Of the customer's messages, the latest first."""
        users = (event for event in reversed(self._events) if event.get("event") == "user")
        return [((event.get("parse_data") or {}).get("intent") or {}).get("name") or "" for event in users]

    def rankings(self) -> list[list[dict[str, Any]]]:
        """What each of the customer's messages may have meant, the latest first, as Rasa's ``intent_ranking``."""
        users = (event for event in reversed(self._events) if event.get("event") == "user")
        return [list((event.get("parse_data") or {}).get("intent_ranking") or ()) for event in users]

    def message_id(self) -> str | None:
        """Of the customer's message, the same when its turn is taken again."""
        return next((event.get("message_id") for event in reversed(self._events) if event.get("event") == "user"), None)

    def asked(self, kind: str) -> dict[str, Any] | None:
        """The latest question of this kind, open or not; ``None`` where the events remember none."""
        for event in reversed(self._events):
            question = event.get("value") if event.get("event") == "slot" and event.get("name") == "question" else None
            if isinstance(question, Mapping) and question.get("kind") == kind:
                return dict(question)
        return None

    def typed_code(self) -> str:
        """The seal of the one-time code in the customer's message; empty where there is none."""
        latest: Mapping[str, Any] = next((e for e in reversed(self._events) if e.get("event") == "user"), {})
        return str((latest.get("metadata") or {}).get("code") or "")

    def turn(self) -> str:
        """What tells this turn from every other of the conversation; empty where there is nothing to tell by."""
        latest: Mapping[str, Any] = next((e for e in reversed(self._events) if e.get("event") == "user"), {})
        return str(latest.get("timestamp") or "")

    def _last_bots(self) -> list[Mapping[str, Any]]:
        """What was said between the customer's message before this one and this one."""
        found: list[Mapping[str, Any]] = []
        users = 0
        for event in reversed(self._events):
            users += event.get("event") == "user"
            if users == 2:
                break
            if event.get("event") == "bot" and users:
                found.append(event)
        return found[::-1]


def _part(said: Mapping[str, Any]) -> int:
    turn = TurnId.parse(said.get("message_id"))
    return turn.part if turn else 0


def _replies(said: Mapping[str, Any]) -> list[str]:
    meta = said.get("metadata") or {}
    return [meta.get("utter") or "", *(also["response"] for also in meta.get("also") or () if "response" in also)]
