"""A correction of what is in hand: another order, another item of it."""

from __future__ import annotations

import re

from concierge.dialogue import order_outage
from concierge.dialogue.identification import hear, take
from concierge.dialogue.line_choice import take_lines, which_lines
from concierge.dialogue.task_progress import go_on, known_order
from concierge.dialogue.task_requests import ask_for_order, with_what_was_said
from concierge.dialogue.tasks import TASKS
from concierge.dialogue.turn import Turn
from concierge.languages import lexicon
from concierge.memory.hearing import says
from concierge.orders import OrdersUnavailable


async def other_order(turn: Turn) -> None:
    """“No, the other order”, “the other item”."""
    task = TASKS[turn.get("task") or "track"]
    if hear(turn):
        await with_what_was_said(turn)
    elif task.by_line and turn.get("active_line") and not _names_an_order(turn):
        await _other_item(turn)
    elif other := _the_other(turn):
        take(turn, other)
        await go_on(turn)
    elif turn.get("verified_order") and not _names_an_order(turn) and await _names_an_item(turn):
        turn.say("utter_what_about")
    elif not turn.get("verified_order") and not turn.get("order_number"):  # “no, the boots”, of no order yet
        turn.say("utter_noted")
        ask_for_order(turn)
    else:
        turn.set(order_number=None, order_email=None)
        turn.ask_for_order("other")


async def _other_item(turn: Turn) -> None:
    """The one that is named, or the other of two; else it is asked which."""
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return
    lines = [line for line in order.lines if not line.unavailable] if order else []
    if meant := which_lines(turn, lines, turn.get("active_line")):
        take_lines(turn, meant)
    else:
        turn.set(active_line=None, lines_left=None)
    await go_on(turn)


async def _names_an_item(turn: Turn) -> bool:
    """“The first one”, of an order of which nothing is asked yet."""
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        return False
    lines = which_lines(turn, order.lines, turn.get("active_line")) if order else []
    if lines:
        take_lines(turn, lines)
    return bool(lines)


def _names_an_order(turn: Turn) -> bool:
    if says("same_order", turn.text):
        return False
    return not lexicon.words("order_words").isdisjoint(re.findall(r"\w+", turn.text.casefold()))


def _the_other(turn: Turn) -> str | None:
    """Of two orders that are known to be the customer's, the one that is not in hand."""
    known = turn.get("verified_orders") or []
    others = [number for number in known if number != turn.get("verified_order")]
    return others[0] if len(known) == 2 and len(others) == 1 else None
