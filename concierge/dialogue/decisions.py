"""What the policy decides of an item, from what the customer has told of it; and the decision for the record."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from concierge.dialogue.turn import Turn
from concierge.memory.memory import WHOLE, line_of
from concierge.orders.model import Line, Order
from concierge.policy import Decision
from concierge.policy.answers import ASKED
from concierge.storage import outage

logger = logging.getLogger(__name__)

# What is supposed where it is told what a decision hangs on, or until when.
AS_IT_SHOULD_BE = {
    "original_condition": True,
    "opened": False,
    "seal_intact": True,
    "damage_cause": "defect",
    "proof_of_purchase": True,
}


async def decide(turn: Turn, kind: str, order: Order | None, line: Line | None, **supposed: Any) -> Decision:
    """Of the item with what is told of it; without an item, of the order. ``supposed``: facts that hold where nothing
    else is told."""
    decided = partial(turn.resources.house().decide, kind, order, line=line.id if line else None, on=turn.now)
    return await asyncio.to_thread(decided, facts={**supposed, **told_of(turn, order, line)})


def told_of(turn: Turn, order: Order | None, line: Line | None) -> dict[str, Any]:
    """What the customer has told of this item, as the policy's rules ask for it. Of an order they know the rest."""
    if order is None:
        kind = turn.memory.get("category")
        return turn.memory.facts(ASKED, {WHOLE, kind} if kind else {WHOLE})
    if line is None:  # of the whole order: what is told of any kind of item
        return turn.memory.facts(ASKED, {each.of for each in turn.memory.everything()})
    return turn.memory.facts(ASKED, {WHOLE, line_of(order.number, line.id), line.category.value})


async def record(turn: Turn, decision: Decision) -> str | None:
    """For the advisor and the record. The customer is answered even if it can never be kept."""
    try:
        return await asyncio.to_thread(
            turn.resources.log().record_decision,
            turn.conversation,
            decision.kind,
            decision.outcome,
            decision.to_dict(),
            decision.order_number or "",
            key=turn.once("decision", decision.kind, decision.order_number or "", decision.line or ""),
        )
    except SQLAlchemyError as error:
        if outage.passes(error):
            raise
        logger.error("Decision not recorded in conversation %s: %s", turn.conversation, type(error).__name__)
        return None
