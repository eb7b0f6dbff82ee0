"""Handing over to a person, with everything they need in front of them, and coming back."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from concierge import intents
from concierge.conversations.model import Case, ConversationNotFound
from concierge.dialogue.order_outage import TELL_LATER
from concierge.dialogue.turn import Turn
from concierge.handoff import package
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Order
from concierge.storage import outage

logger = logging.getLogger(__name__)

_CANCEL_URGENT = "cancel_urgent"  # a decision's, and has a sentence of its own like those that intents have


async def hand_over(turn: Turn) -> None:
    """Opens a case for the conversation, and is silent from then on."""
    decided = turn.get("handoff") or {}
    reason = decided.get("reason") or _reason(turn)
    own = intents.handoffs().get(reason)
    priority = decided.get("priority") or (own.priority if own else "normal")
    try:
        position = await asyncio.to_thread(_open_case, turn, reason, priority)
    except (SQLAlchemyError, ConversationNotFound) as error:
        if outage.passes(error):
            raise
        logger.error("No case opened for conversation %s: %s", turn.conversation, type(error).__name__)
        turn.say("utter_handoff_failed")
        return
    words = f"utter_handoff_{reason}" if own or reason == _CANCEL_URGENT else "utter_handoff"
    turn.say(words if turn.may_prove else "utter_handoff_unseen", {"position": position})
    turn.set(handoff=None)
    turn.close()
    turn.hand_over()


def after_case(turn: Turn) -> None:
    """The conversation is the assistant's again: the advisor handed it back or closed it, or the customer left."""
    turn.set(advisor_note=turn.entity("note"), handoff=None)
    turn.close()
    turn.say(f"utter_{turn.intent.removeprefix('EXTERNAL_')}", {"advisor_name": turn.entity("person")})


def _reason(turn: Turn) -> str:
    intent = intents.registry().intents.get(turn.intent)
    if intent and intent.handoff:
        return intent.handoff.reason
    asked = (turn.get("question") or {}).get("name")
    return "technical_problem" if asked == TELL_LATER else "customer_asked"


def _open_case(turn: Turn, reason: str, priority: str) -> int:
    """Returns the customer's place in the queue."""
    log, cases = turn.resources.log(), turn.resources.cases()
    order = _order(turn)
    queue = order.region if order else turn.get("region") or "ROW"
    document = package.build(
        log,
        turn.conversation,
        reason=reason,
        priority=priority,
        queue=queue,
        slots=turn.slots(),
        latest_intent={"name": turn.intent, "confidence": turn.confidence},
        order=order,
        decisions=log.decisions(turn.conversation),
    )
    case: Case = cases.start(
        turn.conversation,
        reason=reason,
        priority=priority,
        queue=queue,
        summary=document["summary"],
        package=document,
    )
    return cases.position(case.id)


def _order(turn: Turn) -> Order | None:
    number = turn.get("verified_order")
    try:
        return turn.orders.get(number) if number else None
    except OrdersUnavailable:  # the advisor is needed all the more
        return None
