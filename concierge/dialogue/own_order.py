"""What is asked on of the order in hand and every order can tell: how much exactly, and what is to be done now."""

from __future__ import annotations

from concierge import intents
from concierge.dialogue import order_status, proofs
from concierge.dialogue.decisions import decide
from concierge.dialogue.line_choice import which_lines
from concierge.dialogue.order_lateness import days_late
from concierge.dialogue.order_values import is_on_its_way, is_still_here, of_order, was_tried
from concierge.dialogue.task_progress import go_on, known_order
from concierge.dialogue.tasks import TASKS
from concierge.dialogue.turn import Turn
from concierge.intents import QUESTIONS, of_kind
from concierge.languages.follow_up import part_of, turns_to
from concierge.memory.hearing import says
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Order
from concierge.policy import Decision, money
from concierge.selection import FOLLOW_UP, PRICE

_CHARGES = "charges"  # the group
_SHORT = 10  # words: who asks on does not tell a story
_FEW = 6
_LESS = "utter_charge_lower"
_AMOUNTS = tuple(f"utter_{of}_" for of in ("charge", "amount"))  # how the replies begin that tell of a charge


async def answer(turn: Turn) -> bool:
    """Says it. False where neither is asked, or no order is in hand that can tell."""
    amount, price = _asks_amount(turn), _asks_a_price(turn)
    told = "refund_status" if _asks_what_went_back(turn) else "explain_charge" if _asks_when_taken(turn) else ""
    if not turn.get("verified_order") or not (told or amount or price or says("what_now", turn.text)):
        return False
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        return False
    if order is None:
        return False
    if told:
        turn.set(task=told)
        await go_on(turn)
        return True
    if price and len(which_lines(turn, order.lines)) != 1:  # of something that was not ordered
        turn.say(f"utter_{PRICE}")
        return True
    return await _tell_amount(turn, order) if amount or price else _tell_what_now(turn, order)


def asks_how_much(text: str, topic: str) -> bool:
    """“How much exactly?” after what was said of a charge, “how much was taken?” after whatever else."""
    if not says("how_much", text) or len(text.split()) > _SHORT or topic not in of_kind(*QUESTIONS):
        return False
    return intents.get(topic).group == _CHARGES or says("money_taken", text)


def _asks_what_went_back(turn: Turn) -> bool:
    """“How much?”, of a refund that was just told."""
    last = turn.history.last_reply() or ""
    return last.startswith("utter_refund_issued") and says("how_much", turn.text) and len(turn.text.split()) <= _FEW


def _asks_when_taken(turn: Turn) -> bool:
    """“And when?”, of an amount that was just told."""
    last = turn.history.last_reply() or ""
    return last.startswith(_AMOUNTS[1]) and part_of(turn.text) == "time" and len(turn.text.split()) <= _FEW


def _asks_amount(turn: Turn) -> bool:
    """Of the order, or of a piece of it: “and the belt alone?”."""
    last, topic = turn.history.last_reply() or "", str(turn.get("topic") or "")
    turns = any(turns_to(turn.text, each.get("start", 0), each.get("end", 0)) for each in turn.entities("category"))
    on_from_it = last.startswith(_AMOUNTS) and turns and topic in of_kind(*QUESTIONS)
    return on_from_it or asks_how_much(turn.text, topic)


def _asks_a_price(turn: Turn) -> bool:
    """“How much is the bag?”, read on as a question of the order in hand."""
    likely = [each.get("name") for each in turn.ranking if each.get("name") != FOLLOW_UP]
    return turn.intent == FOLLOW_UP and likely[:1] == [PRICE] and bool(turn.entity("category"))


async def _tell_amount(turn: Turn, order: Order) -> bool:
    """What was or is to be taken, in a few words where it was explained before."""
    task = TASKS["explain_charge"]
    if not await proofs.suffice(turn, proofs.purpose_of(task.name).name, order):
        return False
    turn.set(task=task.name, topic=task.intent)
    choices, named = order_status.fitting(task.next, order), which_lines(turn, order.lines)
    if len(named) == 1:
        line = named[0]
        gone = {"response": "utter_delivery_missing_unavailable", "values": {"unavailable_products": [line.product]}}
        also = [gone] if line.unavailable else []
        turn.say("utter_amount_of_item", of_order(order, line), region=order.region, also=also, choices=choices)
        return True
    decision = await decide(turn, task.kind or "", order, None)
    reply = _in_a_few_words(turn, order, decision)
    if reply is None:
        await go_on(turn)
        return True
    turn.say(reply, of_order(order) | dict(decision.values), region=order.region, choices=choices)
    return True


def _in_a_few_words(turn: Turn, order: Order, decision: Decision) -> str | None:
    """``None`` for what is to be explained: taken in parts, too early, or told for the first time and not taken yet."""
    taken, told = len(money.captures(order)), (turn.history.last_reply() or "").startswith(_AMOUNTS)
    if decision.outcome != "yes" or taken > 1 or not (taken or told):
        return None
    if decision.response == _LESS and told:
        return "utter_amount_less"
    return "utter_amount_charged" if taken else "utter_amount_to_charge"


def _tell_what_now(turn: Turn, order: Order) -> bool:
    """Of what has not arrived: there, waiting is the next step, or the courier."""
    if is_still_here(order):
        reply = "utter_now_prepared"
    elif is_on_its_way(order) and was_tried(order):
        reply = "utter_now_tried"
    elif is_on_its_way(order) and (days_late(order, turn.now) or 0) <= 0:
        reply = "utter_now_expected"
    else:
        return False
    turn.say(reply, of_order(order), region=order.region, choices=["track_order", "talk_to_advisor"])
    return True
