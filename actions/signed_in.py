"""A customer who is signed in to the shop: the page proved their e-mail, so their orders are known without asking."""

from __future__ import annotations

import asyncio

from actions import resources
from actions.identify import take
from actions.turn import Turn
from concierge.conversations.model import ConversationNotFound
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Order

MOST_OPTIONS = 5


async def recognise(turn: Turn) -> bool:
    """Takes up the orders of a customer whose e-mail the page has proved. True when nothing need be asked for them."""
    found = await asyncio.to_thread(_proved, turn.conversation)
    if not found:
        return False
    turn.set(verified_orders=[order.number for order in found], order_known=True)
    if len(found) == 1:
        take(turn, found[0].number)
    else:
        options = {each.number: ", ".join(line.product for line in each.lines) for each in found[:MOST_OPTIONS]}
        turn.ask({"kind": "order", "options": options})
    return True


def _proved(conversation: str) -> list[Order]:
    try:
        email = resources.log().get(conversation).attributes.get("verified_email")
        return resources.orders().find_by_email(email) if email else []
    except (ConversationNotFound, OrdersUnavailable):
        return []
