"""“And in the United States?”, “and for perfume?”, “how much?”: on from the last question, in its context."""

from __future__ import annotations

from typing import Any

from concierge import intents
from concierge.dialogue import follow_up_topics, order_outage, own_order
from concierge.dialogue.decisions import AS_IT_SHOULD_BE, decide
from concierge.dialogue.guesses import answer_the_likeliest
from concierge.dialogue.line_choice import which_line
from concierge.dialogue.made_for_one import answer_for_one
from concierge.dialogue.next_steps import is_passed_on
from concierge.dialogue.order_values import of_order
from concierge.dialogue.plainly_asked import plainly_asked
from concierge.dialogue.refusals import asks_on_from_a_refusal
from concierge.dialogue.task_progress import go_on, known_order
from concierge.dialogue.tasks import BY_INTENT, TASKS, Task, is_decided, task_of
from concierge.dialogue.turn import Turn
from concierge.intents import Kind
from concierge.languages.follow_up import is_doubt, names_elsewhere, part_of, turns_to
from concierge.languages.question_form import asks
from concierge.languages.short_form import sentences, short_form
from concierge.memory.hearing import DAYS, says
from concierge.orders import OrdersUnavailable
from concierge.orders.places import region_of

SHORT = 8  # words: whoever asks on does not tell a story


async def follow_up(turn: Turn) -> None:
    """Answers a question without its subject, on from the last one that had one, where no story does."""
    if not (await asks_on_from_a_refusal(turn) or await own_order.answer(turn)):
        await _on_from_what_was_asked(turn)


async def _on_from_what_was_asked(turn: Turn) -> None:  # noqa: PLR0911 - each is a way to ask on
    asked = turn.get("topic")
    if (about := turn.cell or asked) and (of_one := answer_for_one(turn, about)):
        turn.say(of_one)
        return
    in_hand = TASKS.get(turn.get("task") or "")
    if in_hand and says("until_when", turn.text) and await say_until_its_day(turn, f"{in_hand.intent}/until_when"):
        return
    if turn.cell:
        await say_cell(turn, turn.cell)
        return
    if _puts_right(turn) and (counted := turn.history.last_counted()):
        turn.say(counted)
        return
    if asked and is_doubt(turn.text) and (stated := _stated(turn)):
        turn.say("utter_it_is_so", {"short_answer": short_form(" ".join(stated)) or stated[0]})
        return
    if asked and (plain := await plainly_asked(turn) or _asks_when_then(turn, asked)):
        turn.set(task=plain.name, topic=plain.intent)
        await go_on(turn)
        return
    if asked and turn.entity("category") and await _another_item(turn, asked):
        return
    if asked and (answer := _answer(turn, asked)):
        turn.say(answer.pop("reply"), answer.pop("values", None), **answer)
    elif asked is None or asked in intents.of_kind(Kind.PERSON):
        turn.say("utter_rephrase")
    elif (task := BY_INTENT.get(asked)) and task.only_tells and turn.get("verified_order"):
        turn.set(task=task.name)
        await go_on(turn)  # “and when will it be there?”: what the order tells
    else:
        _say_of_what_was_said(turn, asked)


def _asks_when_then(turn: Turn, asked: str) -> Task | None:
    """“When then?”, where what was asked of the order in hand is its delivery: the day that it tells."""
    of_delivery = asked in BY_INTENT and intents.get(asked).group == "delivery"
    of_an_order = bool(turn.get("verified_order")) and of_delivery
    return TASKS["track"] if of_an_order and part_of(turn.text) == "time" else None


def _puts_right(turn: Turn) -> bool:
    """“34, not 24”: what is counted from is another day than was told before."""
    told = {each.what for each in turn.memory.news()}
    return bool(told) and told <= DAYS and not turn.get("verified_order") and not asks(turn.text)


def _stated(turn: Turn) -> list[str]:
    """What was said last, without what was asked; of an answer that was told once more, that answer."""
    if again := turn.history.last_told("short_answer"):
        return [again]
    said = [sentence for text in turn.history.last_said() for sentence in sentences(text)]
    return [each for each in said if not each.endswith(("?", ":"))]


