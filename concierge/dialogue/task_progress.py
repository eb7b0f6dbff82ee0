"""Going on with the customer's task as far as it goes: which item, which facts, the decision, the next best thing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from concierge.dialogue import (
    exchange_choice,
    next_steps,
    order_changes,
    order_outage,
    order_status,
    proofs,
    several_items,
    warranty,
)
from concierge.dialogue.decisions import AS_IT_SHOULD_BE, decide, record
from concierge.dialogue.identification import heard
from concierge.dialogue.line_choice import (
    asked_for,
    in_hand_before,
    take_lines,
    turns_to_what_is_unknown,
    which_lines,
)
from concierge.dialogue.order_lateness import against_its_day, says_late
from concierge.dialogue.order_values import as_of_line, is_still_here, line_name, of_order
from concierge.dialogue.tasks import BY_INTENT, TASKS, Task
from concierge.dialogue.turn import Turn
from concierge.languages.follow_up import part_of
from concierge.memory.memory import ASKED, line_of
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Category, Line, Order
from concierge.policy import Decision

# Kinds of which a reply tells what holds if all is as it should be, and until when.
_TOLD_IF_SO = {"return": "deadline_date", "exchange": "deadline_date", "repair": "warranty_date"}
_TELLS_THE_CARD = {"utter_refund_issued_card", "utter_refund_partly", "utter_refund_unavailable"}
# Who asks of such an order why it shows twice is told of the two entries first.
_LESS_WAS_TAKEN = {"utter_charge_lower", "utter_charge_partial"}


async def known_order(turn: Turn) -> Order | None:
    """The order that this conversation has proved to be the customer's. Raises ``OrdersUnavailable``."""
    number = turn.get("verified_order")
    return await asyncio.to_thread(turn.orders.get, number) if number else None


async def go_on(turn: Turn) -> Order | None:  # noqa: PLR0911 - each is a way that a task ends
    """Says what can be said of the task and opens the question that is next, if any. Returns the order in hand."""
    turn.set(question=None)
    task = TASKS[turn.get("task") or "track"]
    purpose = proofs.purpose_of(task.name).name
    if task.case and await proofs.suffice(turn, purpose, None):
        next_steps.hand_over(turn, task.case)
        return None
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return None
    if order is None and not task.without_order:
        return None
    if order is not None and not await proofs.suffice(turn, purpose, order):
        await proofs.ask_for_more(turn, purpose, order)
        return order
    if order is not None:
        await order_outage.answered(turn, order)
        order = _as_of_what_is_named(turn, order) if task.of_line else order
    if order is not None and _tells_of_what_is_not_there(turn, task, order):
        return order
    if task.kind is None:
        if order is not None:
            await _tell(turn, task, order)
        return order
    line = _line(turn, order, task) if order else None
    if order is not None and task.by_line and line is None:
        line = await _any_line(turn, task.kind, order)
    if order is not None and task.by_line and line is None:
        turn.ask({"kind": "item", "options": [each.id for each in order.lines if not each.unavailable]})
        return order
    if order is not None and (lines := several_items.asked_of(turn, task.kind, order)):
        await several_items.go_on(turn, task.kind, order, lines)
        return order
    await _decide(turn, task, task.kind, order, line)
    while order is not None and not turn.get("question") and (line := next_line(turn, order)) is not None:
        await _decide(turn, task, task.kind, order, line)
    return order


def _tells_of_what_is_not_there(turn: Turn, task: Task, order: Order) -> bool:
    """Of a kind of product that was not ordered, what holds in general; of a piece that could not be shipped, that it
    is not to come, whatever is asked of it but its charge."""
    if task.by_line and task.policy and _about_something_else(turn, order):
        in_general = [{"response": task.policy, "values": {}}]
        choices = order_status.fitting(task.next, order)
        turn.say("utter_not_in_order", {"order_number": order.number}, also=in_general, choices=choices)
        return True
    return task.kind != "charge_explanation" and _tells_of_what_is_gone(turn, order)


