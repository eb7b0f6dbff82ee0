"""Hears what proves whose an order is where its e-mail address is not at hand: name and postcode, then a code.

A wrong name, a wrong postcode, an order that is another's and one that there is not have one answer, after the same
work.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from concierge.dialogue import order_outage
from concierge.dialogue.identification import by_email, hear, heard, know, take, without_contacts
from concierge.dialogue.proofs import (
    AGAIN,
    CODE_ASKED,
    HOLDER,
    NO_ACCESS,
    code_question,
    offer_a_person,
    say_unreachable,
    send_code,
    wish_of,
    without_email,
)
from concierge.dialogue.questions import UNDERSTOOD, choice_in
from concierge.dialogue.several_orders import go_on_with_all
from concierge.dialogue.task_progress import known_order
from concierge.dialogue.tries import NoTry, attempt, say_why
from concierge.dialogue.turn import Turn
from concierge.intents import QUESTIONS, Kind, of_kind
from concierge.languages import lexicon
from concierge.memory.hearing import says
from concierge.orders import OrdersUnavailable
from concierge.orders.holder import Holder, read_holder
from concierge.orders.model import Order
from concierge.policy.proofs import CODE, NAME_POSTCODE, load_proofs

KINDS = {HOLDER, CODE_ASKED}
_NO_ANSWER = of_kind(*QUESTIONS, Kind.TASK) - {"inform", "no_confirmation_email"}
_DIGITS = re.compile(r"\d[\d\s-]*\d")


class _CodeIsOver(Exception):
    """No code that was sent is good any more."""


def lacks_email(turn: Turn) -> bool:
    """Whether the customer says that they have no e-mail address to name, though they know the number."""
    if not turn.get("order_number") or "@" in turn.text or not without_email(turn):
        return False
    asked = turn.form == "order_form" and turn.history.is_unanswered(turn.form)
    return says("email_lacking", turn.text) or (asked and _does_not_know(turn))


def _does_not_know(turn: Turn) -> bool:
    told = any(sign.isdigit() for sign in turn.text)  # “sorry, 75003” sounds like a no
    return (turn.intent == "deny" and not told) or says("not_known", turn.text)


def ask_for_holder(turn: Turn) -> None:
    """Asks for name and postcode instead of the e-mail address; the caller sees to it that the question is put."""
    turn.set(order_email=None, order_asking=None, question={"kind": HOLDER, "wish": wish_of(turn)})


async def hear_proof(turn: Turn, question: dict[str, Any]) -> bool:
    """Takes the message as the answer to a question of ``KINDS``. False when it is none."""
    try:
        if any(heard(turn.text)):
            return await _number_or_email(turn, question)
        return await (_code if question["kind"] == CODE_ASKED else _holder)(turn, question)
    except NoTry as problem:
        say_why(turn, problem)
    except OrdersUnavailable:
        order_outage.tell(turn)
    return True


async def take_code(turn: Turn) -> bool:
    """A code that comes while another question is open, or none: one was sent a while ago. False where none was."""
    number = turn.get("verified_order")
    if not turn.code or not number or not turn.resources.settings.sends_mail:
        return False
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return True
    if order is None:
        return False
    asked = turn.history.asked(CODE_ASKED) or {}
    question = code_question(turn, order, "utter_ask_code_still")
    await hear_proof(turn, asked if asked.get("number") == number else question)
    if turn.get("question"):
        turn.ask(turn.get("question"))
    return True


# --- name and postcode


async def _holder(turn: Turn, question: dict[str, Any]) -> bool:
    said = read_holder(without_contacts(turn.text), lexicon.words("around_a_name"))
    if _does_not_know(turn):
        turn.say("utter_proof_by_person")
        offer_a_person(turn)
        return True
    if _asks_something_else(turn, said):
        return False
    if said is None:
        _ask_again(turn, question, "one_of_each")
        return True
    before = _told(question)
    whole = before.corrected(said)
    if whole == before:
        return False
    if whole.is_whole:
        await _try_holder(turn, _with(question, whole), whole)
    else:
        _ask_again(turn, _with(question, whole), "name" if whole.postcodes else "postcode")
    return True


async def _try_holder(turn: Turn, question: dict[str, Any], said: Holder) -> None:
    number = str(turn.get("order_number"))
    order = await asyncio.to_thread(attempt, turn, number, NAME_POSTCODE, lambda: turn.orders.find_held(number, said))
    if order is None:
        turn.set(wrong_tries=(turn.get("wrong_tries") or 0) + 1)
        _ask_again(turn, question, "not_found")
        return
    await _proved(turn, order, question)


def _told(question: dict[str, Any]) -> Holder:
    """What was told so far."""
    return Holder(tuple(question.get("name") or ()), tuple(question.get("postcodes") or ()))


def _with(question: dict[str, Any], told: Holder) -> dict[str, Any]:
    return {**question, "name": list(told.name), "postcodes": list(told.postcodes)}


def _asks_something_else(turn: Turn, said: Holder | None) -> bool:
    """A question or a wish, however it may be read; a name sounds like nothing that is trained."""
    if said is not None and said.postcodes:
        return False
    return turn.text.rstrip().endswith("?") or (turn.intent in _NO_ANSWER and turn.confidence >= UNDERSTOOD)


def _ask_again(turn: Turn, question: dict[str, Any], asking: str) -> None:
    turn.set(question={**question, "asking": asking})


# --- a code


async def _code(turn: Turn, question: dict[str, Any]) -> bool:
    choice = turn.entity("choice") or choice_in(turn.pressed())
    if turn.code:
        await _try_code(turn, question, turn.code)
    elif choice == NO_ACCESS or says("email_gone", turn.text):
        say_unreachable(turn, question["values"])
    elif choice == AGAIN or says("code_again", turn.text):
        await _send_again(turn)
    elif says("code_not_arrived", turn.text) or turn.intent == "no_confirmation_email":
        await _not_arrived(turn, question)
    elif turn.intent == "deny":
        turn.set(question=None)
        turn.say("utter_as_you_wish")
    elif _DIGITS.search(turn.text):
        turn.set(question={**question, "reply": "utter_ask_code_whole"})
    else:
        return False
    return True


async def _try_code(turn: Turn, question: dict[str, Any], typed: str) -> None:
    number = str(question["number"])
    codes, most = turn.resources.codes(), load_proofs().code_tries

    def find() -> Order | None:
        right = codes.check(turn.conversation, number, typed, most)
        if right is None:
            raise _CodeIsOver
        return turn.orders.get(number) if right else None

    try:
        order = await asyncio.to_thread(attempt, turn, number, CODE, find)
    except _CodeIsOver:
        turn.set(question={**question, "reply": "utter_ask_code_over"})
        return
    if order is None:
        turn.set(wrong_tries=(turn.get("wrong_tries") or 0) + 1)
        turn.set(question={**question, "reply": "utter_ask_code_wrong"})
        return
    await _proved(turn, order, question)


async def _send_again(turn: Turn) -> None:
    order = await known_order(turn)
    if order is not None:
        await send_code(turn, order, again=True)


async def _not_arrived(turn: Turn, question: dict[str, Any]) -> None:
    """What is known of the mail: that it is out, or that the mail server has not taken it yet, or will not."""
    codes, number = turn.resources.codes(), str(question["number"])
    code = await asyncio.to_thread(codes.latest, turn.conversation, number)
    if code is not None and code.failed:
        say_unreachable(turn, question["values"])
        return
    late = code is not None and code.waits
    turn.set(question={**question, "reply": "utter_ask_code_later" if late else "utter_ask_code_look"})


# --- both


async def _number_or_email(turn: Turn, question: dict[str, Any]) -> bool:
    """The address after all, or another number: what is known is tried with it."""
    hear(turn)
    number = turn.get("order_number") or question.get("number")
    if turn.get("order_email") and number:
        if await by_email(turn, number, turn.get("order_email")) == "found":
            turn.set(question=None, **question.get("wish", {}))
            await go_on_with_all(turn)
        elif question["kind"] == HOLDER:
            _ask_again(turn, question, "not_found")
        else:
            turn.set(question={**question, "reply": "utter_ask_code_or_email"})
        turn.set(order_email=None)
        return True
    if question["kind"] != HOLDER:
        turn.set(order_number=None)
        return False  # another order: a matter of its own
    beside = read_holder(without_contacts(turn.text), lexicon.words("around_a_name"))
    whole = _told(question).corrected(beside or Holder())
    if whole.is_whole:
        await _try_holder(turn, _with(question, whole), whole)
    else:
        _ask_again(turn, _with(question, whole), "name" if whole.postcodes else "postcode" if whole.name else "first")
    return True


async def _proved(turn: Turn, order: Order, question: dict[str, Any]) -> None:
    know(turn, [order])
    take(turn, order.number)
    turn.set(question=None, **question.get("wish", {}))
    await go_on_with_all(turn)
