"""Where an order is, in the house's words, with what else is going on: returns, refunds, repairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from concierge.dialogue.order_card import cards
from concierge.dialogue.order_lateness import lateness
from concierge.dialogue.order_values import is_on_its_way, is_still_here, of_order, was_tried
from concierge.dialogue.turn import Turn
from concierge.intents import get
from concierge.orders.model import FAILED_ATTEMPTS, Order, Status

_REFUNDED = "utter_status_refunded"
_NO_DAY = "utter_no_day_yet"


def fitting(offers: Sequence[str], order: Order) -> list[str]:
    """Of these next steps, those that an order in this state allows; a person always can."""
    allowed = [each for each in offers if not (states := get(each).order_states) or order.status.value in states]
    return allowed if len(allowed) > 1 else [*allowed, "talk_to_advisor"]


def tell(turn: Turn, order: Order, *, money: bool = True) -> None:
    """The reply of each state brings its own next steps. What was read already is told in short. ``money``: whether
    what was refunded may be told, too."""
    values, (state, *others) = of_order(order), replies(order, money=money)
    also: list[dict[str, Any]] = [{"response": reply, "values": values} for reply in others]
    late = lateness(turn, order)
    if late is not None:
        values.pop("expected_date", None)  # a day that is over is not expected
        also.insert(0, late)
    if turn.history.told(state, *(each["response"] for each in also), order_number=order.number):
        turn.say("utter_status_unchanged", _in_short(order, values), region=order.region)
        return
    choices = ["talk_to_advisor"] if late else None
    shown = cards(order, late=late is not None)
    turn.say(state, values, region=order.region, also=also, choices=choices, cards=shown)


def _in_short(order: Order, values: dict[str, Any]) -> dict[str, Any]:
    """A sentence whose value is not there is left out: no day is expected of what has come."""
    ahead = {"expected_date", "tracking", "tracking_url"} if is_on_its_way(order) else set()
    kept = {"order_number", "delivered_date"} | ahead
    return {name: value for name, value in values.items() if name in kept} | {"order_state": order.status.value}


def tell_when(turn: Turn, order: Order) -> bool:
    """That no day is known yet, of what has not left and is asked for its day. False where one may be told."""
    choices = ["track_order", "talk_to_advisor"]
    if not is_still_here(order) or turn.history.last_reply() == _NO_DAY:
        return False
    turn.say(_NO_DAY, of_order(order), region=order.region, choices=choices)
    return True


def tell_attempts(turn: Turn, order: Order) -> None:
    """How often the courier has tried; where nothing is on its way, where the order is."""
    if not (is_on_its_way(order) and order.shipments):
        tell(turn, order)
        return
    reply = "utter_status_attempts" if was_tried(order) else "utter_status_no_attempt"
    _with_the_policy(turn, order, reply, "delivery_attempts")


def tell_invoice(turn: Turn, order: Order) -> None:
    """Its link, once there is one; until then, how an invoice comes."""
    if order.invoice_url and order.dispatched_at:
        turn.say("utter_invoice_of_order", of_order(order), region=order.region)
    else:
        turn.say("utter_invoice", region=order.region)


def _with_the_policy(turn: Turn, order: Order, reply: str, topic: str) -> None:
    values = of_order(order)
    turn.say(reply, values, region=order.region, also=[{"response": f"utter_{topic}", "values": values}])


def tell_repair(turn: Turn, order: Order) -> None:
    """How far the latest repair is."""
    reply = "utter_no_repair"
    if order.repairs:
        reply = "utter_repair_declined" if order.repairs[-1].status == "declined" else "utter_repair_state"
    turn.say(reply, of_order(order), region=order.region)


def replies(order: Order, *, money: bool = True) -> list[str]:
    """The state first, then at most two things worth knowing."""
    also = [reply for reply in _also(order) if money or reply != _REFUNDED]
    return [f"utter_status_{order.status.value}", *also[:2]]


def _also(order: Order) -> list[str]:
    found = []
    shipment = order.shipments[-1] if order.shipments else None
    failed = [attempt for attempt in shipment.attempts if attempt.outcome in FAILED_ATTEMPTS] if shipment else []
    if failed and order.status is Status.DISPATCHED:
        found.append("utter_status_attempts")
    if any(line.unavailable for line in order.lines):
        found.append("utter_status_unavailable")
    if order.returns:
        latest = order.returns[-1]
        if latest.accepted is False:
            found.append("utter_status_return_declined")
        elif latest.received_at:
            found.append("utter_status_return_received")
        else:
            found.append(f"utter_status_{latest.kind}_requested")
    if order.refunds:
        found.append(_REFUNDED)
    if order.repairs:
        found.append("utter_status_repair")
    return found
