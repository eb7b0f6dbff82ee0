"""“And in the United States?”, “and for perfume?”, “how much?”: on from the last question, in its context."""

from __future__ import annotations

from typing import Any

from concierge.dialogue import follow_up_topics, order_outage
from concierge.dialogue.questions import which_line
from concierge.dialogue.task_progress import go_on, known_order
from concierge.dialogue.tasks import BY_INTENT
from concierge.dialogue.turn import Turn
from concierge.orders import OrdersUnavailable
from concierge.orders.places import region_of

# Nothing that could be asked on from.
_NO_QUESTIONS = {
    "follow_up", "inform", "affirm", "deny", "stop", "other_order", "look_up_order", "change_language", "greet",
    "thank", "goodbye", "nlu_fallback", "out_of_scope", "nonsense", "swearing", "bot_challenge", "who_made_you",
    "other_brand", "talk_to_advisor", "stay_with_assistant", "privacy_erasure", "privacy_export", "wrong_answer",
    "unclear_answer", "",
}  # fmt: skip


async def follow_up(turn: Turn) -> None:
    """Answers a question without its subject, on from the last one that had one."""
    before = turn.history.intents()[1:]
    asked = next((intent for intent in before if intent not in _NO_QUESTIONS), None)
    if asked is None or asked.startswith("EXTERNAL_"):
        turn.say("utter_rephrase")
        return
    kind, part = turn.entity("category"), follow_up_topics.part_of(turn.text)
    if kind and await _another_item(turn, asked):
        return
    reply = _reply_to(asked, kind, part)
    if reply and reply != turn.history.last_reply():
        turn.say(reply)
    elif asked == "track_order" or (not follow_up_topics.same_for_every_kind(asked) if kind else part):
        turn.say("utter_which_part", choices=[asked, "talk_to_advisor"])
    elif kind:
        turn.say("utter_same_for_kind", also=[_part(asked)], spare={"region": None, "say": "utter_same_for_kind"})
    else:
        _elsewhere(turn, asked)


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
        spare=None if asked in follow_up_topics.TELLS_OF_PLACES else spare,
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