def _tells_of_what_is_gone(turn: Turn, order: Order) -> bool:
    named = _named(turn, order) if any(line.unavailable for line in order.lines) else []
    if not named or not all(line.unavailable for line in named):
        return False
    products = [line.product for line in named]
    turn.say("utter_delivery_missing_unavailable", {"unavailable_products": products}, region=order.region)
    return True


async def tells_of_what_is_gone(turn: Turn) -> bool:
    """Of a piece of the order in hand that could not be shipped, whatever was made of the message."""
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        return False
    return order is not None and bool(turn.entities("category")) and _tells_of_what_is_gone(turn, order)


def _as_of_what_is_named(turn: Turn, order: Order) -> Order:
    """“And has the belt been refunded?”: of an order in several parcels, or partly sent back, that item's own state."""
    named = _named(turn, order) if len(order.lines) > 1 else []
    return as_of_line(order, named[0]) if len(named) == 1 else order


def _named(turn: Turn, order: Order) -> list[Line]:
    return which_lines(turn, order.lines, in_hand_before(turn)) or asked_for(turn, order.lines)


async def _tell(turn: Turn, task: Task, order: Order) -> None:
    """A task that asks for nothing but the order's own state."""
    late = task.name == "track" and says_late(turn.get("words") or "")
    if late and (is_still_here(order) or against_its_day(turn, order)):
        await _decide(turn, TASKS["delivery_problem"], "delivery_problem", order, None)
    elif task.name == "track" and part_of(turn.get("words") or "") == "time" and order_status.tell_when(turn, order):
        return
    elif task.name == "warranty":
        await warranty.tell(turn, order)
    else:
        tellers = {
            "repair_status": order_status.tell_repair,
            "attempts": order_status.tell_attempts,
            "invoice": order_status.tell_invoice,
        }
        if task.name in tellers:
            tellers[task.name](turn, order)
        else:
            order_status.tell(turn, order, money=await proofs.suffice(turn, "money", order))


def next_line(turn: Turn, order: Order) -> Line | None:
    """The next of several items that the task is asked for, which is then the one in hand; ``None`` where a person
    takes over, or none is left."""
    left = turn.get("lines_left")
    if not left or turn.outcome.is_due():
        return None
    first, *others = left
    turn.set(active_line=first, lines_left=others or None)
    turn.say("utter_next_item", {"item": line_name(order.line(first))})
    return order.line(first)


async def _decide(turn: Turn, task: Task, kind: str, order: Order | None, line: Line | None) -> None:
    decision = await decide(turn, kind, order, line)
    values = (of_order(order, line) if order else {}) | dict(decision.values)
    if decision.outcome == "needs_facts" and decision.missing[0] == "line" and order is not None:
        turn.ask({"kind": "item", "options": [each.id for each in order.lines], "for": kind})
        return
    if decision.outcome == "needs_facts":
        await _tell_what_it_hangs_on(turn, kind, order, line)
        turn.ask({"kind": "fact", "name": decision.missing[0], "values": {"item": values.get("item")}})
        return
    recorded = await record(turn, decision)
    turn.set(decision={"kind": decision.kind, "outcome": decision.outcome, "next_step": decision.next_step})
    region = order.region if order else turn.get("region")
    follow_up = next_steps.after(decision, order)
    if follow_up == "urgent_handoff" and not await next_steps.noted(turn, decision):
        next_steps.follow(turn, follow_up, decision)  # the reply says that it is noted: then the advisor alone
        return
    wish = (
        await exchange_choice.tell_of_the_wish(turn, order, line) if order and line and follow_up == "exchange" else []
    )
    instead = await _what_may_go_back(turn, order) if decision.response == "utter_refund_none" and order else []
    first, *others = _said(turn, task, order, decision, values, urgent=follow_up == "urgent_handoff")
    if decision.kind == "refund_status" and order and (single := _of_a_refund_to_come(turn, order, decision)):
        first, others, instead = single, [], []
    saying = {first["response"], *([decision.response] if task.name == "delivery_problem" else [])}
    again = saying & set(turn.history.last_replies())
    if follow_up is None and again and turn.intent in BY_INTENT:
        follow_up = "advisor"  # told the same twice, the customer wants something else than this
    if follow_up is None and decision.outcome == "no" and next_steps.may_be_an_exception(turn):
        follow_up = next_steps.EXCEPTION
    turn.say(
        first["response"],
        first["values"],
        region=region,
        also=[*others, *wish, *instead],
        choices=None if follow_up else order_status.fitting(task.next, order) if order else list(task.next),
        decision_id=recorded,
    )
    if order is not None and follow_up == order_changes.ADDRESS:
        order_changes.ask_for_address(turn, order)
        return
    next_steps.follow(turn, follow_up, decision)
    if any(each["response"] == "utter_replacement_not_in_stock" for each in wish):
        turn.ask(exchange_choice.instead_of_what_is_gone())


