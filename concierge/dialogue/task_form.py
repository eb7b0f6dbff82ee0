"""The form that asks what a task still needs, one question at a time, and hears the answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import Any

from concierge.dialogue import (
    exchange_choice,
    next_steps,
    order_changes,
    order_outage,
    proving,
    questions,
    several_items,
)
from concierge.dialogue.follow_ups import asks_on
from concierge.dialogue.identification import hear, heard, identify, know, own_orders, take
from concierge.dialogue.line_choice import (
    another_line,
    names_only_the_one_in_hand,
    take_lines,
    turns_to_what_is_unknown,
    which_lines,
)
from concierge.dialogue.objections import OBJECTIONS
from concierge.dialogue.order_choice import meant
from concierge.dialogue.order_values import line_name
from concierge.dialogue.refusals import asks_on_from_a_refusal
from concierge.dialogue.several_orders import take_up_later
from concierge.dialogue.task_progress import go_on, known_order, next_line
from concierge.dialogue.tasks import TASKS, task_of
from concierge.dialogue.turn import Turn
from concierge.intents import Kind, of_kind
from concierge.languages.follow_up import is_doubt, part_of
from concierge.languages.question_form import asks
from concierge.memory.date_expressions import is_private
from concierge.memory.fact_extraction import fact_in
from concierge.memory.hearing import says
from concierge.memory.memory import line_of
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Order
from concierge.policy.answers import ASKED
from concierge.selection import FOLLOW_UP

# Said in reply to a question, though nothing could be read from it; anything else is another matter.
_MEANT_AS_ANSWER = of_kind(Kind.ANSWER, Kind.NOT_UNDERSTOOD) - {"out_of_scope"}
_IN_OWN_WORDS = _MEANT_AS_ANSWER | of_kind(Kind.TASK)
_KEPT, _SENT_BACK = "keep_item", {"return", "exchange"}  # the topic, and the tasks that it ends
_FEW_WORDS = 8  # of a message that tells something and hardly asks anything beside it
_KNOWN_OF_AN_ORDER = frozenset({"category", "purchase_channel", "purchase_date", "proof_of_purchase", "on_sale"})
_A_BARE_ANSWER = 3  # words
_SURE_OBJECTION = 0.6
_CLEAR = 0.8
_SURE_OF_A_QUESTION = 0.9
_STILL_MEANT = 4  # messages after which a yes means an offer no more
PATIENCE = 1  # how many other matters before the question is not asked again
# What is asked of an item may be answered a little later still; an offer is agreed to, see ``take_up_again``.
STAYS = 3


async def hear_answer(turn: Turn) -> None:
    """Takes the message as the answer to the open question, and puts the question that is open then."""
    asks_on_by_cell = turn.intent == FOLLOW_UP and turn.cell is not None and not _tells_what_is_asked(turn)
    asks_on_by_cell = asks_on_by_cell and not says("exception_wished", turn.text)
    objects = (  # “das verstehe ich nicht” is no “no”, and “I already told you” is about what was asked
        turn.intent in OBJECTIONS
        and turn.confidence >= _SURE_OBJECTION
        and not says("told_already", turn.text)
        and fact_in(turn.text, "damage_cause") != questions.UNKNOWN  # “dunno” answers what was asked
    )
    else_meant = (asks_on_by_cell or objects) and not order_changes.may_be_an_address(turn)
    if (turn.calls_for_a_person or else_meant) and turn.history.is_unanswered(turn.form):
        turn.step_aside()
        return
    if turn.intent == _KEPT and turn.get("task") in _SENT_BACK and turn.history.is_unanswered(turn.form):
        turn.say(f"utter_{_KEPT}")
        turn.set(question=None)
        _finish(turn, None)
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
        interruptions = turn.history.interruptions()
        if interruptions > PATIENCE and turn.history.was_answered():
            if turn.asks_of_an_item and interruptions <= STAYS:
                turn.set(answer=None, requested_slot="answer")
                return
            _put_aside(turn)
    elif not await _hear(turn, order):
        if turn.intent not in _MEANT_AS_ANSWER or any(heard(turn.text)) or asks_on(turn) or _passes_over(turn):
            turn.step_aside()  # the form asks again after the answer
            return
        turn.say("utter_noted" if _only_tells(turn) else "utter_please_choose")
    elif order is not None and not turn.get("question") and next_line(turn, order) is not None:
        await go_on(turn)  # with what is left of “both”
    if turn.get("later") and not turn.get("question") and not turn.get("handoff"):
        await take_up_later(turn)
        order = await known_order(turn)
    _finish(turn, order)


def _only_tells(turn: Turn) -> bool:
    """“It says CF, and I had asked for CK”, beside an offer; “39”, while something else is asked of an exchange."""
    question = turn.get("question") or {}
    if question.get("kind") == "offer":
        return len(turn.text.split()) >= _A_BARE_ANSWER and not asks(turn.text)
    return turn.get("task") == "exchange" and _tells(turn, {"size", "colour"})


def _passes_over(turn: Turn) -> bool:
    """Whether an offer that only stood below an answer is passed over: what is not understood is then no answer to
    it, and is asked after by itself."""
    implied = (turn.get("question") or {}).get("implied")
    return bool(implied) and turn.intent in of_kind(Kind.NOT_UNDERSTOOD) and len(turn.text.split()) > _A_BARE_ANSWER


def _put_aside(turn: Turn) -> None:
    """Asks no more; what was offered may still be agreed to, and what was asked taken up again."""
    question = turn.get("question") or {}
    still_meant = question.get("kind") in {"offer", "fact"}
    turn.set(
        question=None, put_aside={"question": question, "at": len(turn.history.intents())} if still_meant else None
    )


async def take_up_again(turn: Turn) -> bool:
    """A yes to what was offered or asked some messages ago: “alright, carry on with it”. False where nothing was."""
    aside = turn.get("put_aside") or {}
    if not aside or len(turn.history.intents()) - aside["at"] > _STILL_MEANT:
        return False
    turn.set(put_aside=None)
    if aside["question"]["kind"] == "fact":
        turn.ask({**aside["question"], "asked": False})
        return True
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return True
    await _agree(turn, aside["question"], order)
    return True


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
    if question.get("kind") in proving.KINDS:
        return await proving.hear_proof(turn, question)
    if question.get("name") == order_changes.ADDRESS and question["kind"] == "fact" and order is not None:
        return order_changes.hear_address(turn, question, order)
    if any(heard(turn.text)):  # an order number or an e-mail is never an answer here
        return False
    if order is not None and question.get("kind") in {"fact", "offer"}:
        beside = _fewer_items if question.get("lines") else _item_beside
        if await beside(turn, question, order):
            return True
    hearing: dict[str, Callable[[Turn, dict[str, Any]], Awaitable[bool]]] = {
        "order": _order,
        "item": partial(_item, order=order),
        "fact": partial(_fact, order=order),
        "offer": partial(_offer, order=order),
    }
    return question.get("kind") in hearing and await hearing[question["kind"]](turn, question)


async def _item_beside(turn: Turn, question: dict[str, Any], order: Order) -> bool:
    """The answer names an item instead: another one than the one in hand, or the one that what is offered is for."""
    lines = [line for line in order.lines if not line.unavailable]
    named = another_line(turn, lines)
    if not named and names_only_the_one_in_hand(turn, lines):
        turn.say("utter_noted")
        return True
    if not named and question["name"] in next_steps.OTHER_TASK and (named := which_lines(turn, lines)):
        await next_steps.accept(turn, question["name"], "")
    if not named and turns_to_what_is_unknown(turn, lines):
        turn.ask({"kind": "item", "options": [line.id for line in lines]})
        return True
    if not named:
        return False
    take_lines(turn, named)
    await go_on(turn)
    return True


async def _fewer_items(turn: Turn, question: dict[str, Any], order: Order) -> bool:
    """Of several items that something is offered for, only some: “only the shoes”, “not the bag”."""
    lines = [order.line(each) for each in question["lines"]]
    named = which_lines(turn, lines) if question["kind"] == "offer" else []
    if not named or turn.intent == "affirm":
        return False
    if len(named) == len(lines):  # and none of those that nothing can be registered for
        turn.say("utter_noted")
        turn.set(question={**question, "then": None})
        return True
    take_lines(turn, named)
    await go_on(turn)
    return True


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
    lines = which_lines(turn, options)
    if lines:
        take_lines(turn, lines)
        if len(lines) > 1 and TASKS[turn.get("task") or "track"].kind not in several_items.TOGETHER:
            turn.say("utter_one_by_one", {"item": line_name(lines[0])})
        await go_on(turn)
    elif turn.intent == "deny":
        turn.set(question=None)
        turn.say("utter_as_you_wish")
    else:
        return False
    return True


async def _fact(turn: Turn, question: dict[str, Any], order: Order | None) -> bool:
    if order is not None and question["name"] == "replacement":
        return await exchange_choice.hear(turn, question, order)
    if order is not None and question.get("lines"):
        return await _fact_of_several(turn, question, order)
    value = questions.fact(turn, question)
    if value is None:
        return await _something_else_told(turn, question)
    turn.set(question=None)
    if question["name"] == "purchase_channel" and value == "online":
        turn.then("action_look_up_order")  # the order itself says all the rest
    else:
        turn.tell(question["name"], value, line_of(turn.get("verified_order"), turn.get("active_line")))
        await go_on(turn)
    return True


async def _fact_of_several(turn: Turn, question: dict[str, Any], order: Order) -> bool:
    told = several_items.answers(turn, question, [order.line(each) for each in question["lines"]])
    if not told:
        return await _something_else_told(turn, question)
    turn.set(question=None)
    for line, value in told.items():
        turn.tell(question["name"], value, line_of(order.number, line))
    await go_on(turn)
    return True


async def _something_else_told(turn: Turn, question: dict[str, Any]) -> bool:
    """An answer to what would be asked later, or was told before: the task goes on with it."""
    if question["name"].endswith("_date") and is_private(turn.text):
        turn.say("utter_ask_month_of_that_day")
        turn.set(question={**question, "asked": True})
        return True
    if question["kind"] == "fact" and says("told_already", turn.text):
        turn.say("utter_one_thing_lacking")
    elif (
        (question["kind"] == "offer" and not turn.get("decision"))
        or not _tells(turn, ASKED)
        or (turn.intent not in _IN_OWN_WORDS and (_is_of_another_matter(turn) or _is_a_question(turn)))
        or _asks_for_another_task(turn)
    ):
        return False
    before, said = turn.get("decision"), len(turn.outcome.said)
    await go_on(turn)
    if (turn.get("question") or {}).get("name") == question["name"] and turn.get("decision") == before:
        del turn.outcome.said[said:]  # nothing else follows from it
        if not said:
            turn.say("utter_noted")
    return True


def _is_of_another_matter(turn: Turn) -> bool:
    """So many words are more than an answer, unless they ask nothing and it is not clear what else they may mean."""
    tells = turn.confidence < _CLEAR and not asks(turn.text)
    return len(turn.text.split()) > _FEW_WORDS and not tells


def _asks_for_another_task(turn: Turn) -> bool:
    """“Can I give them back now that I wore them?”, while it is asked how they broke."""
    wanted = task_of(turn.intent)
    asking = asks(turn.text) or asks(turn.text.rpartition(",")[2].strip())
    return wanted is not None and wanted.name != turn.get("task") and turn.confidence >= _CLEAR and asking


def _is_a_question(turn: Turn) -> bool:
    """“And how long without my bag”: it names an item, and asks something else."""
    return turn.intent in of_kind(Kind.TOPIC) and turn.confidence >= _SURE_OF_A_QUESTION and asks(turn.text)


def _tells(turn: Turn, what: Collection[str]) -> bool:
    known = _KNOWN_OF_AN_ORDER if turn.get("verified_order") else frozenset()
    if turn.intent == FOLLOW_UP:
        known |= {"category"}  # “and sunglasses?”
    return any(each.what in what and each.what not in known for each in turn.memory.news())


def _tells_what_is_asked(turn: Turn) -> bool:
    asked = (turn.get("question") or {}).get("kind") == "fact"
    return asked and _tells(turn, ASKED) and not turn.text.rstrip().endswith("?")


async def _offer(  # noqa: PLR0911 - each is a way to answer an offer
    turn: Turn, question: dict[str, Any], order: Order | None
) -> bool:
    if is_doubt(turn.text):  # of what was said; it agrees to nothing
        return False
    if turn.pressed() is None and says("hesitates", turn.text):
        turn.say("utter_leave_for_now")
        _put_aside(turn)
        return True
    yes = questions.yes_or_no(turn)
    if _tells(turn, ASKED) and turn.intent not in {"affirm", "deny"}:
        yes = None  # it tells something: a likeness to a yes is none
    after_a_no = question["name"] in next_steps.OTHER_TASK or (
        question["name"] == "advisor" and (turn.get("decision") or {}).get("outcome") == "no"
    )
    if yes is not True and after_a_no and turn.pressed() is None and next_steps.wishes_an_exception(turn):
        turn.ask(next_steps.exception())
        return True
    if yes is None and question["name"] == next_steps.EXCEPTION and says("protests", turn.text):
        turn.say("utter_noted")  # what speaks for one is for the advisor to read
        return True
    if yes is None:
        return await _something_else_told(turn, question)
    turn.set(question=None)
    if yes and part_of(turn.text) == "why" and await asks_on_from_a_refusal(turn):
        turn.set(question=question)  # “why not?” wants the reason first
        return True
    if yes and question.get("implied") and says("acknowledged", turn.text):
        turn.say("utter_as_you_wish")  # “ok” is heard, and agrees to nothing that was not asked
    elif yes:
        await _agree(turn, question, order)
    else:
        turn.say("utter_as_you_wish")
    return True


async def _agree(turn: Turn, question: dict[str, Any], order: Order | None) -> None:
    name, lines = question["name"], question.get("lines")
    if name == "cancel":
        await order_changes.cancel(turn)
    elif name == order_changes.ADDRESS:
        await order_changes.change_address(turn, question)
    elif name == "exchange":
        if order is not None:
            await exchange_choice.begin(turn, order, lines or [turn.get("active_line")], question)
    elif lines:
        await next_steps.record(turn, name, lines=lines)
        if question.get("then") and not turn.outcome.is_due() and not turn.get("question"):
            several_items.ask_further(turn, question["then"])
    elif name.startswith("try_"):
        await next_steps.accept(turn, name, "")
        await go_on(turn)
    else:
        await next_steps.accept(turn, name, question.get("reason", ""))
