"""What is asked beside an order number, and what was asked before one is told."""

from __future__ import annotations

from concierge.dialogue.line_choice import said_of_items
from concierge.dialogue.next_steps import NOTES
from concierge.dialogue.order_lateness import says_late
from concierge.dialogue.tasks import BY_INTENT, TASKS, task_of
from concierge.dialogue.turn import Turn
from concierge.intents import QUESTIONS, Kind, get, of_kind, registry
from concierge.memory.hearing import says
from concierge.selection import likeliest

PLAIN = 0.2  # the least for a task
BESIDE_A_TOPIC = 0.35  # the least for a topic, or where one is likelier: chat sounds a little like everything
SURE = 0.75
OF_AN_ORDER = 3.0  # how many times likelier, beside its number, what an order answers is than what nobody's order does
# The least for a task that writes a wish on the order, hard to take back; and where nothing else is nearly as likely.
TO_CHANGE, TO_CHANGE_ALONE, ALONE = SURE, 0.65, 3.0
_NO_QUESTION = of_kind(Kind.NOT_UNDERSTOOD) | {"inform"}
_WHICH_ORDER = {"track_order", "look_up_order"}  # asked by whoever only says which order it is


def question_of(turn: Turn, least: float = 0.0) -> str | None:
    """The intent of what the message asks, if it asks something: its own, or the likeliest one beside a number.

    “It is order BA…” sounds like a question where the order is; after another question it is none.
    """
    if turn.intent in of_kind(*QUESTIONS):
        return turn.intent
    other = next((each for each in turn.ranking if each.get("name") not in _NO_QUESTION), {})
    name, confidence = likeliest(turn.ranking, of_kind(*QUESTIONS))
    of_an_order, likely = likeliest(turn.ranking, BY_INTENT.keys() - _WHICH_ORDER)
    worth_asking = likely >= PLAIN or confidence < BESIDE_A_TOPIC
    if confidence < SURE and likely * OF_AN_ORDER > confidence and worth_asking:
        name, confidence, other = of_an_order, likely, {"name": of_an_order}
    if confidence < SURE and says_late(turn.text):
        return "delivery_problem"
    task = BY_INTENT.get(other.get("name") or "")
    plain = BESIDE_A_TOPIC if task is None else _to_change(turn, confidence) if task.kind in NOTES else PLAIN
    if confidence < max(least, plain):
        return None
    if name in _WHICH_ORDER and confidence < SURE and question_before(turn):
        return None
    return name


def _to_change(turn: Turn, confidence: float) -> float:
    """The least for a wish of this confidence that is written on the order."""
    others = [float(each.get("confidence") or 0.0) for each in turn.ranking if each.get("name") != "inform"][1:]
    return TO_CHANGE_ALONE if confidence >= ALONE * max(others, default=0.0) else TO_CHANGE


def question_before(turn: Turn) -> str | None:
    """The question in hand, where an order can answer it."""
    asked = turn.get("topic") or ""
    return asked if task_of(asked) else None


def note_request(turn: Turn, asked: str | None) -> None:
    """What is to be decided on the order, with the customer's words for it; as it was where nothing is asked."""
    task, before = task_of(asked or ""), task_of(turn.get("topic") or "")
    if product_of(asked or "") and says("exchange", turn.text):
        task = TASKS["exchange"]  # the topic is the product's return, and this is asked of it
    if task is not None:
        turn.set(task=task.name, words=turn.text, item_words=_items(said_of_items(turn), asked or ""), topic=asked)
    elif asked is None and before is not None:
        if before.name != turn.get("task"):
            turn.set(item_words=_items(set(), turn.get("topic")))
        turn.set(task=before.name)
    elif turn.get("task") is None:
        turn.set(task="track")


def product_of(topic: str) -> str | None:
    """The one kind of product that a topic is about, such as the return of swimwear."""
    return next((kind for kind, name in registry().groups["return"].products.items() if name == topic), None)


def _items(words: set[str], topic: str) -> list[str]:
    return sorted(words | {product_of(topic) or ""} - {""})


def said_in_general(asked: str) -> bool:
    """Whether the topic has an answer that is given beside an order's, or that no order changes."""
    return get(asked).order_besides or task_of(asked) is None