def _say_of_what_was_said(turn: Turn, asked: str) -> None:
    """A part of the answer that was just given, where it has no answer of its own: the sentence of it that gives the
    reason; of a part that was just told, a time or a price the same answer, of which the sentence that is nearest is
    said again."""
    part, choices = part_of(turn.text), [asked, "talk_to_advisor"]
    of_last = (sentence for text in turn.history.last_said() for sentence in sentences(text))
    if part == "why" and (reason := next((each for each in of_last if says("reasons", each)), None)):
        turn.say("utter_reason_given", {"short_answer": reason}, choices=choices)
    elif part == "why":
        turn.say("utter_no_reason_known", choices=choices)
    elif part and (of_part := _reply_to(asked, None, part)) and of_part == turn.history.last_reply():
        turn.say(of_part)
    elif part in {"time", "price"} and asked in intents.of_kind(Kind.TOPIC) and not turn.entity("category"):
        turn.say(f"utter_{asked}")
    elif not answer_the_likeliest(turn, turn.guesses):
        turn.say("utter_which_part", choices=choices)


async def say_cell(turn: Turn, cell: str) -> None:
    """The answer to a single question; the task's decision instead, where that tells it of the order in hand."""
    task = BY_INTENT.get(cell.partition("/")[0])
    if await say_until_its_day(turn, cell):
        return
    if task and task.kind and decides(turn, cell):
        turn.set(task=task.name)
        await go_on_anew(turn, cell)
    else:
        turn.say(f"utter_{cell}")


async def go_on_anew(turn: Turn, cell: str | None) -> None:
    """What is decided; where that was just said, and so did not answer this, or tells no price, what the house says of
    the question: “within how long?” of an order that has not arrived. Of what is refused, only until when it would have
    gone."""
    task = TASKS[turn.get("task") or "track"]
    if task.policy and is_passed_on(turn, task.kind) and asks(turn.text):
        turn.say(f"utter_{cell}" if cell and intents.facet_of(cell) != "until_when" else task.policy)
        return
    before = len(turn.outcome.said)
    await go_on(turn)
    decided, facet = turn.outcome.said[before:], intents.facet_of(cell or "")
    again = len(decided) == 1 and decided[0].reply == turn.history.last_reply()
    refused = (turn.get("decision") or {}).get("outcome") == "no"
    to_come = any(each.reply.endswith("_not_delivered") for each in decided)
    if again and says("until_when", turn.text):
        return  # the day is in it
    if cell and ((again and not (refused and facet != "until_when")) or (to_come and facet == "how_much")):
        turn.outcome.said[before:] = []
        turn.offer_nobody()
        turn.say(f"utter_{cell}")


async def say_until_its_day(turn: Turn, cell: str) -> bool:
    """“Until when?”, of the order in hand: its own day, whatever is still to be asked. False where none is known."""
    task = BY_INTENT.get(cell.partition("/")[0])
    if task is None or task.kind is None or not turn.get("verified_order") or intents.facet_of(cell) != "until_when":
        return False
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        return False
    lines = [line for line in order.lines if not line.unavailable] if order else []
    meant = [line for line in lines if line.id == turn.get("active_line")] or lines
    if order is None or not meant:
        return False
    decisions = [await decide(turn, task.kind, order, line, **AS_IT_SHOULD_BE) for line in meant]
    first = decisions[0]
    if len(meant) == 1 and first.outcome == "no" and {"deadline_date", "days_late"} <= set(first.values):
        turn.say("utter_its_day_is_over", of_order(order, meant[0]) | dict(first.values), region=order.region)
        return True
    may = [each for each in decisions if each.outcome == "yes" and "deadline_date" in each.values]
    if not may or len({each.values["deadline_date"] for each in may}) > 1:
        return False
    reply = "utter_until_its_day" if len(meant) == 1 else "utter_until_its_day_all"
    turn.say(reply, of_order(order, meant[0]) | dict(may[0].values), region=order.region)
    return True


