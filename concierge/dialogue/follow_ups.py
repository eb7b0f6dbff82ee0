"""“And in the United States?”, “and for perfume?”, “how much?”: on from the last question, in its context."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from concierge import intents
from concierge.dialogue import follow_up_topics, order_outage
from concierge.dialogue.questions import which_line
from concierge.dialogue.task_progress import go_on, known_order
from concierge.dialogue.tasks import BY_INTENT
from concierge.dialogue.turn import Turn
from concierge.intents import Kind
from concierge.orders import OrdersUnavailable
from concierge.orders.places import region_of


async def follow_up(turn: Turn) -> None:
    """Answers a question without its subject, on from the last one that had one."""
    before = turn.history.intents()[1:]
    asked = next((intent for intent in before if intent in _could_be_meant()), None)
    if asked is None or asked in intents.of_kind(Kind.EVENT):
        turn.say("utter_rephrase")
        return
    kind, part = turn.entity("category"), follow_up_topics.part_of(turn.text)
    if kind and await _another_item(turn, asked):
        return
    reply = _reply_to(asked, kind, part)
    if reply and reply != turn.history.last_reply():
        turn.say(reply)
    elif asked in intents.of_kind(Kind.PERSON):
        turn.say("utter_rephrase")
    elif asked == "track_order" or (not follow_up_topics.same_for_every_kind(asked) if kind else part):
        turn.say("utter_which_part", choices=[asked, "talk_to_advisor"])
    elif kind:
        turn.say("utter_same_for_kind", also=[_part(asked)], spare={"region": None, "say": "utter_same_for_kind"})
    else:
        _elsewhere(turn, asked)


@lru_cache(maxsize=1)
def _could_be_meant() -> frozenset[str]:
    """What could be asked on from, a complaint too, if only to ask how long it takes; and what ends it: an event."""
    grouped = {name for name in intents.of_kind(Kind.PERSON) if intents.get(name).group}
    without_answer = {task.intent for task in BY_INTENT.values() if task.case}
    return (intents.of_kind(*intents.QUESTIONS, Kind.EVENT) | grouped) - without_answer


def _reply_to(asked: str, kind: str | None, part: str | None) -> str | None:
    """The reply that the last question has for this kind of product, or this part of it."""
    meant = None
    if kind:
        meant = follow_up_topics.topic_of_kind(asked, kind)
    elif part:
        meant = follow_up_topics.topic_of_part(asked, part)
    return follow_up_topics.SAID.get((part or "", follow_up_topics.group(asked))) or (_reply(meant) if meant else None)


def _elsewhere(turn: Turn, asked: str) -> None:
    """The last answer for another place: in one sentence where it is no different there."""
    country = turn.entity("country")
    spare = {
        "region": turn.get("region") or "ROW",
        "say": "utter_same_for_country" if country else "utter_same_elsewhere",
    }
    turn.say(
        "utter_for_country" if country else "utter_for_elsewhere",
        {"country": country},
        region=region_of(country) if country else "ROW",
        also=[_part(asked)],
        spare=None if intents.get(asked).names_places else spare,
    )


async def _another_item(turn: Turn, asked: str) -> bool:
    """Whether the kind is that of another item in the order in hand: then the task goes on with it."""
    task = BY_INTENT.get(asked)
    if task is None or not task.by_line:
        return False
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return True
    line = which_line(turn, [each for each in order.lines if not each.unavailable]) if order else None
    if line is None:
        return False
    turn.set(task=task.name, active_line=line.id)
    await go_on(turn)
    return True


def _reply(intent: str) -> str:
    task = BY_INTENT.get(intent)
    return task.policy if task and task.policy else f"utter_{intent}"


def _part(intent: str) -> dict[str, Any]:
    return {"response": _reply(intent), "values": {}}
