"""What is offered after a decision, and what a yes to it really does: a return, an exchange or a repair that is
recorded, or a person. Nothing is offered that is not done."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from concierge.dialogue import order_outage, proofs
from concierge.dialogue.order_card import of_request
from concierge.dialogue.order_changes import ADDRESS
from concierge.dialogue.order_values import line_name
from concierge.dialogue.resources import Resources
from concierge.dialogue.turn import Turn
from concierge.languages.question_form import asks
from concierge.memory.hearing import says
from concierge.orders import NoSuchOrder, NotTaken, OrderBook, OrdersUnavailable
from concierge.orders.model import Order, Repair, Return, Status
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
    "cancel_form": "cancel",
    "address_form": ADDRESS,
    "advisor": "advisor",
    "urgent_handoff": "urgent_handoff",
}
_LONGEST_IDS = 120  # of lines, in a key
EXCEPTION = "exception"  # that an advisor looks at it all the same
_FOR_AN_EXCEPTION = {"grief", "illness", "urgency", "wrong_gift"}  # told in the conversation; anger is no reason
OTHER_TASK = {"try_return": "return", "try_exchange": "exchange", "try_repair": "repair"}
NOTES = {"cancel": "cancel_if_possible", "modify": "modify_if_possible", "change_address": "readdress_if_possible"}


def after(decision: Decision, order: Order | None) -> str | None:
    """The offer that follows this decision, if one does."""
    offer = _OFFERS.get(decision.next_step) or ("advisor" if decision.outcome == "advisor" else None)
    if offer in OTHER_TASK and not (order and has_arrived(order)):
        return None  # the reply has said when it will be possible
    return offer


def has_arrived(order: Order) -> bool:
    """Also where the parcels say so, and the order's own state lags behind."""
    parcels = order.shipments
    return order.status is Status.DELIVERED or (
        order.status is Status.DISPATCHED and bool(parcels) and all(parcel.delivered_at for parcel in parcels)
    )


def may_be_an_exception(turn: Turn) -> bool:
    """Whether what was told of the customer's life is something that an advisor may weigh where the rule says no."""
    return not _FOR_AN_EXCEPTION.isdisjoint(turn.get("feelings_heard") or ())


def wishes_an_exception(turn: Turn) -> bool:
    """After a no: whether the message asks for an exception, or tells for the first time what an advisor may weigh."""
    asked_before = turn.history.last_reply() == f"utter_offer_{EXCEPTION}"
    return not asked_before and (
        says("exception_wished", turn.text)
        or (may_be_an_exception(turn) and not asks(turn.text))
        or (says("protests", turn.text) and not asks(turn.text) and not _tells_of_a_fault(turn))
    )


def _tells_of_a_fault(turn: Turn) -> bool:
    """Then it is another matter than that the house's rule be bent."""
    return any(each.what in {"fault", "problem", "damage_cause"} for each in turn.memory.news())


def exception() -> dict[str, str]:
    """The offer of an advisor who may make one."""
    return {"kind": "offer", "name": EXCEPTION, "reason": EXCEPTION}


def follow(turn: Turn, offer: str | None, decision: Decision) -> None:
    if offer == "urgent_handoff":
        _urgent(turn, decision)
    elif offer == "cancel":
        turn.ask({"kind": "offer", "name": offer, "values": {"order_number": decision.order_number}})
    elif offer is not None:
        turn.ask({"kind": "offer", "name": offer, "reason": reason_of(offer, decision)})


def reason_of(offer: str, decision: Decision) -> str:
    """Of the case that a yes to the offer may become."""
    return EXCEPTION if offer == EXCEPTION else f"{decision.kind}_unclear"


async def accept(turn: Turn, name: str, reason: str) -> None:
    """What a yes to an offer does, or has the action do that follows."""
    if name in {"advisor", EXCEPTION}:
        turn.set(handoff={"reason": reason})
        turn.then("action_handoff")
    elif name == "look_up":
        turn.then("action_look_up_order")
    elif name in OTHER_TASK:
        turn.set(task=OTHER_TASK[name])
    elif name == order_outage.TELL_LATER:
        await order_outage.tell_later(turn)
    else:
        await record(turn, name)


def hand_over(turn: Turn, reason: str) -> None:
    """The task is a person's; the assistant's part in it is over."""
    turn.set(handoff={"reason": reason}, task=None)
    turn.then("action_handoff")


