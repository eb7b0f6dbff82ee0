"""How far the refund of an order is: which return it belongs to, whether all of it came back. Decides nothing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from concierge.orders.model import Order, Refund, Return, Status
from concierge.policy import money
from concierge.policy.situation import Situation

REFUNDS = (
    "none",
    "exchange",
    "in_transit",
    "processing",
    "accepted",
    "refused",
    "refunded",
    "refunded_partly",
    "cancelled_uncharged",
    "cancelled_charged",
    "cancelled_partly",
    "unavailable",
    "at_warehouse",
)
_CENT = Decimal("0.01")


def current_return(at: Situation) -> Return | None:
    """The return a question is about: one still open, else the latest; of the line, where one was chosen."""
    order = at.order
    if order is None:
        return None
    chosen = at.line.id if at.line is not None and len(at.lines) > 1 else None
    returns = sorted(order.returns, key=lambda item: item.requested_at)
    mine = [item for item in returns if chosen is None or chosen in item.lines]
    still_open = [item for item in mine if item.decided_at is None and item.accepted is None]
    candidates = still_open or mine
    return candidates[-1] if candidates else None


def _dated(order: Order) -> list[Refund]:
    return sorted(order.refunds, key=lambda refund: refund.issued_at)


def refunds_of(order: Order, item: Return) -> tuple[Refund, ...]:
    """What paid a return: all that was paid since, or of several accepted returns one refund each, as decided."""
    paid = [other for other in order.returns if other.accepted and other.kind == "return"]
    if [item] == paid:
        return tuple(refund for refund in _dated(order) if refund.issued_at >= _begun(item))
    left = _dated(order)
    for other in sorted(paid, key=lambda each: each.decided_at or each.received_at or each.requested_at):
        match = next((refund for refund in left if refund.issued_at >= _begun(other)), None)
        if match is not None:
            left.remove(match)
        if other is item:
            return (match,) if match else ()
    return ()


def _begun(item: Return) -> datetime:
    return item.received_at or item.requested_at


def value_of(order: Order, item: Return) -> Decimal:
    """What was paid for all that a return brings back, without shipping and taxes."""
    lines = [line for line in order.lines if line.id in item.lines]
    total = sum((money.paid_for(order, line, item.quantity(line)) for line in lines), Decimal(0))
    return total.quantize(_CENT)


def refund_state(at: Situation) -> str:
    """One of ``REFUNDS``, for the current return."""
    order = at.order
    if order is None:
        return "none"
    if order.status is Status.CANCELLED:
        return _cancelled(order)
    item = current_return(at)
    return _of_return(order, item) if item else _without_return(at, order)


def _of_return(order: Order, item: Return) -> str:
    if item.accepted is False:
        return "refused"
    if item.kind == "exchange":
        return "exchange"
    if not item.accepted:
        return "processing" if item.received_at else "in_transit"
    paid = refunds_of(order, item)
    if not paid:
        return "accepted"
    short = value_of(order, item) - sum(refund.amount for refund in paid)
    return "refunded_partly" if short > _CENT else "refunded"


def _cancelled(order: Order) -> str:
    taken, back = money.captured(order), money.refunded(order)
    if back and back >= taken:
        return "refunded"
    if not taken:
        return "cancelled_uncharged"
    return "cancelled_partly" if back else "cancelled_charged"


def _without_return(at: Situation, order: Order) -> str:
    if at.line is not None and at.line.unavailable:
        return "unavailable"
    back, taken = money.refunded(order), money.captured(order)
    if order.status is Status.RETURNED_TO_WAREHOUSE and not (back and back >= taken):
        return "at_warehouse"
    return "refunded" if order.refunds else "none"


def told(at: Situation) -> tuple[Refund, ...]:
    """The refunds that an answer names: an earlier one beside a return that is not refunded yet, else the return's."""
    if at.order is None or not at.order.refunds:
        return ()
    state = refund_state(at)
    if state not in ("refunded", "refunded_partly"):
        return (_dated(at.order)[-1],)
    item = current_return(at)
    return (refunds_of(at.order, item) if item and item.accepted else ()) or tuple(_dated(at.order))


def returned_value(at: Situation) -> Decimal | None:
    """As ``value_of``, of the current return."""
    item = current_return(at)
    return value_of(at.order, item) if at.order and item else None


def earlier(at: Situation) -> bool:
    """Whether something of this order was refunded besides a return that is not refunded yet."""
    return bool(at.order and at.order.refunds) and refund_state(at) not in (
        "refunded",
        "refunded_partly",
        "cancelled_partly",
    )


def return_received_at(at: Situation) -> datetime | None:
    """When the return in question reached the warehouse; ``None`` without one, and while it is under way."""
    item = current_return(at)
    return item.received_at if item else None


def return_decided_at(at: Situation) -> datetime | None:
    """When it was decided on, or else received; ``None`` without a return, and while it is under way."""
    item = current_return(at)
    return (item.decided_at or item.received_at) if item else None
