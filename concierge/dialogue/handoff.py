"""Handing over to a person, with everything they need in front of them, and coming back."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from concierge.conversations.model import Case, ConversationNotFound
from concierge.dialogue.order_outage import TELL_LATER
from concierge.dialogue.turn import Turn
from concierge.handoff import package
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Order
from concierge.storage import outage

logger = logging.getLogger(__name__)

_PRIORITY = {"safety": "urgent", "legal_threat": "high", "press": "high", "complaint": "high", "abuse": "high"}
_STILL_DOWN = "orders_still_down"
# Of normal priority: the law gives weeks, and nobody's parcel leaves meanwhile.
_PRIVACY = {"privacy_erasure", "privacy_export"}
_OWN_WORDS = {"cancel_urgent", _STILL_DOWN, *_PRIORITY, *_PRIVACY}  # reasons with a sentence of their own


async def hand_over(turn: Turn) -> None:
    """Opens a case for the conversation, and is silent from then on."""
    decided = turn.get("handoff") or {}
    reason = decided.get("reason") or _reason(turn)
    priority = decided.get("priority") or _PRIORITY.get(reason, "normal")
    try:
        position = await asyncio.to_thread(_open_case, turn, reason, priority)
    except (SQLAlchemyError, ConversationNotFound) as error:
        if outage.passes(error):
            raise
        logger.error("No case opened for conversation %s: %s", turn.conversation, type(error).__name__)
        turn.say("utter_handoff_failed")
        return
    words = f"utter_handoff_{reason}" if reason in _OWN_WORDS else "utter_handoff"
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
    if turn.intent in _PRIORITY:
        return turn.intent
    if turn.intent == f"EXTERNAL_{_STILL_DOWN}":
        return _STILL_DOWN
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
