"""What is asked on after a decision said no: why, and who may decide otherwise."""

from __future__ import annotations

from typing import Any

from concierge.dialogue import next_steps
from concierge.dialogue.order_values import of_order
from concierge.dialogue.task_progress import known_order
from concierge.dialogue.turn import Turn
from concierge.languages.follow_up import part_of
from concierge.memory.hearing import says
from concierge.orders import OrdersUnavailable

_FEW_WORDS = 4  # of a “why?” that names nothing else
_CALLED = {
    "change_address": "address",
    "refund_status": "refund",
}  # what the replies to a kind of decision are called, where it is not that
_GIVEN = "utter_reason_given"
_TOLD_BY_THE_TOPIC = {"cancel"}  # kinds of which the topic's own “why” is why it is refused
_TOO_LATE = {"return": "returned_from_date", "exchange": "exchanged_from_date"}


async def asks_on_from_a_refusal(turn: Turn) -> bool:
    """Answers it. False where nothing was refused just before, or something else is asked."""
    told = _refused(turn)
    if told is None:
        return False
    if says("exception_wished", turn.text):
        turn.ask(next_steps.exception())
        return True
    if part_of(turn.text) != "why" or len(turn.text.split()) > _FEW_WORDS:
        return False
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        return False
    line = next((each for each in order.lines if each.id == turn.get("active_line")), None) if order else None
    if str((turn.get("decision") or {}).get("kind")) not in _TOLD_BY_THE_TOPIC:
        turn.cell = None
    if order is None or not (reason := _reason(told, of_order(order, line), turn)):
        return False
    turn.say(_GIVEN, reason, region=order.region)
    return True


def _refused(turn: Turn) -> str | None:
    """The reply that refused, if that was said last, or its reason."""
    decision = turn.get("decision") or {}
    if decision.get("outcome") != "no" or not turn.get("verified_order"):
        return None
    kind = str(decision.get("kind"))
    said, begins = turn.history.replies_before(), f"utter_{_CALLED.get(kind, kind)}_"
    return next((each for each in said if each.startswith(begins) or each == _GIVEN), None)


def _reason(told: str, known: dict[str, Any], turn: Turn) -> dict[str, Any]:
    """The values of the sentence that gives it; none where the answer itself says all that is known."""
    kind = str((turn.get("decision") or {}).get("kind"))
    if "_too_late" in told and kind in _TOO_LATE and "delivered_date" in known:
        return {_TOO_LATE[kind]: known["delivered_date"]}
    if told.endswith(("_personalised", "_made_to_order")) and "item" in known:
        return {"final_sale_item": known["item"]}
    if told == "utter_repair_excluded_sale" and "item" in known:
        return {"sale_item": known["item"]}
    return {}
