"""Several orders in one message: each is dealt with once, in order, and at most one question is left open, at the end.

What is still to be dealt with waits in the slot ``later``: requests ``{"number", "task", "words", "item_words"}``.
"""

from __future__ import annotations

from typing import Any

from concierge.dialogue.identification import identify, take
from concierge.dialogue.outcome import ActionDue
from concierge.dialogue.task_progress import go_on
from concierge.dialogue.turn import Turn

_IN_HAND = ("task", "words", "item_words", "active_line", "question", "decision", "handoff")
_MOST = 4  # orders of one message; who names more is better served by a person


def note_others(turn: Turn) -> None:
    """What was asked of the first order is asked of the others that the message names."""
    for number in turn.other_numbers[: _MOST - 1]:
        put_off(turn, number)


def put_off(turn: Turn, number: str) -> None:
    """What is in hand is asked of this order too, or instead, once the order before it is dealt with."""
    request = {"number": number, **{name: turn.get(name) for name in ("task", "words", "item_words")}}
    later = turn.get("later") or []
    if request not in later:
        turn.set(later=[*later, request])


async def go_on_with_all(turn: Turn) -> None:
    """Goes on with the order in hand, then with those that wait."""
    await go_on(turn)
    await take_up_later(turn)


async def take_up_later(turn: Turn) -> None:
    """Deals with the orders that wait; the first question that is open in the end stays open."""
    first = _held(turn)
    while (later := turn.get("later")) and not _stopped(turn):
        request, *rest = later
        asked = {name: value for name, value in request.items() if name != "number"}
        turn.set(later=rest or None, question=None, order_number=request["number"], **asked)
        outcome = await identify(turn)
        if outcome == "found":
            await go_on(turn)
        elif outcome != "stopped" and first is None:
            turn.ask_for_order("first")
            return
        first = first or _held(turn)
    if first is not None:
        _take_up(turn, first)


def _held(turn: Turn) -> dict[str, Any] | None:
    """The order in hand with its open question, or on its way to a person; ``None`` when it is settled."""
    if turn.get("question") or _for_a_person(turn):
        return {"verified_order": turn.get("verified_order"), **{name: turn.get(name) for name in _IN_HAND}}
    return None


def _take_up(turn: Turn, held: dict[str, Any]) -> None:
    number = held["verified_order"]
    if number != turn.get("verified_order"):
        if turn.get("question") and turn.get("verified_order"):
            put_off(turn, turn.get("verified_order"))
        take(turn, number)
        turn.set(**{name: held[name] for name in _IN_HAND})
    if held["question"]:
        turn.ask(held["question"])


def _for_a_person(turn: Turn) -> bool:
    return any(isinstance(change, ActionDue) and change.action == "action_handoff" for change in turn.outcome.changes)


def _stopped(turn: Turn) -> bool:
    """The look-up itself asks something: which number was meant, or whether to wait for the order system."""
    return (turn.get("question") or {}).get("kind") in {"number", "order"}