def decides(turn: Turn, cell: str) -> bool:
    """Whether the order in hand is decided on in the place of a cell's answer. While a fact is still asked for, there
    is no decision yet, and the question is answered in general; so is “may my neighbour take it?”, which no state of
    an order answers."""
    facet, detail = intents.facet_of(cell), cell.partition("/")[2]
    task = task_of(cell.partition("/")[0])
    answered = is_decided(cell) and not (task and task.only_tells and detail != facet)
    return bool(turn.get("verified_order")) and answered and not turn.asks_of_an_item


def asks_on(turn: Turn) -> bool:
    """Whether a message that was not understood has the signs of a question on from the last one, and can be answered:
    “is it free?”, “for shoes too?”, “and in Japan”."""
    asked = turn.get("topic")
    if asked is None or len(turn.text.split()) > SHORT or asked in intents.of_kind(Kind.PERSON):
        return False
    reply = _reply_to(asked, turn.entity("category"), part_of(turn.text))
    return not (reply and reply == turn.history.last_reply()) and _answer(turn, asked) is not None


def _answer(turn: Turn, asked: str) -> dict[str, Any] | None:
    """What the last question's answer is for another kind of product, part or place, as :meth:`Turn.say` takes it."""
    kind, part = turn.entity("category"), part_of(turn.text)
    reply = _reply_to(asked, kind, part)
    if reply and reply != turn.history.last_reply():
        return {"reply": reply}
    if asked == "track_order" or asked in intents.of_kind(Kind.PERSON):
        return None
    if kind:
        return _for_this_kind(asked) if follow_up_topics.same_for_every_kind(asked) else None
    return _elsewhere(turn, asked) if not part and _names_a_place(turn) else None


def _names_a_place(turn: Turn) -> bool:
    return bool(turn.entity("country")) or names_elsewhere(turn.text)


def _reply_to(asked: str, kind: str | None, part: str | None) -> str | None:
    """The reply that the last question has for this kind of product, or this part of it."""
    meant = None
    if kind:
        meant = follow_up_topics.topic_of_kind(asked, kind)
    elif part:
        meant = follow_up_topics.topic_of_part(asked, part)
    in_a_sentence = follow_up_topics.SAID.get((part or "", follow_up_topics.group(asked)))
    if in_a_sentence and part not in intents.get(asked).parts:
        return in_a_sentence
    return _reply(meant) if meant else None


def _for_this_kind(asked: str) -> dict[str, Any]:
    return {"reply": "utter_same_for_kind", "also": [_part(asked)]}


def _elsewhere(turn: Turn, asked: str) -> dict[str, Any]:
    """The last answer, as it is for another place."""
    country = turn.entity("country")
    told = intents.get(asked).elsewhere
    if told and turn.history.last_reply() != f"utter_{told}":
        return {"reply": f"utter_{told}"}
    return {
        "reply": "utter_for_country" if country else "utter_for_elsewhere",
        "values": {"country": country},
        "region": region_of(country) if country else "ROW",
        "also": [_part(asked)],
    }


async def _another_item(turn: Turn, asked: str) -> bool:
    """Whether the kind is that of another item in the order in hand: then the task goes on with it."""
    task = task_of(asked)
    if task is None or not (task.by_line or (task.of_line and _only_turns(turn))):
        return False
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return True
    line = which_line(turn, [each for each in order.lines if task.of_line or not each.unavailable]) if order else None
    if line is None:
        return False
    turn.set(task=task.name, **({"active_line": line.id} if task.by_line else {}))
    await go_on(turn)
    return True


def _only_turns(turn: Turn) -> bool:
    """“And the belt?”, and nothing of its own beside it."""
    return any(turns_to(turn.text, each.get("start", 0), each.get("end", 0)) for each in turn.entities("category"))


def _reply(intent: str) -> str:
    task = BY_INTENT.get(intent)
    return task.policy if task and task.policy else f"utter_{intent}"


def _part(intent: str) -> dict[str, Any]:
    return {"response": _reply(intent), "values": {}}
