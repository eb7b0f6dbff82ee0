"""One turn of a dialogue: what the customer said, what is known, what is answered and what changes.

No wording is written here: a reply is named and given its values; ``concierge.answers`` does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from concierge import intents
from concierge.conversations.model import REST_ANONYMOUS
from concierge.conversations.proof import ASKED_AGAIN
from concierge.dialogue.history import History
from concierge.dialogue.outcome import ActionDue, FormSwitched, HandedOver, Outcome, Remembered, Said
from concierge.dialogue.resources import Resources
from concierge.memory.hearing import says
from concierge.memory.memory import ASKED, WHOLE, Memory
from concierge.orders.number_format import Mistyped

_CONTRARY = {"deny": "/affirm", "affirm": "/deny"}
_ALWAYS_SAID = {"question", "requested_slot", "answer"}  # a form takes their absence for "nothing was understood"


@dataclass(frozen=True)
class Heard:
    """A customer's message and what was understood of it; ``ranking`` and ``entities`` as Rasa's pipeline has them.
    ``guesses``: what it may mean after the topic in hand, ranked in the same way, where it is not clear.
    ``cell``: the single question that it asks of a topic, as ``return_item/who_pays``. ``code``: the seal of a one-time
    code that was typed, see ``concierge.conversations.mailed_codes``."""

    text: str = ""
    intent: str = ""
    confidence: float = 0.0
    ranking: Sequence[Mapping[str, Any]] = ()
    entities: Sequence[Mapping[str, Any]] = ()
    cell: str | None = None
    code: str = ""
    guesses: Sequence[Mapping[str, Any]] = ()


def _words(text: str) -> set[str]:
    return {word.casefold() for word in re.findall(r"\w+", text)}


class Turn:
    """``known`` are the slots, ``form`` is the one that is active. The outcome grows while the turn is taken."""

    def __init__(
        self,
        conversation: str,
        heard: Heard,
        known: Mapping[str, Any],
        resources: Resources,
        *,
        history: History | None = None,
        form: str | None = None,
        channel: str = "",
    ) -> None:
        self.conversation = conversation
        self.text = heard.text
        self.intent = heard.intent
        self.confidence = heard.confidence
        self.ranking = heard.ranking
        self.guesses = heard.guesses
        self.cell = heard.cell
        self.code = heard.code
        self.channel = channel
        self.form = form
        self.history = history or History()
        self.resources = resources
        self.orders = resources.orders_of_turn(conversation, self.history.turn())
        self.now = resources.now()
        self.mistyped: Mistyped | None = None  # what seems meant for an order number and is none
        self.other_numbers: list[str] = []  # order numbers in the message, after the first
        self.outcome = Outcome()
        self._entities = heard.entities
        self._known = dict(known)

    # --- what is known

    def get(self, slot: str) -> Any:
        return self._known.get(slot)

    @property
    def memory(self) -> Memory:
        """What the customer has told, this message included. What is told of it is kept by ``tell``."""
        return Memory(self.get("memory"))

    def tell(self, what: str, value: Any, of: str = WHOLE) -> None:
        """Keeps an answer to what was asked."""
        self.set(memory=self.memory.tell(what, value, of, ASKED).to_slot())

    def slots(self) -> dict[str, Any]:
        return dict(self._known)

    def entity(self, name: str) -> str | None:
        return next((str(e["value"]) for e in self._entities if e.get("entity") == name), None)

    def entities(self, *names: str) -> list[Mapping[str, Any]]:
        """In the order of the message, with their places in it."""
        return [each for each in self._entities if each.get("entity") in names]

    def pressed(self) -> str | None:
        """The payload of the button that the customer chose, by pressing it or by typing what stands on it."""
        words = _words(self.text)
        offered = [(_words(button["title"]), button["payload"]) for button in self.history.offered()]
        for title, payload in offered:
            if words == title:
                return payload
        if says("what_now", self.text):  # “what do I do now?” has a word of the button “Not now”
            return None
        contrary = _CONTRARY.get(self.intent)  # “no, grazie” has a word of the button “Sì, grazie”
        likely = [(title, payload) for title, payload in offered if payload != contrary]
        scores = [(len({w for w in words & title if len(w) > 3}), payload) for title, payload in likely]
        best = max((score for score, _ in scores), default=0)
        likeliest = [payload for score, payload in scores if score == best]
        return likeliest[0] if best and len(likeliest) == 1 else None

    @property
    def calls_for_a_person(self) -> bool:
        """Whether the message goes to a person whatever question is open: an alarm, or the wish for one."""
        return self.intent in intents.alarms() or self.intent == "talk_to_advisor"

    @property
    def asks_of_an_item(self) -> bool:
        """Whether the question that is open is which item, or one about it."""
        return (self.get("question") or {}).get("kind") in {"fact", "item"}

    @property
    def may_prove(self) -> bool:
        """Whether it can be proved here whose order it is; the look-up itself asks the log."""
        return self.channel != REST_ANONYMOUS

    def once(self, *what: str) -> str | None:
        """A key for what this message has written, the same when its turn is taken again; None without a message."""
        message = self.history.message_id()
        return ":".join((message, *what)) if message else None

    # --- what happens

    def say(
        self,
        reply: str,
        values: Mapping[str, Any] | None = None,
        buttons: Sequence[Mapping[str, str]] | None = None,
        **more: Any,
    ) -> None:
        """``values`` are what the reply names; ``more``: ``choices`` (intents to offer), ``region``, ``also`` (further
        replies in the same message, before its buttons), ``cards``, ``pieces``: what the buttons choose, one for each
        (see :mod:`concierge.dialogue.order_card`)."""
        self.outcome.said.append(Said(reply, dict(values or {}), tuple(buttons or ()), more))

    def set(self, **slots: Any) -> None:
        for name, value in slots.items():
            if self._known.get(name) != value or name in _ALWAYS_SAID:
                self._known[name] = value
                self.outcome.changes.append(Remembered(name, value))

    def ask(self, question: Mapping[str, Any]) -> None:
        """Opens a question; ``task_form`` asks it and hears the answer."""
        self.set(question=dict(question), put_aside=None)
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
        if self.form:
            self.outcome.changes.append(FormSwitched(None))
            self.set(requested_slot=None)

    def offer_nobody(self) -> None:
        """Takes back the offer of an advisor that this turn has made: the answer is another one, after all."""
        if (self.get("question") or {}).get("name") == "advisor" and not self.outcome.is_due():
            self.outcome.changes = [each for each in self.outcome.changes if not isinstance(each, FormSwitched)]
            self.close()

    def step_aside(self) -> None:
        """The message is no answer to what the form asks: nothing is remembered of it, and others may deal with it."""
        self.outcome.changes.clear()

    def then(self, action: str) -> None:
        self.outcome.changes.append(ActionDue(action))

    def hand_over(self) -> None:
        self.outcome.changes.append(HandedOver())

    def _enter(self, form: str) -> None:
        if self.form != form:
            self.outcome.changes.append(FormSwitched(form))
