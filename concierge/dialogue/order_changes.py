"""An order that is cancelled, or sent elsewhere, before anybody prepares it: where the house's policy allows it and its
order system takes it. What the system does not take becomes an urgent case, as where the policy says no."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

from concierge.dialogue.proofs import allow
from concierge.dialogue.turn import Turn
from concierge.intents import Kind, of_kind
from concierge.masking.contacts import EMAIL
from concierge.orders import NotTaken, OrdersUnavailable
from concierge.orders.addresses import Address, read_address
from concierge.orders.model import Order, Status

logger = logging.getLogger(__name__)
ADDRESS = "new_address"  # the fact that is asked for, and the offer to change it
_TRIES = 2
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)")
_HARDLY_ELSE = of_kind(Kind.NOT_UNDERSTOOD, Kind.ANSWER)  # what an address may be taken for


async def cancel(turn: Turn) -> None:
    """Has the order in hand cancelled; repeated, it is the same cancellation. “Is cancelled” is said only where the
    order system shows it so."""
    number = turn.get("verified_order")
    book = turn.resources.orders()
    try:
        if not await allow(turn, "cancel"):
            return
        await asyncio.to_thread(
            book.cancel, number, key="cancel", at=turn.now, conversation=turn.conversation
        )  # one key: an order is cancelled once
    except (OrdersUnavailable, NotTaken) as why:
        if not await _is_cancelled(turn, number):  # the answer may have been lost on the way
            _urgent(turn, "cancel", why)
            return
    done = await _is_cancelled(turn, number)
    turn.say("utter_cancel_done" if done else "utter_cancel_taken", {"order_number": number})


async def _is_cancelled(turn: Turn, number: str) -> bool:
    turn.orders.changed()
    try:
        order = await asyncio.to_thread(turn.orders.get, number)
    except OrdersUnavailable:
        return False
    return order is not None and order.status is Status.CANCELLED


def ask_for_address(turn: Turn, order: Order) -> None:
    """Unless the wish has told it already."""
    words = EMAIL.split(turn.get("words") or "")[0]
    parts = [_SENTENCE_END.split(part)[0] for part in (words.partition(":")[2], _from_house_number(words))]
    told = next((found for part in parts if (found := read_address(part, order.country))), None)
    if told is not None:
        _offer(turn, order, told)
    else:
        turn.ask({"kind": "fact", "name": ADDRESS, "tries": 1})


def may_be_an_address(turn: Turn) -> bool:
    """Whether one was asked for, and there is a number in what came: its words mean nothing else then."""
    question = turn.get("question") or {}
    asked = question.get("name") == ADDRESS and question.get("kind") == "fact"
    return asked and any(character.isdigit() for character in turn.text)


def hear_address(turn: Turn, question: dict[str, Any], order: Order) -> bool:
    """Takes the message as the new address. False where it is another matter."""
    told = read_address(turn.text, order.country)
    country = turn.entity("country")
    if told is None and turn.intent == "deny":
        turn.set(question=None)
        turn.say("utter_as_you_wish")
    elif country and country != order.country:  # other duties, taxes and rights: a person
        turn.say("utter_address_other_country", {"delivery_country": order.country})
        _urgent(turn, "change_address", None)
    elif told is not None:
        _offer(turn, order, told)
    elif not may_be_an_address(turn) and turn.intent not in _HARDLY_ELSE:
        return False
    elif question["tries"] < _TRIES:
        turn.ask({**question, "reply": "utter_ask_fact_new_address_again", "tries": question["tries"] + 1})
    else:
        _urgent(turn, "change_address", None)
    return True


async def change_address(turn: Turn, question: dict[str, Any]) -> None:
    """Has the order in hand sent to the address that was confirmed."""
    number, address = turn.get("verified_order"), Address(*question["address"])
    book = turn.resources.orders()
    key = turn.once(ADDRESS) or f"{turn.conversation}:{ADDRESS}:{address}"[:200]
    try:
        if not await allow(turn, "change_address"):
            return
        await asyncio.to_thread(
            book.change_address, number, address, key=key, at=turn.now, conversation=turn.conversation
        )
    except (OrdersUnavailable, NotTaken) as why:
        _urgent(turn, "change_address", why)
        return
    turn.orders.changed()
    turn.say("utter_address_changed", {"order_number": number, "address": str(address)})


def _offer(turn: Turn, order: Order, address: Address) -> None:
    parts = [address.street, address.postcode, address.city]
    values = {"order_number": order.number, "address": str(address)}
    turn.ask({"kind": "offer", "name": ADDRESS, "address": parts, "values": values})


def _from_house_number(words: str) -> str:
    """“Change the address to 5 rue …”: from the number on."""
    found = re.search(r"(?<=\s)\d{1,4}[a-z]?[ ,].*", words, re.IGNORECASE | re.DOTALL)
    return found.group() if found else ""


def _urgent(turn: Turn, kind: str, why: Exception | None) -> None:
    if why is not None:
        logger.warning("A %s becomes a case in conversation %s: %s", kind, turn.conversation, why)
    turn.set(handoff={"reason": f"{kind}_urgent", "priority": "urgent"}, task=None, question=None)
    turn.then("action_handoff")
