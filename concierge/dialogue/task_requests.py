"""Where a task begins: what the customer wants done, with or without an order in hand."""

from __future__ import annotations

from concierge.conversations.proof import ASKED_AGAIN
from concierge.dialogue.follow_ups import DECIDED
from concierge.dialogue.identification import hear, identify, proved
from concierge.dialogue.order_questions import PLAIN, note_request, question_of, said_in_general
from concierge.dialogue.several_orders import go_on_with_all, note_others
from concierge.dialogue.signed_in import recognise
from concierge.dialogue.task_progress import go_on
from concierge.dialogue.tasks import BY_INTENT, task_of
from concierge.dialogue.turn import Turn
from concierge.intents import facet_of


async def begin(turn: Turn) -> None:
    """What an intent of the task table asks for."""
    task = BY_INTENT[turn.intent]
    policy = task.policy_for(turn.text)
    single = turn.cell if turn.intent == task.intent else None
    note_request(turn, turn.intent)
    if hear(turn):
        await _beside_the_number(turn, turn.intent)
    elif task.case:
        await _for_a_person(turn, policy)
    elif single and turn.form != "order_form" and not (turn.get("verified_order") and facet_of(single) in DECIDED):
        turn.say(f"utter_{single}")
        if facet_of(single) in DECIDED and turn.may_prove:
            turn.ask({"kind": "offer", "name": "look_up", "asked": True})
    elif turn.get("verified_order") or (task.without_order and turn.get("facts")):
        await go_on(turn)
    elif await recognise(turn):
        if not turn.get("question"):
            await go_on(turn)
    elif policy is None or turn.get("order_asking") == ASKED_AGAIN:
        turn.ask_for_order()
    else:
        turn.say(policy)
        if task.without_order:
            await go_on(turn)
        elif turn.form != "order_form":
            turn.ask({"kind": "offer", "name": "look_up", "asked": True})


async def look_up(turn: Turn) -> None:
    """The customer wants us to look at their order, or agreed to it."""
    if turn.get("task") is None:
        turn.set(task="track")
    if hear(turn):
        await with_what_was_said(turn)
    elif turn.get("verified_order") and turn.intent == "look_up_order":
        await go_on(turn)
    elif await recognise(turn):
        if not turn.get("question"):
            await go_on(turn)
    else:
        turn.ask_for_order()


def ask_for_order(turn: Turn) -> None:
    """After a form that cannot open another one by itself."""
    turn.ask_for_order(turn.get("order_asking") or "first")


async def inform(turn: Turn) -> None:
    """An order number or an e-mail out of the blue; anything else that only gives information."""
    if hear(turn):
        await _beside_the_number(turn, question_of(turn))
    elif turn.form != "order_form" and turn.get("verified_order") and (meant := _likeliest_task(turn, PLAIN)):
        turn.set(task=meant, words=turn.text)
        await go_on(turn)
    elif turn.form != "order_form" and turn.get("order_asking") == ASKED_AGAIN:
        turn.ask_for_order()
    elif turn.form != "order_form":
        turn.say("utter_what_about")


async def carry_on(turn: Turn) -> None:
    """After the order form: the task goes on, if the order was found."""
    question = turn.get("question")
    if question:
        turn.ask(question)
    elif turn.get("verified_order") and not turn.get("order_number"):
        await go_on_with_all(turn)


async def _for_a_person(turn: Turn, policy: str | None) -> None:
    """Which order it is does not matter here, only that the customer is who they say."""
    if await proved(turn):
        await go_on(turn)
        return
    if policy:
        turn.say(policy)
    turn.ask_for_order()


async def _beside_the_number(turn: Turn, asked: str | None) -> None:
    """What is asked of the order; where its number only stands beside a question, that is answered."""
    note_request(turn, asked)
    if asked:
        turn.set(active_line=None)  # the item is the one that these words name
    single = turn.cell if turn.cell and facet_of(turn.cell) not in DECIDED else None  # no decision tells it
    if asked and (single or said_in_general(asked)):
        turn.say(f"utter_{single or turn.cell or asked}")
    if asked and (single or task_of(asked) is None):
        await _know(turn)
    else:
        await with_what_was_said(turn)


async def _know(turn: Turn) -> None:
    """The order is in hand from now on, if it was proved; nothing is said of it."""
    if turn.may_prove and turn.get("order_number") and turn.get("order_email"):
        await identify(turn)


def _likeliest_task(turn: Turn, least: float) -> str | None:
    likeliest = next((each for each in turn.ranking if each.get("name") in BY_INTENT), None)
    return BY_INTENT[likeliest["name"]].name if likeliest and likeliest.get("confidence", 0.0) >= least else None


async def with_what_was_said(turn: Turn) -> None:
    """Identify with the order number or e-mail that the message gave, or ask for what it did not give."""
    note_others(turn)
    outcome = await identify(turn)
    if outcome == "found":
        await go_on_with_all(turn)
    elif outcome == "stopped":
        turn.ask(turn.get("question"))
    else:
        turn.ask_for_order(outcome if outcome in {"not_found", "mistyped"} else "first")
