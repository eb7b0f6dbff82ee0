"""Topics that are general until an order is known: then its own state, item or return is the answer."""

from __future__ import annotations

from concierge.dialogue import order_outage, own_order
from concierge.dialogue.follow_ups import go_on_anew, say_until_its_day
from concierge.dialogue.order_questions import note_request, product_of
from concierge.dialogue.order_values import is_on_its_way, of_order
from concierge.dialogue.plainly_asked import plainly_asked
from concierge.dialogue.task_progress import known_order
from concierge.dialogue.tasks import Task, is_decided, task_of
from concierge.dialogue.turn import Turn
from concierge.intents import facet_of
from concierge.languages.question_form import asks
from concierge.memory.hearing import says
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Order, SalesChannel

# Facets that no order's state answers, only a decision may.
_OF_ANY_ORDER = {"who", "who_pays", "why", "which", "what_if"}
# What is to be shown for a repair: an order of the website proves itself.
_PROOF = {"repair_warranty/need", "repair_conditions/which_proof"}
_OF_ANY_DECISION = {"who", "what_if"}  # facets that no decision answers, either


async def topic_of_order(turn: Turn) -> None:
    """Answers the topic for the order in hand, or in general."""
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return
    if order and await own_order.answer(turn):
        return
    if plain := await plainly_asked(turn):
        note_request(turn, plain.intent)
        await go_on_anew(turn, None)
        return
    task = task_of(turn.intent)
    if order and turn.cell in _PROOF and order.channel is SalesChannel.ONLINE:
        turn.say("utter_repair_conditions/which_proof", of_order(order), region=order.region)
    elif task and says("until_when", turn.text) and await say_until_its_day(turn, f"{task.intent}/until_when"):
        pass
    elif task and task.kind and turn.asks_of_an_item and asks(turn.text):
        # There is no decision yet, and the form asks again.
        turn.say(f"utter_{turn.cell or turn.intent}")
    elif order and task and tells_of(turn.intent, order) and not is_of_any_order(task, turn.cell or ""):
        note_request(turn, turn.intent)
        if product_of(turn.intent):  # “then only the perfume”: its item, not the one in hand
            turn.set(active_line=None)
        await go_on_anew(turn, turn.cell or turn.intent)
    else:
        turn.say(f"utter_{turn.cell or turn.intent}")


def is_of_any_order(task: Task, cell: str) -> bool:
    """Whether a single question is answered alike for every order: “can my neighbour take it?”, “who decides that?”,
    “does a photo of the receipt do?”."""
    facet = facet_of(cell)
    is_narrow = cell.partition("/")[2] != facet
    if task.only_tells:
        return facet in _OF_ANY_ORDER or (facet == "may" and is_narrow)
    return facet in _OF_ANY_DECISION or (is_narrow and not is_decided(cell))


def tells_of(topic: str, order: Order) -> bool:
    """Whether the order has what the topic is about, so that its task can answer it."""
    if topic == "return_tracking":
        return bool(order.returns)
    if topic == "invoice":
        return bool(order.invoice_url and order.dispatched_at)
    if topic in {"shipping_times", "delivery_attempts"}:
        return is_on_its_way(order)
    category = product_of(topic)
    return category is None or any(line.category.value == category and not line.unavailable for line in order.lines)
