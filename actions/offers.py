"""What is offered after a decision, and what a yes to it really does: a return, an exchange or a repair that is
recorded, or a person. Nothing is offered that is not done."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from typing import Any

from actions import resources
from actions.turn import Turn
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Order, Status
from concierge.policy import Decision

logger = logging.getLogger(__name__)

# The policy's next step → what is offered for it.
_OFFERS = {
    "return_form": "return",
    "exchange_form": "exchange",
    "repair_form": "repair",
    "offer_return": "try_return",
    "offer_exchange": "try_exchange",
    "offer_repair": "try_repair",
    "advisor": "advisor",
    "urgent_handoff": "urgent_handoff",
}
_OTHER_TASK = {"try_return": "return", "try_exchange": "exchange", "try_repair": "repair"}
_NOTES = {"cancel": "cancel_if_possible", "modify": "modify_if_possible", "change_address": "readdress_if_possible"}


def after(decision: Decision, order: Order | None) -> str | None:
    """The offer that follows this decision, if one does."""
    offer = _OFFERS.get(decision.next_step) or ("advisor" if decision.outcome == "advisor" else None)
    if offer in _OTHER_TASK and (order is None or order.status is not Status.DELIVERED):
        return None  # the reply has said when it will be possible
    return offer


async def follow(turn: Turn, offer: str | None, decision: Decision) -> None:
    if offer == "urgent_handoff":
        await _urgent(turn, decision)
    elif offer is not None:
        turn.ask({"kind": "offer", "name": offer, "reason": f"{decision.kind}_unclear"})


def unavailable(turn: Turn) -> None:
    """The orders cannot be reached: say so, and offer a person with what is known."""
    logger.error("Orders unavailable in conversation %s", turn.conversation)
    turn.say("utter_orders_unavailable", {"order_number": turn.get("verified_order") or turn.get("order_number")})
    turn.ask({"kind": "offer", "name": "advisor", "reason": "technical_problem", "asked": True})


def accept(turn: Turn, name: str, reason: str) -> Callable[[], Any] | None:
    """What a yes to an offer starts; an awaitable thing to do, or ``None`` when an action that follows does it."""
    if name == "advisor":
        turn.set(handoff={"reason": reason})
        turn.then("action_handoff")
    elif name == "look_up":
        turn.then("action_look_up_order")
    elif name in _OTHER_TASK:
        turn.set(task=_OTHER_TASK[name])
    else:
        return lambda: record(turn, name)
    return None


async def record(turn: Turn, kind: str, wanted: str = "") -> None:
    """Registers the return, exchange or repair of the item in hand; repeated, it is the same one."""
    number, line = turn.get("verified_order"), turn.get("active_line")
    if number is None:
        turn.set(handoff={"reason": f"{kind}_without_order"})
        turn.then("action_handoff")
        return
    book, at = resources.orders(), resources.now()
    key = f"{turn.conversation}:{kind}:{number}:{line}"
    try:
        if kind == "repair":
            words = turn.get("words") or ""
            made: Any = await asyncio.to_thread(book.request_repair, number, line, words, key=key, at=at)
        else:
            made = await asyncio.to_thread(
                book.request_return, number, [line], kind=kind, replacement=wanted, key=key, at=at
            )
    except OrdersUnavailable:
        unavailable(turn)
        return
    turn.say(f"utter_{kind}_registered", {"case_number": made.id, "order_number": number, "replacement": wanted})


async def _urgent(turn: Turn, decision: Decision) -> None:
    """An advisor may still catch it: note it on the order at once, and hand over."""
    number, kind = decision.order_number, _NOTES.get(decision.kind)
    if number and kind:
        words = turn.get("words") or decision.kind
        key = f"{turn.conversation}:{kind}:{number}:{_digest(words)}"
        try:
            await asyncio.to_thread(resources.orders().note, number, words, kind, key, resources.now())
        except OrdersUnavailable:
            logger.error("Note not recorded in conversation %s", turn.conversation)
    reason = "cancel_urgent" if decision.kind == "cancel" else f"{decision.kind}_urgent"
    turn.set(handoff={"reason": reason, "priority": "urgent"})
    turn.then("action_handoff")


def _digest(words: str) -> str:
    """The same wish said again is the same note; another wish is another one."""
    return hashlib.sha256(" ".join(words.casefold().split()).encode()).hexdigest()[:12]
