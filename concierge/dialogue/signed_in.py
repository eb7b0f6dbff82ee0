"""A customer who is signed in to the shop: the page proved their e-mail, so their orders are known without asking."""

from __future__ import annotations

from concierge.dialogue import order_outage
from concierge.dialogue.identification import know, own_orders, take
from concierge.dialogue.order_choice import meant, options
from concierge.dialogue.turn import Turn
from concierge.languages.registry import DEFAULT
from concierge.orders import OrdersUnavailable


async def recognise(turn: Turn) -> bool:
    """Takes up the orders of a customer whose e-mail the page has proved. True when nothing need be asked for them."""
    try:
        found = await own_orders(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return True
    if not found:
        return False
    know(turn, found)
    order = found[0] if len(found) == 1 else meant(turn, found)
    if order is not None:
        take(turn, order.number)
    else:
        buttons = options(found, turn.get("language") or DEFAULT)
        turn.ask({"kind": "order", "buttons": buttons, "more": len(found) > len(buttons)})
    return True