async def _tell_what_it_hangs_on(turn: Turn, kind: str, order: Order | None, line: Line | None) -> None:
    """Before the first question about an item: what is decided if all is as it should be."""
    if kind not in _TOLD_IF_SO or order is None or line is None:
        return
    asked = {each.of for each in turn.memory.everything() if each.sure == ASKED}
    if line_of(order.number, line.id) in asked or (turn.get("question") or {}).get("kind") == "fact":
        return
    supposed = await decide(turn, kind, order, line, **AS_IT_SHOULD_BE)
    if supposed.outcome == "yes" and _TOLD_IF_SO[kind] in supposed.values:
        turn.say(f"utter_if_so_{kind}", of_order(order, line) | dict(supposed.values), region=order.region)


async def _what_may_go_back(turn: Turn, order: Order) -> list[dict[str, Any]]:
    """For whoever asks for money of which nothing is on its way: whether the order can be returned at all."""
    lines = [line for line in order.lines if not line.unavailable]
    decisions = [await decide(turn, "return", order, line, **AS_IT_SHOULD_BE) for line in lines]
    alike = {(each.outcome, each.response) for each in decisions}
    if len(alike) != 1 or not lines:
        return []
    values = of_order(order, lines[0]) | dict(decisions[0].values)
    if decisions[0].outcome == "no":
        return [{"response": decisions[0].response, "values": values}]
    may = decisions[0].outcome == "yes" and len(lines) == 1 and "deadline_date" in values
    return [{"response": "utter_if_so_return", "values": values}] if may else []


def _said(
    turn: Turn, task: Task, order: Order | None, decision: Decision, values: dict[str, Any], *, urgent: bool
) -> list[dict[str, Any]]:
    """The replies of the one message that tells the decision: itself, and a note where there is one."""
    said = [{"response": decision.response, "values": values}]
    if task.name == "delivery_problem" and order and says_late(turn.get("words") or ""):
        said = _how_late(turn, order, said[0])
    if task.name == "delivery_problem" and order and any(line.unavailable for line in order.lines):
        said.append({"response": "utter_status_unavailable", "values": of_order(order)})
    said += [{"response": note.response, "values": dict(note.values)} for note in decision.notes[: 0 if urgent else 1]]
    if task.name == "charged_twice" and decision.response in _LESS_WAS_TAKEN and order and _captures(order) == 1:
        first = {"response": "utter_charge_twice", "values": values}
        return [first] if turn.history.last_reply() == decision.response else [first, *said]
    return said


def _how_late(turn: Turn, order: Order, decided: dict[str, Any]) -> list[dict[str, Any]]:
    """Whether it is late, then what was decided, unless that is no more than this or was read a moment ago."""
    told = against_its_day(turn, order)
    if told is None:
        return [decided]
    known = {"utter_delivery_on_its_way", *turn.history.last_replies()}
    return [told] if decided["response"] in known else [told, decided]


