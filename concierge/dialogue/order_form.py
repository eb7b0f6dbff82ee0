"""The form that asks for order number and e-mail, in any order, or hears both in one message."""

from __future__ import annotations

from collections.abc import Collection

from concierge.dialogue.identification import hear, identify
from concierge.dialogue.order_questions import note_request, question_of
from concierge.dialogue.proving import ask_for_holder, lacks_email
from concierge.dialogue.several_orders import note_others, put_off
from concierge.dialogue.tasks import TASKS
from concierge.dialogue.turn import Turn
from concierge.intents import Kind, of_kind
from concierge.languages.follow_up import part_of
from concierge.languages.question_form import asks
from concierge.memory.hearing import DAYS
from concierge.memory.memory import OF_AN_ITEM

# Said in reply to the question, though nothing could be read from it; anything else is another matter. A no lets go.
_MEANT_AS_ANSWER = of_kind(Kind.ANSWER, Kind.NOT_UNDERSTOOD) - {"deny"}
PLAINLY = 0.5  # the least for another question in the answer
_COUNTED_FROM_DELIVERY = frozenset({"return", "exchange"})
_CLEARLY_WANTED = 0.8
_FEW_WORDS = 6
PATIENCE = 2  # how many other matters before the form lets go


async def hear_order(turn: Turn) -> None:
    """Takes the message as order number or e-mail, and says what is still missing of the two."""
    if turn.get("order_asking") == "other":
        turn.set(order_asking="first")  # “of course” is said once
    if not turn.history.is_unanswered(turn.form):
        turn.set(requested_slot=None if _lets_go(turn) else _missing(turn))
    elif turn.calls_for_a_person:
        turn.step_aside()
    elif await _hears(turn):
        pass
    elif lacks_email(turn):
        ask_for_holder(turn)
        turn.set(requested_slot=None, answer=None)
    elif (told := _told(turn)) and (_is_meant_as_answer(turn) or _only_puts_right(turn, told)):
        _acknowledge(turn, told)
    elif part_of(turn.text) == "why" and len(turn.text.split()) <= _FEW_WORDS:
        turn.say("utter_why_number_and_email")
        turn.set(requested_slot=_missing(turn), answer=None)
    elif turn.intent in _MEANT_AS_ANSWER and not (turn.intent in of_kind(Kind.NOT_UNDERSTOOD) and asks(turn.text)):
        turn.set(order_asking="unclear" if turn.get("order_asking") != "unclear" else "still_unclear")
        turn.set(requested_slot=_missing(turn), answer=None)
    else:
        turn.step_aside()  # the form asks again after the answer


def _lets_go(turn: Turn) -> bool:
    """After so many other matters it asks no more. What is of its own matter nobody else has answered: a question is
    asked for its order once more, and whoever only tells of it is shown the way without one."""
    if turn.history.interruptions() <= PATIENCE:
        return False
    if not turn.history.was_answered():
        if asks(turn.text) or turn.confidence >= _CLEARLY_WANTED:
            return False
        turn.say("utter_without_order")
    return True


def _told(turn: Turn) -> set[str]:
    return {each.what for each in turn.memory.news()} & OF_AN_ITEM


def _is_meant_as_answer(turn: Turn) -> bool:
    """A statement that sounds like what is in hand anyway tells of it: “they came three weeks ago, never worn”."""
    task = TASKS.get(turn.get("task") or "")
    in_hand = task is not None and turn.intent == task.intent and not asks(turn.text)
    return turn.intent in _MEANT_AS_ANSWER or in_hand


def _only_puts_right(turn: Turn, told: Collection[str]) -> bool:
    """“Sorry, five weeks, not three”, whatever it may sound like."""
    return bool(DAYS.intersection(told)) and len(turn.text.split()) <= _FEW_WORDS and not asks(turn.text)


def _acknowledge(turn: Turn, told: Collection[str]) -> None:
    """“They came three weeks ago, never worn”: no number, but what the decision hangs on. Its last day is counted."""
    task = turn.get("task")
    counts = "received_date" in told and task in _COUNTED_FROM_DELIVERY
    turn.say(f"utter_{TASKS[task].intent}/until_when" if counts else "utter_noted")
    turn.set(requested_slot=_missing(turn), answer=None)


async def _hears(turn: Turn) -> bool:
    asked = {name: turn.get(name) for name in ("order_number", "task", "words", "item_words")}
    if not hear(turn):
        return False
    if (wanted := question_of(turn, PLAINLY)) is not None:
        note_request(turn, wanted)
    if turn.history.part() and asked["order_number"] not in {None, turn.get("order_number")}:
        put_off(turn, turn.get("order_number"))  # another order of the same message: in its turn
        turn.set(**asked)
    note_others(turn)
    await _heard(turn)
    return True


async def _heard(turn: Turn) -> None:
    outcome = await identify(turn)
    if outcome in {"not_found", "mistyped"}:
        turn.set(order_asking=outcome)
    elif outcome == "incomplete" and lacks_email(turn):
        ask_for_holder(turn)
        outcome = "stopped"
    turn.set(requested_slot=None if outcome in {"found", "stopped"} else _missing(turn))


def _missing(turn: Turn) -> str:
    """After a wrong try both are kept, so that the customer need only correct the one that was wrong."""
    both = turn.get("order_number") and turn.get("order_email")
    return "order_email" if turn.get("order_number") and not both else "order_number"
