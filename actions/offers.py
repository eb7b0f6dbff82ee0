"""What is offered after a decision, and what a yes to it really does: a return, an exchange or a repair that is
recorded, or a person. Nothing is offered that is not done."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from actions import resources
from actions.turn import Turn
from concierge import outage
from concierge.conversations.model import REST, REST_ANONYMOUS, REST_SERVER, ConversationNotFound
from concierge.orders import NoSuchOrder, OrdersUnavailable
from concierge.orders.model import Order, Repair, Return, Status
from concierge.policy import Decision
from concierge.settings import get_settings

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
TELL_LATER = "tell_later"
WITHOUT_ORDER = {TELL_LATER, "advisor"}  # what can be accepted while the orders cannot be reached
_REQUEST = {
    "task": "task",
    "words": "words",
    "number": "order_number",
    "email": "order_email",
    "verified_order": "verified_order",
}
# Channels that nothing can be sent to without a question.
_ANSWERS_ONLY = {REST, REST_SERVER, REST_ANONYMOUS, "cmdline"}
_OTHER_TASK = {"try_return": "return", "try_exchange": "exchange", "try_repair": "repair"}
_NOTES = {"cancel": "cancel_if_possible", "modify": "modify_if_possible", "change_address": "readdress_if_possible"}


def after(decision: Decision, order: Order | None) -> str | None:
    """The offer that follows this decision, if one does."""
    offer = _OFFERS.get(decision.next_step) or ("advisor" if decision.outcome == "advisor" else None)
    if offer in _OTHER_TASK and (order is None or order.status is not Status.DELIVERED):
        return None  # the reply has said when it will be possible
    return offer


def follow(turn: Turn, offer: str | None, decision: Decision) -> None:
    if offer == "urgent_handoff":
        _urgent(turn, decision)
    elif offer is not None:
        turn.ask({"kind": "offer", "name": offer, "reason": f"{decision.kind}_unclear"})


def unavailable(turn: Turn) -> None:
    """The orders cannot be reached: say so, and offer to tell the customer later, or a person, with what is known."""
    say_unavailable(turn)
    turn.ask(turn.get("question"))


def say_unavailable(turn: Turn) -> None:
    """``unavailable`` for an action that is inside another form: the question is set, not yet put."""
    logger.error("Orders unavailable in conversation %s", turn.conversation)
    number = turn.get("order_number") or turn.get("verified_order")
    if turn.channel in _ANSWERS_ONLY:
        _advisor_instead(turn, number)
    else:
        turn.say("utter_orders_unavailable", {"order_number": number})
        turn.set(question={"kind": "offer", "name": TELL_LATER, "asked": True})


def _advisor_instead(turn: Turn, number: str | None) -> None:
    turn.say("utter_orders_unavailable_now", {"order_number": number})
    turn.set(question={"kind": "offer", "name": "advisor", "reason": "technical_problem", "asked": True})


async def _tell_later(turn: Turn) -> None:
    """Keeps what was asked, so that it is answered here when the order system is back: see ``actions/recall.py``."""
    wanted = {name: turn.get(slot) for name, slot in _REQUEST.items() if turn.get(slot)}
    number = wanted.get("number") or wanted.get("verified_order") or ""
    key = f"{turn.conversation}:{wanted.get('task', '')}:{number}"
    within = timedelta(hours=get_settings().tell_later_hours)
    try:
        made = await asyncio.to_thread(resources.promised().promise, turn.conversation, key, wanted, within=within)
    except (SQLAlchemyError, ConversationNotFound) as error:
        if outage.passes(error):
            raise
        logger.error("Nothing promised in conversation %s: %s", turn.conversation, type(error).__name__)
        _advisor_instead(turn, number)
        turn.ask(turn.get("question"))
        return
    turn.set(promised_answer={"id": made.id, "number": number})
    turn.say("utter_told_later")


async def answered(turn: Turn, order: Order) -> None:
    """The customer has come back before the promise was kept, and is answered now: it is not kept twice."""
    promise = turn.get("promised_answer") or {}
    if promise.get("number") == order.number:
        turn.set(promised_answer=None)
        try:
            await asyncio.to_thread(resources.promised().keep, promise["id"])
        except SQLAlchemyError as error:
            if outage.passes(error):
                raise
            logger.error("Promise not closed in conversation %s: %s", turn.conversation, type(error).__name__)


def accept(turn: Turn, name: str, reason: str) -> Callable[[], Any] | None:
    """What a yes to an offer starts; an awaitable thing to do, or ``None`` when an action that follows does it."""
    if name == "advisor":
        turn.set(handoff={"reason": reason})
        turn.then("action_handoff")
    elif name == "look_up":
        turn.then("action_look_up_order")
    elif name in _OTHER_TASK:
        turn.set(task=_OTHER_TASK[name])
    elif name == TELL_LATER:
        return lambda: _tell_later(turn)
    else:
        return lambda: record(turn, name)
    return None


def hand_over(turn: Turn, reason: str) -> None:
    """The task is a person's; the assistant's part in it is over."""
    turn.set(handoff={"reason": reason}, task=None)
    turn.then("action_handoff")


async def record(turn: Turn, kind: str, wanted: str = "") -> None:
    """Registers the return, exchange or repair of the item in hand; repeated, it is the same one."""
    number, line = turn.get("verified_order"), turn.get("active_line")
    if number is None:
        turn.set(handoff={"reason": f"{kind}_without_order"})
        turn.then("action_handoff")
        return
    words = wanted if kind == "exchange" else turn.get("words") or ""
    try:
        said = words if kind != "return" else ""
        made = await asyncio.to_thread(_register, number, line, kind, said, turn.conversation)
    except OrdersUnavailable:
        unavailable(turn)
        return
    values = {"case_number": made.id, "order_number": number, "replacement": getattr(made, "replacement", "")}
    turn.say(f"utter_{getattr(made, 'kind', 'repair')}_registered", values)


def _register(number: str, line: str, kind: str, words: str, conversation: str = "") -> Return | Repair:
    """What is open for the line already, from another window or a second click, stands; else it is recorded. Blocks."""
    try:
        return _registered(number, line, kind, words, conversation)
    finally:
        resources.forget_if_erased(conversation)


def _registered(number: str, line: str, kind: str, words: str, conversation: str) -> Return | Repair:
    book, at = resources.orders(), resources.now()
    order = book.get(number)
    if order is None:
        raise NoSuchOrder(number)
    if kind == "repair":
        repairs = [each for each in order.repairs if each.line == line]
        under_way = next((each for each in repairs if each.status not in {"sent_back", "declined"}), None)
        # Two that are counted the same are asked for at the same moment: they are one.
        key = f"repair:{line}:{len(repairs)}"
        return under_way or book.request_repair(number, line, words, key=key, at=at, conversation=conversation)
    returns = [each for each in order.returns if line in each.lines]
    under_way_back = next((each for each in returns if each.accepted is None), None)
    key = f"return:{line}:{len(returns)}"
    return under_way_back or book.request_return(
        number, [line], kind=kind, replacement=words, key=key, at=at, conversation=conversation
    )


async def noted(turn: Turn, decision: Decision) -> bool:
    """The wish is on the order, for whoever may still catch it. False when it could not be written there."""
    number, kind = decision.order_number, _NOTES.get(decision.kind)
    if number and kind:
        words = turn.get("words") or decision.kind
        key = f"{turn.conversation}:{kind}:{number}:{_digest(words)}"
        try:
            await asyncio.to_thread(_note, number, words, kind, key, turn.conversation)
        except OrdersUnavailable:
            logger.error("Note not recorded in conversation %s", turn.conversation)
            return False
    return True


def _note(number: str, words: str, kind: str, key: str, conversation: str) -> None:
    try:
        resources.orders().note(number, words, kind, key, resources.now(), conversation=conversation)
    finally:
        resources.forget_if_erased(conversation)


def _urgent(turn: Turn, decision: Decision) -> None:
    reason = "cancel_urgent" if decision.kind == "cancel" else f"{decision.kind}_urgent"
    turn.set(handoff={"reason": reason, "priority": "urgent"})
    turn.then("action_handoff")


def _digest(words: str) -> str:
    """The same wish said again is the same note; another wish is another one."""
    return hashlib.sha256(" ".join(words.casefold().split()).encode()).hexdigest()[:12]
