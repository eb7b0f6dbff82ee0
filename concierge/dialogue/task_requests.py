"""Where a task begins: what the customer wants done, with or without an order in hand."""

from __future__ import annotations

from concierge.conversations.proof import ASKED_AGAIN
from concierge.dialogue import own_order
from concierge.dialogue.decisions import told_of
from concierge.dialogue.follow_ups import decides, go_on_anew, say_until_its_day
from concierge.dialogue.guesses import answer_the_likeliest
from concierge.dialogue.identification import NO_NUMBER, hear, heard, identify, proved
from concierge.dialogue.line_choice import another_line, take_lines
from concierge.dialogue.made_for_one import answer_for_one
from concierge.dialogue.next_steps import NOTES
from concierge.dialogue.order_lateness import says_late
from concierge.dialogue.order_questions import PLAIN, note_request, question_of, said_in_general
from concierge.dialogue.order_topics import is_of_any_order
from concierge.dialogue.plainly_asked import CLEAR, plainly_asked
from concierge.dialogue.proving import ask_for_holder, lacks_email, take_code
from concierge.dialogue.refusals import asks_on_from_a_refusal
from concierge.dialogue.several_orders import go_on_with_all, note_others
from concierge.dialogue.signed_in import recognise
from concierge.dialogue.task_progress import go_on, known_order, tells_of_what_is_gone
from concierge.dialogue.tasks import BY_INTENT, TASKS, Task, is_decided, task_of
from concierge.dialogue.turn import Turn
from concierge.intents import alarms, facet_of
from concierge.languages.question_form import asks, asks_what
from concierge.memory.memory import ASKED
from concierge.orders import OrdersUnavailable
from concierge.selection import likeliest

_TURNED_FROM = {"return", "exchange", "repair"}
_REMEDIES = {"return", "exchange", "refund_status"}
_MEANS = {"how", "where"}  # facets that a wish sounds like
_OF_A_DELIVERY = {"missing_item", "damaged", "not_received"}  # who chose the wrong item wants the order changed
_SURE_OF_A_CHANGE = 0.9
_CALLED_FOR_BY = {
    "problem": "delivery_problem",
    "fault": "repair",
    "damage_cause": "repair",
    "seal_intact": "return",
    "opened": "return",
    "original_condition": "return",
}


async def begin(turn: Turn) -> None:
    """What an intent of the task table asks for."""
    if turn.entity("order_number") or not await own_order.answer(turn):
        await _begin(turn)


async def _begin(turn: Turn) -> None:
    task = await _meant(turn)
    if _only_remarks(turn, task):
        turn.say("utter_noted")
    elif _wishes_a_remedy(turn, task):
        turn.say("utter_remedy_wished")
        turn.ask({"kind": "offer", "name": "advisor", "reason": "delivery_problem_unclear"})
    else:
        await _begin_task(turn, task)


async def _begin_task(turn: Turn, task: Task) -> None:
    turn.intent = task.intent
    _say_where_it_turns(turn, task)
    policy, single = _policy(turn, task), _single(turn, task)
    asked_about = {name: turn.get(name) for name in ("task", "words", "item_words")} if turn.asks_of_an_item else {}
    note_request(turn, turn.intent)
    turn.set(lines_left=None)
    if hear(turn):
        await _beside_the_number(turn, turn.intent)
    elif _remembers(turn):
        await with_what_was_said(turn)
    elif task.case:
        await _for_a_person(turn, policy)
    elif turn.form != "order_form" and (of_one := answer_for_one(turn, turn.intent)):
        turn.say(of_one)
    elif single and await say_until_its_day(turn, single):
        pass
    elif single and not turn.mistyped and turn.form != "order_form" and not decides(turn, single):
        turn.say(f"utter_{single}")
        turn.set(**asked_about)  # it stands beside what is being asked, which goes on
        if is_decided(single) and turn.may_prove and not turn.get("verified_order"):
            _offer_to_look_up(turn)
    elif turn.get("verified_order") or (task.without_order and _is_being_asked(turn)):
        await go_on_anew(turn, single)
    elif await recognise(turn):
        if not turn.get("question"):
            await go_on(turn)
    elif policy is None or turn.get("order_asking") == ASKED_AGAIN:
        turn.ask_for_order()
    else:
        await _in_general(turn, task, policy)


def _only_remarks(turn: Turn, task: Task) -> bool:
    """“I never dropped it”, while something is decided of an item: near to a problem with its delivery, and none."""
    tells = any(each.what == "problem" for each in turn.memory.news()) or says_late(turn.text)
    if task.name != "delivery_problem" or tells or turn.confidence >= CLEAR or asks(turn.text):
        return False
    return bool(turn.get("verified_order")) and turn.get("task") in {*_TURNED_FROM, "warranty"}


