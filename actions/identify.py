"""Identity before data: an order is shown to who knows its number and its e-mail, and to nobody else.

An unknown number and a wrong e-mail have one answer. Wrong tries are counted, in the conversation and by network.
"""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import datetime, timedelta, timezone

from actions import resources
from actions.turn import Turn
from concierge.conversations.model import ConversationNotFound
from concierge.orders import OrdersUnavailable
from concierge.orders.identity import normalise_email
from concierge.orders.model import Order
from concierge.orders.numbers import find_numbers

logger = logging.getLogger(__name__)

TRIES_PER_CONVERSATION = 5
TRIES_PER_NETWORK_AND_HOUR = 20
_EVER = datetime(2000, 1, 1, tzinfo=timezone.utc)
_SEPARATORS = re.compile(r"[\W_]+")
# Whole: "claire@example.com@evil.org" is no address, and not its first half either.
_EMAIL = re.compile(r"(?<![^\s<>()\[\],;:\"'])[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+(?![^\s<>()\[\],;:\"'])")


class TooManyTries(Exception):
    """Whoever asks has guessed too often."""


def heard(text: str) -> tuple[str | None, str | None]:
    """Order number and e-mail in a message, in any order; each ``None`` where there is none."""
    emails = [email for email in map(normalise_email, _EMAIL.findall(text)) if email]
    numbers = find_numbers(_EMAIL.sub(" ", text))
    return (numbers[-1] if numbers else None, emails[-1] if emails else None)


def hear(turn: Turn) -> bool:
    """Notes what the message says of an order. True when it said anything."""
    number, email = heard(turn.text)
    if number:
        turn.set(order_number=number)
        if number not in _SEPARATORS.sub("", turn.text).upper():  # a look-alike or a typing mistake was put right
            turn.say("utter_number_read_as", {"order_number": number})
    if email:
        turn.set(order_email=email)
    return bool(number or email)


async def identify(turn: Turn) -> str:
    """ "found", "incomplete", "not_found", or "stopped": then a way on has been offered."""
    number, email = turn.get("order_number"), turn.get("order_email")
    if number in (turn.get("verified_orders") or []):
        take(turn, number)
        return "found"
    if not number or not email:
        return "incomplete"
    try:
        order = await asyncio.to_thread(_look_up, turn.conversation, number, email, turn.get("wrong_tries") or 0)
    except TooManyTries:
        turn.say("utter_too_many_tries")
    except OrdersUnavailable:
        logger.error("Orders unavailable in conversation %s", turn.conversation)
        turn.say("utter_orders_unavailable", {"order_number": number})
    else:
        if order is None:
            turn.set(wrong_tries=(turn.get("wrong_tries") or 0) + 1)
            return "not_found"
        turn.set(verified_orders=[*(turn.get("verified_orders") or []), order.number])
        take(turn, order.number)
        return "found"
    turn.set(question={"kind": "offer", "name": "advisor", "reason": "identity_failed", "asked": True})
    return "stopped"


def take(turn: Turn, number: str) -> None:
    """Has this order in hand from now on."""
    if number != turn.get("verified_order"):
        turn.set(active_line=None, facts=None)
    turn.set(verified_order=number, order_known=True, order_number=None, order_email=None, order_asking=None)


def _look_up(conversation: str, number: str, email: str, wrong_tries: int) -> Order | None:
    log = resources.log()
    try:
        network = str(log.get(conversation).attributes.get("network") or "")
    except ConversationNotFound:  # a plain `rasa shell`: there is nobody else to count
        if wrong_tries >= TRIES_PER_CONVERSATION:
            raise TooManyTries from None
        return resources.orders().find(number, email)
    hour_ago = datetime.now(timezone.utc) - timedelta(hours=1)
    tries = max(wrong_tries, log.failed_lookups(_EVER, conversation_id=conversation))
    if tries >= TRIES_PER_CONVERSATION or (
        network and log.failed_lookups(hour_ago, network=network) >= TRIES_PER_NETWORK_AND_HOUR
    ):
        raise TooManyTries
    order = resources.orders().find(number, email)
    log.record_lookup(conversation, network, order is not None)
    if order is not None:
        log.update(conversation, name=order.name, email=order.email)
    return order