def _of_a_refund_to_come(turn: Turn, order: Order, decision: Decision) -> dict[str, Any] | None:
    """The answer to a single question about a refund that nothing is known of yet: its card, its amount, its time."""
    values = of_order(order)
    if turn.intent == "refund_other_card" and decision.response not in _TELLS_THE_CARD and "last4" in values:
        return {"response": "utter_refund_to_its_card", "values": values}
    of_time = "refund_status/how_long" if part_of(turn.get("words") or turn.text) == "time" else ""
    cell = turn.cell if turn.cell and turn.cell.startswith("refund_status/") else of_time
    if decision.response != "utter_refund_none" or not cell:
        return None
    line = _line_of_the_refund(turn, order) if cell == "refund_status/how_much" else None
    if line is not None:
        return {"response": "utter_refund_of_its_price", "values": of_order(order, line)}
    return {"response": f"utter_{cell}", "values": values}


def _line_of_the_refund(turn: Turn, order: Order) -> Line | None:
    lines = [line for line in order.lines if not line.unavailable]
    named = _named(turn, order) or [each for each in lines if each.id == turn.get("active_line")] or lines
    return named[0] if len(named) == 1 else None


def _captures(order: Order) -> int:
    return sum(len(payment.captures) for payment in order.payments)


async def _any_line(turn: Turn, kind: str, order: Order) -> Line | None:
    """One for all, where the same is decided of every item, in the same words: then none need be asked for."""
    lines = [line for line in order.lines if not line.unavailable]
    decided = partial(turn.resources.house().decide, kind, order, on=turn.now)
    decisions = [await asyncio.to_thread(decided, line=line.id, facts={}) for line in lines]
    told = [(each.outcome, each.response, dict(each.values), each.notes) for each in decisions]
    alike = bool(told) and told[0][0] != "needs_facts" and all(each == told[0] for each in told)
    return lines[0] if alike else None


def _about_something_else(turn: Turn, order: Order) -> bool:
    """A new question names a kind of product that is not in the order in hand: it asks for the policy."""
    named = turn.entity("category")
    known = {line.category.value for line in order.lines}
    return turn.intent in BY_INTENT and named in {category.value for category in Category} and named not in known


def _line(turn: Turn, order: Order, task: Task) -> Line | None:
    """The item in hand, or the only one, or the one that the message names."""
    if not task.by_line:
        return None
    lines = [line for line in order.lines if not line.unavailable]
    in_hand = next((line for line in lines if line.id == turn.get("active_line")), None)
    named = which_lines(turn, lines, in_hand_before(turn)) if lines and _may_name_items(turn) else []
    if named or (in_hand is None and (named := asked_for(turn, lines))):
        take_lines(turn, named)
        if len(named) > 1 and task.kind not in several_items.TOGETHER:
            turn.say("utter_one_by_one", {"item": line_name(named[0])})
        return named[0]
    if _may_name_items(turn) and turns_to_what_is_unknown(turn, lines):
        return None
    meant = in_hand or (lines[0] if len(lines) == 1 else None) or _told_of_before(turn, lines)
    if meant is not None:
        turn.set(active_line=meant.id)
    return meant


def _may_name_items(turn: Turn) -> bool:
    """A wish, or an order number with what is wanted beside it; the answer to “which item” is heard by the form."""
    return turn.intent in BY_INTENT or any(heard(turn.text))


def _told_of_before(turn: Turn, lines: Sequence[Line]) -> Line | None:
    """The one that fits what was said of an item before any order was known: “my trainers rub”."""
    said = [value for what in ("category", "product_family", "colour") if (value := turn.memory.get(what))]
    scores = [(sum(value in (line.category.value, line.family, line.colour.casefold()) for value in said), line)
              for line in lines]  # fmt: skip
    best = max((score for score, _ in scores), default=0)
    fitting = [line for score, line in scores if score == best]
    return fitting[0] if best and len(fitting) == 1 else None
