"""The telephone number that a channel's provider tells proves an order with its number, for what the policy says.

Whoever names a number of an order reads nothing from it unless they write from the very telephone that it was placed
with, which nobody can choose: so a number that does not fit is no wrong try, and the e-mail address is asked for as it
would have been.
"""

from __future__ import annotations

import asyncio

from concierge.conversations.model import ConversationNotFound
from concierge.conversations.moving import WENT_ON
from concierge.conversations.provider_phone import phone_of
from concierge.dialogue.proofs import purpose_of
from concierge.dialogue.tries import attempt
from concierge.dialogue.turn import Turn
from concierge.orders.model import Order
from concierge.policy.proofs import NUMBER_PHONE


async def by_phone(turn: Turn, number: str) -> Order | None:
    """The order, once it is proved so and noted. Raises ``NoTry`` and ``OrdersUnavailable``."""
    if NUMBER_PHONE not in purpose_of(turn.get("task") or "track").proofs:
        return None
    return await asyncio.to_thread(_look_up, turn, number)


def _look_up(turn: Turn, number: str) -> Order | None:
    log = turn.resources.log()
    try:
        known = log.get(turn.conversation)
    except ConversationNotFound:
        return None
    # A conversation that was brought along from the website is read and written there, too: by whoever opened the page,
    # who need not be whoever the link was sent to.
    if known.attributes.get(WENT_ON):
        return None
    phone = phone_of(log.engine, turn.conversation)
    order = turn.orders.find_by_phone(number, phone) if phone else None
    return attempt(turn, number, NUMBER_PHONE, lambda: order) if order else None