def _wishes_a_remedy(turn: Turn, task: Task) -> bool:
    """“I want a new one”, “or my money”, right after it was told that the item came damaged: that is no exchange or
    return of a change of mind."""
    decision = turn.get("decision") or {}
    decided = decision.get("kind") == "delivery_problem" and decision.get("next_step") == "advisor"
    return decided and task.name in _REMEDIES and bool(turn.get("verified_order")) and not any(heard(turn.text))


def _single(turn: Turn, task: Task) -> str | None:
    """The single question that is to be answered, rather than what is wanted done."""
    if turn.cell is None or turn.intent != task.intent or (task.without_order and _task_told_of(turn)):
        return None
    return None if turn.get("verified_order") and _wishes_it_done(turn, turn.cell) else turn.cell


def _say_where_it_turns(turn: Turn, task: Task) -> None:
    """“I'd rather have another size”, while a return is asked about: the next question may be the same as the last."""
    before = turn.get("task")
    if turn.asks_of_an_item and {before, task.name} <= _TURNED_FROM and task.name != before:
        turn.say(f"utter_turned_to_{task.name}")
        turn.set(question=None)


async def _in_general(turn: Turn, task: Task, policy: str) -> None:
    if task.without_order:
        await go_on(turn)
        if (turn.get("question") or {}).get("kind") == "fact":  # decided at once, that is all there is to say
            turn.say(task.excluded if task.excluded and _is_excluded(turn) else policy)
            turn.outcome.said.insert(0, turn.outcome.said.pop())
        return
    turn.say(policy)
    if turn.form != "order_form":
        _offer_to_look_up(turn)


def _offer_to_look_up(turn: Turn) -> None:
    turn.ask({"kind": "offer", "name": "look_up", "asked": True, "implied": True})


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
    if turn.form is None and await take_code(turn):
        return
    if hear(turn):
        asked, told = question_of(turn), None if lacks_email(turn) else _task_told_of(turn)  # a mail that was “used”
        await _beside_the_number(turn, told.intent if told and asked in {None, "track_order"} else asked)
    elif turn.form != "order_form" and turn.get("verified_order") and (meant := _likeliest_task(turn, PLAIN)):
        turn.set(task=meant, words=turn.text)
        await go_on(turn)
    elif turn.form != "order_form" and turn.get("order_asking") == ASKED_AGAIN:
        turn.ask_for_order()
    elif await begin_what_is_told(turn):
        pass
    elif turn.form != "order_form" and not answer_the_likeliest(turn, turn.guesses):
        turn.say("utter_what_about")


async def begin_what_is_told(turn: Turn) -> bool:
    """A message that nothing else could be made of may still tell of something that broke, or never came, or turn to
    another item."""
    if turn.form or turn.intent in alarms():
        return False
    if (
        await take_code(turn)
        or await asks_on_from_a_refusal(turn)
        or await other_item(turn)
        or await tells_of_what_is_gone(turn)
    ):
        return True
    task = _task_told_of(turn) or await plainly_asked(turn) or _asked_of_an_item(turn)
    if task is None:
        return False
    turn.intent = task.intent
    await begin(turn)
    return True


def _asked_of_an_item(turn: Turn) -> Task | None:
    """The likeliest task where it is one that only tells of the order in hand, and an item is named."""
    may = turn.get("verified_order") and asks(turn.text) and turn.entities("category")
    likely = TASKS.get(_likeliest_task(turn, PLAIN) or "") if may else None
    return likely if likely and likely.of_line else None


async def other_item(turn: Turn) -> bool:
    """“Not the shoes, the perfume”: the task in hand goes on with the item that is named. False where none is."""
    task = TASKS.get(turn.get("task") or "")
    if task is None or not task.by_line or not turn.get("active_line"):
        return False
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        return False
    lines = another_line(turn, [line for line in order.lines if not line.unavailable]) if order else []
    if lines:
        take_lines(turn, lines)
        await go_on(turn)
    return bool(lines)


async def carry_on(turn: Turn) -> None:
    """After the order form: the task goes on, if the order was found."""
    question = turn.get("question")
    if question:
        turn.ask(question)
    elif turn.get("verified_order") and not turn.get("order_number"):
        await go_on_with_all(turn)


def _policy(turn: Turn, task: Task) -> str | None:
    """The general answer, while no order is known."""
    return f"{task.policy}_allowed" if _is_allowed(turn, task) else task.policy_for(turn.text)


def _is_allowed(turn: Turn, task: Task) -> bool:
    region, today = turn.get("region") or "ROW", turn.now.date()
    return bool(task.allowed and turn.resources.house().figure(task.allowed, region, today).value)


