"""A correction of what is in hand: another order, another item of it."""

from __future__ import annotations

from concierge.dialogue.identification import hear, take
from concierge.dialogue.task_progress import go_on
from concierge.dialogue.task_requests import with_what_was_said
from concierge.dialogue.tasks import TASKS
from concierge.dialogue.turn import Turn


async def other_order(turn: Turn) -> None:
    """“No, the other order”, “the other item”."""
    task = TASKS[turn.get("task") or "track"]
    if hear(turn):
        await with_what_was_said(turn)
    elif task.by_line and turn.get("active_line") and "order" not in turn.text.casefold():
        turn.set(active_line=None)
        await go_on(turn)
    elif other := _the_other(turn):
        take(turn, other)
        await go_on(turn)
    else:
        turn.set(order_number=None, order_email=None)
        turn.ask_for_order("other")


def _the_other(turn: Turn) -> str | None:
    """Of two orders that are known to be the customer's, the one that is not in hand."""
    known = turn.get("verified_orders") or []
    others = [number for number in known if number != turn.get("verified_order")]
    return others[0] if len(known) == 2 and len(others) == 1 else None
