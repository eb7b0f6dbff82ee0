"""Handing over to a person, with everything they need in front of them, and coming back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from concierge import intents
from concierge.conversations.model import Case, ConversationNotFound
from concierge.dialogue.guesses import likely
from concierge.dialogue.order_outage import TELL_LATER
from concierge.dialogue.turn import Turn
from concierge.handoff import package
from concierge.handoff.opening import open_case
from concierge.handoff.waiting import wait_told
from concierge.masking.contacts import contacts
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Order
from concierge.settings import get_settings
from concierge.storage import outage

logger = logging.getLogger(__name__)

_CANCEL_URGENT = "cancel_urgent"  # a decision's, and has a sentence of its own like those that intents have
_SHOWS_THE_PLACE = "website"  # the channel
_SURE_OF_TOPIC = 0.3  # from here on the topic beside a wish for a person is named to the advisor


async def hand_over(turn: Turn) -> None:
    """Opens a case for the conversation, and is silent from then on."""
    decided = turn.get("handoff") or {}
    reason = _reason(turn, decided)
    own = intents.handoffs().get(reason)
    urged = decided.get("priority")
    priority = own.priority if own and (own.alarm or not urged) else urged or "normal"
    also: list[dict[str, Any]] = [{"response": reply} for reply in own.also] if own else []
    try:
        position, wait = await asyncio.to_thread(_open_case, turn, reason, priority)
    except (SQLAlchemyError, ConversationNotFound) as error:
        if outage.passes(error):
            raise
        logger.error("No case opened for conversation %s: %s", turn.conversation, type(error).__name__)
        turn.say("utter_handoff_failed", also=also)
        return
    words = f"utter_handoff_{reason}" if own or reason == _CANCEL_URGENT else "utter_handoff"
    if turn.may_prove or (own and own.alarm):
        unseen = [] if turn.may_prove else [{"response": "utter_handoff_unseen"}]
        # Without it the sentence that names it is left out: the widget shows the place as it is now.
        values = {} if turn.channel == _SHOWS_THE_PLACE else {"position": position}
        known = [{"text": wait}] if wait and turn.may_prove else []
        turn.say(words, values, also=[*also, *known, *unseen])
    else:
        turn.say("utter_handoff_unseen")
    turn.set(handoff=None)
    turn.close()
    turn.hand_over()


def after_case(turn: Turn) -> None:
    """The conversation is the assistant's again: the advisor handed it back or closed it, or the customer left."""
    note = turn.entity("note")
    turn.set(advisor_note=note, handoff=None)
    turn.close()
    values = {"advisor_name": turn.entity("person"), "note": contacts(" ".join(note.split())) if note else None}
    turn.say(f"utter_{turn.intent.removeprefix('EXTERNAL_')}", values)


def _reason(turn: Turn, decided: Mapping[str, Any]) -> str:
    said = intents.handoff_of(turn.intent)
    if said and (said.alarm or not decided.get("reason")):
        return said.reason
    if decided.get("reason"):
        return str(decided["reason"])
    asked = (turn.get("question") or {}).get("name")
    return "technical_problem" if asked == TELL_LATER else "customer_asked"


def _open_case(turn: Turn, reason: str, priority: str) -> tuple[int, str]:
    """Returns the customer's place in the queue, and what is known of the wait."""
    log, cases = turn.resources.log(), turn.resources.cases()
    order = _order(turn)
    document = package.build(
        log,
        turn.conversation,
        reason=reason,
        priority=priority,
        slots=turn.slots(),
        latest_intent={"name": turn.intent, "confidence": turn.confidence},
        order=order,
        decisions=log.decisions(turn.conversation),
        about=_about(turn),
    )
    case: Case = open_case(cases, document, order)
    wait = wait_told(cases, case, log.get(turn.conversation), mails=get_settings().sends_mail)
    return cases.position(case.id), wait


def _about(turn: Turn) -> str | None:
    """The topic beside a wish for a person."""
    if turn.intent != "talk_to_advisor":
        return None
    beside = [each for each in turn.ranking if each.get("confidence", 0.0) >= _SURE_OF_TOPIC]
    return next((name for name in likely(beside) if name != "talk_to_advisor"), None)


def _order(turn: Turn) -> Order | None:
    number = turn.get("verified_order")
    try:
        return turn.orders.get(number) if number else None
    except OrdersUnavailable:  # the advisor is needed all the more
        return None