def _wishes_it_done(turn: Turn, cell: str) -> bool:
    """“I would like to have my bag repaired”, of an order: near to the answer how that is done, and no question so."""
    names_one = turn.entity("category") or turn.entity("product_family") or turn.entity("order_number")
    return bool(names_one) and facet_of(cell) in _MEANS and not asks_what(turn.text)


def _is_excluded(turn: Turn) -> bool:
    """Whether what is told of an item, of no order yet, is among what the house does not repair. The law may still."""
    region, today = turn.get("region") or "ROW", turn.now.date()
    categories = turn.resources.house().figure("repairs.excluded_categories", region, today).value
    return turn.memory.get("category") in categories or told_of(turn, None, None).get("on_sale") is True


def _remembers(turn: Turn) -> bool:
    """An order number that was given before, beside something else, and not looked up since; its e-mail with it."""
    known = turn.get("verified_order") or turn.get("order_number") or turn.get("order_asking")
    number = None if known or not turn.may_prove else turn.memory.get("order_number")
    if number:
        turn.set(order_number=number, order_email=turn.get("order_email") or turn.memory.get("email"))
    return bool(number)


def _is_being_asked(turn: Turn) -> bool:
    """Whether something was answered already: the policy has been told, and is not told again."""
    return any(each.sure == ASKED for each in turn.memory.everything())


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
    if asked not in BY_INTENT and lacks_email(turn):
        asked = None  # “BA10000003, I can't find the e-mail” sounds like a topic of its own
    note_request(turn, asked)
    if asked:
        turn.set(active_line=None)  # the item is the one that these words name
    task = task_of(asked or "")
    facet = facet_of(turn.cell or "")
    tells = is_decided(turn.cell or "") or (task is not None and (task.only_tells or facet in task.of_the_order))
    if task is not None and task.only_tells and turn.cell and is_of_any_order(task, turn.cell):
        tells = False  # “can my brother take it?”
    wished = turn.cell is not None and _wishes_it_done(turn, turn.cell)
    single = None if turn.mistyped or tells or wished else turn.cell
    if asked and (single or said_in_general(asked)):
        turn.say(f"utter_{single or turn.cell or asked}")
    if asked and (single or task_of(asked) is None):
        await _know(turn)
        return
    before = len(turn.outcome.said)
    await with_what_was_said(turn)
    of_number = next((at for at, said in enumerate(turn.outcome.said) if said.reply == NO_NUMBER), None)
    if of_number is not None and of_number >= before and task and (answer := turn.cell or _policy(turn, task)):
        # What was asked is answered in general: the number that is none may never come.
        turn.say(f"utter_{answer}" if turn.cell else answer)
        turn.outcome.said.insert(of_number, turn.outcome.said.pop())


async def _know(turn: Turn) -> None:
    """The order is in hand from now on, if it was proved; nothing is said of it."""
    if turn.may_prove and turn.get("order_number") and turn.get("order_email"):
        await identify(turn)


def _task_told_of(turn: Turn) -> Task | None:
    """What is told calls for it, though nothing is asked: “I bought it last month, and the sole is loose”."""
    told = {each.what for each in turn.memory.news()}
    if turn.intent == "out_of_scope" and not turn.entities("category"):
        told -= {"damage_cause"}  # “I'm a seamstress, have you got a job?”
    return next((TASKS[name] for what, name in _CALLED_FOR_BY.items() if what in told), None)


async def _meant(turn: Turn) -> Task:
    """The task of the message; “the coat is missing” wants no order changed."""
    task = BY_INTENT[turn.intent]
    tells = any(each.what == "problem" and each.value in _OF_A_DELIVERY for each in turn.memory.news())
    if task.kind in NOTES and turn.confidence < _SURE_OF_A_CHANGE and tells:
        return TASKS["delivery_problem"]
    if plain := await plainly_asked(turn):
        turn.cell = None
    return plain or task


def _likeliest_task(turn: Turn, least: float) -> str | None:
    name, sure = likeliest(turn.ranking, BY_INTENT)
    return BY_INTENT[name].name if name and sure >= least else None


async def with_what_was_said(turn: Turn) -> None:
    """Identify with the order number or e-mail that the message gave, or ask for what it did not give."""
    note_others(turn)
    outcome = await identify(turn)
    if outcome == "found":
        await go_on_with_all(turn)
    elif outcome == "stopped":
        turn.ask(turn.get("question"))
    elif outcome == "incomplete" and lacks_email(turn):
        ask_for_holder(turn)
        turn.ask(turn.get("question"))
    else:
        turn.ask_for_order(outcome if outcome in {"not_found", "mistyped"} else "first")
