"""Until when the house's warranty runs for what was ordered: the policy's word on a defect of each item."""

from __future__ import annotations

import asyncio
from typing import Any

from concierge.dialogue.line_choice import in_hand_before, which_line
from concierge.dialogue.order_values import line_name, of_order
from concierge.dialogue.turn import Turn
from concierge.orders.model import Line, Order
from concierge.policy import Decision

_TELLS = {  # of a defect; anything else that the policy says of it is said as it is
    "utter_repair_free": "utter_warranty_runs",
    "utter_repair_paid_out_of_warranty": "utter_warranty_over",
    "utter_repair_longer_guarantee": "utter_warranty_over",
    "utter_repair_not_delivered": "utter_warranty_not_delivered",
}
_MOST = 3  # items in one message


async def tell(turn: Turn, order: Order) -> None:
    """Of the item in question, or of each."""
    lines = [line for line in order.lines if not line.unavailable]
    in_hand = next((line for line in lines if line.id == in_hand_before(turn)), None)
    named = which_line(turn, lines) or in_hand
    said = [await _of_line(turn, order, line) for line in ([named] if named else lines)[:_MOST]]
    if not said:
        turn.say("utter_repair_warranty", region=order.region)
        return
    first, *others = said
    turn.say(first["response"], first["values"], region=order.region, also=others, choices=["repair_item"])


async def _of_line(turn: Turn, order: Order, line: Line) -> dict[str, Any]:
    decide = turn.resources.house().decide
    decision: Decision = await asyncio.to_thread(
        decide, "repair", order, line=line.id, facts={"damage_cause": "defect"}, on=turn.now
    )
    values = of_order(order, line) | {"item": line_name(line)} | dict(decision.values)
    if decision.deadline:
        values |= {"warranty_date": decision.deadline.isoformat()}
    return {"response": _TELLS.get(decision.response, decision.response), "values": values}
