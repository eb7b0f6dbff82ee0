"""The orders cannot be reached: what is said and offered, and the promise to answer once they can be."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from concierge.conversations.model import REST, REST_ANONYMOUS, REST_SERVER, ConversationNotFound
from concierge.dialogue.turn import Turn
from concierge.orders.model import Order
from concierge.storage import outage

logger = logging.getLogger(__name__)

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


def tell(turn: Turn) -> None:
    """The orders cannot be reached: say so, and offer to tell the customer later, or a person, with what is known."""
    tell_within_form(turn)
    turn.ask(turn.get("question"))


def tell_within_form(turn: Turn) -> None:
    """``tell`` for an action that is inside another form: the question is set, not yet put."""
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


async def tell_later(turn: Turn) -> None:
    """Keeps what was asked, so that it is answered here when the order system is back: see ``promised_answers``."""
    wanted = {name: turn.get(slot) for name, slot in _REQUEST.items() if turn.get(slot)}
    number = wanted.get("number") or wanted.get("verified_order") or ""
    key = f"{turn.conversation}:{wanted.get('task', '')}:{number}"
    within = timedelta(hours=turn.resources.settings.tell_later_hours)
    try:
        made = await asyncio.to_thread(turn.resources.promised().promise, turn.conversation, key, wanted, within=within)
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
            await asyncio.to_thread(turn.resources.promised().keep, promise["id"])
        except SQLAlchemyError as error:
            if outage.passes(error):
                raise
            logger.error("Promise not closed in conversation %s: %s", turn.conversation, type(error).__name__)
