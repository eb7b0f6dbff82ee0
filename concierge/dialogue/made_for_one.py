"""Pieces that were personalised or made to order: what the house says of a return, an exchange or a repair in general
does not hold for them."""

from __future__ import annotations

from concierge import intents
from concierge.dialogue.tasks import task_of
from concierge.dialogue.turn import Turn
from concierge.memory.hearing import says

_TOPICS = {
    "right_of_withdrawal": "utter_right_of_withdrawal/may_personalised",
    "repair_warranty": "utter_repair_exclusions/may_personalised",
}
_TASKS = {
    "return": "utter_final_sale",
    "exchange": "utter_final_sale",
    "repair": "utter_repair_exclusions/may_personalised",  # the task, and the group of its topics
}
_FAULTY = {"return": "utter_final_sale/what_if_faulty", "exchange": "utter_final_sale/what_if_faulty"}
_WRONG = {"fault", "problem"}  # what memory has of a piece that is not as it should be


def answer_for_one(turn: Turn, asked: str) -> str | None:
    """The reply to the question ``asked``, an intent or a cell, where this message says that the piece was made for one
    customer. ``None`` where it does not, or an order is in hand: that one knows how its pieces were made."""
    if turn.get("verified_order") or not says("made_for_one", turn.text):
        return None
    topic = asked.partition("/")[0]
    if topic in _TOPICS:
        return _TOPICS[topic]
    task, group = task_of(topic), intents.get(topic).group
    name = task.name if task and task.name in _TASKS else group
    if _WRONG & {each.what for each in turn.memory.news()} and name in _FAULTY:
        return _FAULTY[name]
    return _TASKS.get(name or "")