async def record(turn: Turn, kind: str, wanted: str = "", lines: Sequence[str] = ()) -> None:
    """Registers the return, exchange or repair of the item in hand, or of these; repeated, it is the same one. Where
    the system that holds the order takes none, it becomes a case: nothing is called registered that nobody has been
    told of."""
    number, items = turn.get("verified_order"), list(lines) or [turn.get("active_line")]
    if number is None:
        turn.set(handoff={"reason": f"{kind}_without_order"})
        turn.then("action_handoff")
        return
    words = wanted if kind == "exchange" else turn.get("words") or ""
    try:
        if not await proofs.allow(turn, kind):
            return
        said = words if kind != "return" else ""
        made = await asyncio.to_thread(
            register, turn.resources, number, items, kind, words=said, at=turn.now, conversation=turn.conversation
        )
    except OrdersUnavailable:
        order_outage.tell(turn)
        return
    except NotTaken as why:
        logger.info("A %s becomes a case in conversation %s: %s", kind, turn.conversation, why)
        hand_over(turn, f"{kind}_to_register")
        return
    turn.orders.changed()
    values: dict[str, Any] = {"case_number": made.id, "order_number": number}
    order = await asyncio.to_thread(turn.orders.get, number)
    shown = [of_request(order, made)] if order else []
    if isinstance(made, Repair):
        turn.say("utter_repair_registered", values, cards=shown)
        return
    names = [line_name(order.line(each)) for each in made.lines] if order else []
    values |= {"replacement": made.replacement, "items": names}
    turn.say(f"utter_{made.kind}_registered{'_several' if len(made.lines) > 1 else ''}", values, cards=shown)


def register(
    resources: Resources, number: str, lines: Sequence[str], kind: str, *, words: str, at: datetime, conversation: str
) -> Return | Repair:
    """One for all the lines. What is open for a line already, from another window or a second click, stands; else it is
    recorded. A repair is of one line. Blocks."""
    try:
        return _registered(resources.orders(), number, lines, kind, words=words, at=at, conversation=conversation)
    finally:
        resources.forget_if_erased(conversation)


def _registered(
    book: OrderBook, number: str, lines: Sequence[str], kind: str, *, words: str, at: datetime, conversation: str
) -> Return | Repair:
    order = book.get(number)
    if order is None:
        raise NoSuchOrder(number)
    if kind == "repair":
        [line] = lines
        repairs = [each for each in order.repairs if each.line == line]
        under_way = next((each for each in repairs if each.status not in {"sent_back", "declined"}), None)
        # Two that are counted the same are asked for at the same moment: they are one.
        key = f"repair:{line}:{len(repairs)}"
        return under_way or book.request_repair(number, line, words, key=key, at=at, conversation=conversation)
    under_way_back = {line: found for line in lines if (found := _open_return(order, line))}
    left = [line for line in lines if line not in under_way_back]
    if not left:
        return under_way_back[lines[-1]]
    returns = [each for each in order.returns if not set(left).isdisjoint(each.lines)]
    key = f"return:{_short('+'.join(left))}:{len(returns)}"
    return book.request_return(number, left, kind=kind, replacement=words, key=key, at=at, conversation=conversation)


def _open_return(order: Order, line: str) -> Return | None:
    """The return or exchange under way of a line, of which no piece is left that is not in one."""
    rest = order.left_to_return(order.line(line))  # some pieces may be on their way back, and these are not
    open_ones = [each for each in order.returns if line in each.lines and each.accepted is None]
    return next((each for each in reversed(open_ones) if each.kind == "exchange" or not rest), None)


def _short(ids: str) -> str:
    """As it is, or what stands for it in a key."""
    return ids if len(ids) <= _LONGEST_IDS else hashlib.sha256(ids.encode()).hexdigest()


def is_passed_on(turn: Turn, kind: str | None) -> bool:
    """Whether the wish is with an advisor: what is asked of it is answered, and it is not noted again."""
    decision = turn.get("decision") or {}
    return kind in NOTES and decision.get("kind") == kind and decision.get("next_step") == "urgent_handoff"


async def noted(turn: Turn, decision: Decision) -> bool:
    """The wish is on the order, for whoever may still catch it. False when it could not be written there."""
    number, kind = decision.order_number, NOTES.get(decision.kind)
    if number and kind:
        words = turn.get("words") or decision.kind
        key = f"{turn.conversation}:{kind}:{number}:{_digest(words)}"
        try:
            await asyncio.to_thread(
                note, turn.resources, number, words, kind, key=key, at=turn.now, conversation=turn.conversation
            )
        except (OrdersUnavailable, NotTaken):
            logger.error("Note not recorded in conversation %s", turn.conversation)
            return False
    return True


def note(
    resources: Resources, number: str, words: str, kind: str, *, key: str, at: datetime, conversation: str
) -> None:
    """Writes a wish on the order; with the same key once only. Blocks."""
    try:
        resources.orders().note(number, words, kind, key, at, conversation=conversation)
    finally:
        resources.forget_if_erased(conversation)


def _urgent(turn: Turn, decision: Decision) -> None:
    reason = "cancel_urgent" if decision.kind == "cancel" else f"{decision.kind}_urgent"
    turn.set(handoff={"reason": reason, "priority": "urgent"})
    turn.then("action_handoff")


def _digest(words: str) -> str:
    """The same wish said again is the same note; another wish is another one."""
    return hashlib.sha256(" ".join(words.casefold().split()).encode()).hexdigest()[:12]
