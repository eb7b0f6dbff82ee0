"""The form that asks what a task still needs, one question at a time, and hears the answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from concierge.dialogue import next_steps, order_outage, questions
from concierge.dialogue.follow_ups import asks_on
from concierge.dialogue.identification import hear, heard, identify, know, own_orders, take
from concierge.dialogue.order_choice import meant
from concierge.dialogue.several_orders import take_up_later
from concierge.dialogue.task_progress import go_on, known_order
from concierge.dialogue.turn import Turn
from concierge.intents import Kind, of_kind
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Line, Order
from concierge.selection import FOLLOW_UP

# Said in reply to a question, though nothing could be read from it; anything else is another matter.
_MEANT_AS_ANSWER = of_kind(Kind.ANSWER, Kind.NOT_UNDERSTOOD) - {"out_of_scope"}
PATIENCE = 1  # how many other matters before the question is dropped


async def hear_answer(turn: Turn) -> None:
    """Takes the message as the answer to the open question, and puts the question that is open then."""
    asks_on_by_cell = turn.intent == FOLLOW_UP and turn.cell is not None
    if (turn.calls_for_a_person or asks_on_by_cell) and turn.history.is_unanswered(turn.form):
        turn.step_aside()
        return
    order = None
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        if (turn.get("question") or {}).get("name") not in order_outage.WITHOUT_ORDER:
            order_outage.tell(turn)
            _finish(turn, None)
            return
    if not turn.history.is_unanswered(turn.form):
        if turn.history.interruptions() > PATIENCE:
            turn.set(question=None)
    elif not await _hear(turn, order):
        if turn.intent not in _MEANT_AS_ANSWER or any(heard(turn.text)) or asks_on(turn):
            turn.step_aside()  # the form asks again after the answer
            return
        turn.say("utter_please_choose")
    if turn.get("later") and not turn.get("question") and not turn.get("handoff"):
        await take_up_later(turn)
        order = await known_order(turn)
    _finish(turn, order)


def _finish(turn: Turn, order: Order | None) -> None:
    question = turn.get("question")
    if question:
        questions.put(turn, order)
    turn.set(answer=None, requested_slot="answer" if question else None)


async def _hear(turn: Turn, order: Order | None) -> bool:
    """Takes the message as the answer to the open question. False when it is none."""
    question = turn.get("question") or {}
    if question.get("kind") == "number":
        return await _number(turn, question)
    if any(heard(turn.text)):  # an order number or an e-mail is never an answer here
        return False
    hearing: dict[str, Callable[[Turn, dict[str, Any]], Awaitable[bool]]] = {
        "order": _order,
        "item": partial(_item, order=order),
        "fact": _fact,
        "offer": _offer,
    }
    return question.get("kind") in hearing and await hearing[question["kind"]](turn, question)


async def _number(turn: Turn, question: dict[str, Any]) -> bool:
    """Whether the number that was read is the one that was meant; the right one may come with the no."""
    if not hear(turn):
        yes = questions.yes_or_no(turn)
        if yes is None:
            return False
        turn.set(order_number=question["number"] if yes else question.get("otherwise"))
    turn.set(question=None)
    outcome = await identify(turn)
    if outcome == "found":
        await go_on(turn)
    elif outcome != "stopped":
        turn.set(order_asking=outcome if turn.get("order_number") else "mistyped")
        turn.then("action_ask_for_order")
    return True


async def _order(turn: Turn, question: dict[str, Any]) -> bool:
    number = turn.entity("choice") or questions.choice_in(turn.pressed()) or ""
    if number not in (turn.get("verified_orders") or []):
        try:
            order = meant(turn, await own_orders(turn), listed=True)
        except OrdersUnavailable:
            order_outage.tell(turn)
            return True
        if order is None:
            return False
        know(turn, [order])
        number = order.number
    take(turn, number)
    await go_on(turn)
    return True


async def _item(turn: Turn, question: dict[str, Any], order: Order | None) -> bool:
    options = [line for line in order.lines if line.id in question["options"]] if order else []
    line = questions.which_line(turn, options)
    if line is None and turn.intent != "deny":
        return False
    if line is None:
        turn.set(question=None)
        turn.say("utter_as_you_wish")
    else:
        turn.set(active_line=line.id)
        await go_on(turn)
    return True


async def _fact(turn: Turn, question: dict[str, Any]) -> bool:
    value = questions.fact(turn, question)
    if value is None:
        return False
    turn.set(question=None)
    if question["name"] == "replacement":
        await next_steps.record(turn, "exchange", str(value))
    elif question["name"] == "purchase_channel" and value == "online":
        turn.then("action_look_up_order")  # the order itself says all the rest
    else:
        line, known = turn.get("active_line") or "", turn.get("facts") or {}
        turn.set(facts={**known, line: {**known.get(line, {}), question["name"]: value}})
        await go_on(turn)
    return True


async def _named(turn: Turn) -> Line | None:
    order = await known_order(turn) if turn.intent in {"inform", "follow_up"} else None
    return questions.which_line(turn, [line for line in order.lines if not line.unavailable]) if order else None


async def _offer(turn: Turn, question: dict[str, Any]) -> bool:
    yes, name = questions.yes_or_no(turn), question["name"]
    if yes is None and name.startswith("try_") and (line := await _named(turn)):
        yes = True  # “the shoes” is a yes
        turn.set(active_line=line.id)
    if yes is None:
        return False
    turn.set(question=None)
    if not yes:
        turn.say("utter_as_you_wish")
    elif name == "exchange":
        turn.ask({"kind": "fact", "name": "replacement"})
    elif name.startswith("try_"):
        await next_steps.accept(turn, name, "")
        await go_on(turn)
    else:
        await next_steps.accept(turn, name, question.get("reason", ""))
    return True
