"""What the words themselves ask of the order in hand, whatever the message was taken for."""

from __future__ import annotations

from concierge.dialogue.next_steps import has_arrived
from concierge.dialogue.order_lateness import says_late
from concierge.dialogue.task_progress import known_order
from concierge.dialogue.tasks import TASKS, Task
from concierge.dialogue.turn import Turn
from concierge.languages.follow_up import part_of
from concierge.languages.question_form import asks
from concierge.memory.hearing import says
from concierge.orders import OrdersUnavailable
from concierge.selection import FOLLOW_UP

_OF_THE_WARRANTY = {"repair_warranty", "legal_guarantee"}
CLEAR = 0.8  # from this confidence on a message is what it was taken for


async def plainly_asked(turn: Turn) -> Task | None:
    """“And the bag comes when”, “why does it take so long?”, of an order that is still to come; “has the belt been
    refunded?”, of one of which something was sent back; “until when?”, of its warranty. ``None`` where nothing of the
    kind is asked."""
    is_clear = turn.confidence >= CLEAR and turn.intent != FOLLOW_UP
    if is_clear or not turn.get("verified_order"):
        return None
    if says("until_when", turn.text) and turn.get("topic") in _OF_THE_WARRANTY:
        return TASKS["warranty"]
    comes = says("comes", turn.text) and (part_of(turn.text) == "time" or bool(turn.entity("category")))
    refunded = asks(turn.text) and says("refunded", turn.text)
    late = asks(turn.text) and says_late(turn.text)
    if not (comes or refunded or late):
        return None
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        return None
    if order is not None and (comes or late) and not has_arrived(order):
        return TASKS["track"] if comes else TASKS["delivery_problem"]
    return TASKS["refund_status"] if order is not None and refunded and order.returns else None
