"""What a message is likely to mean, and the likeliest answered: as a guess, with its alternative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from concierge import intents
from concierge.dialogue.tasks import BY_INTENT
from concierge.dialogue.turn import Turn
from concierge.intents import Kind

CHOICES = 3
# Below this nobody would recognise their question in the guess.
WORTH_OFFERING = 0.05
# What is ambiguous between two topics leads from about here on, and is mostly one of the two.
WORTH_ANSWERING = 0.35
# What is guessed of a message after what was asked before it (:mod:`concierge.nlu.read_on`): of such messages with a
# belief of less than 0.3 in the likeliest answer, 47 % are answered rightly by it.
WORTH_GUESSING = 0.25

Ranking = Sequence[Mapping[str, Any]]  # as Rasa's ``intent_ranking``


def answer_the_likeliest(turn: Turn, ranking: Ranking, least: float = WORTH_ANSWERING) -> bool:
    """Answers what is likeliest in general, and offers what comes next. False where nothing is as likely as ``least``,
    or has no answer without an order."""
    choices = likely(ranking)
    least = min(least, WORTH_GUESSING) if ranking is turn.guesses else least
    reply = _reply(choices[0], ranking) if choices and confidence_of_best(ranking) >= least else None
    if reply:
        # The same again is said in other words (concierge/assistant/repetition.py), which is no guess.
        again = reply == turn.history.last_reply()
        turn.say(reply, choices=choices[1:2], also=() if again else [{"response": "utter_if_you_meant"}])
        turn.set(topic=choices[0])  # what is asked next is about it
    return reply is not None


def likely(ranking: Ranking) -> list[str]:
    """The intents worth offering, the likeliest first."""
    found = (
        each["name"]
        for each in ranking
        if each.get("name") in intents.offered() and each.get("confidence", 0.0) >= WORTH_OFFERING
    )
    return list(dict.fromkeys(found))[:CHOICES]


def confidence_of_best(ranking: Ranking) -> float:
    """How likely the likeliest is that may be offered; nought where it comes after something that may not."""
    meant = [each for each in ranking if each.get("name") not in intents.of_kind(Kind.NOT_UNDERSTOOD)]
    first = meant[0] if meant else {}
    return float(first.get("confidence") or 0.0) if first.get("name") in intents.offered() else 0.0


def _reply(intent: str, ranking: Ranking) -> str | None:
    """The single answer that a guess names, else the general one."""
    answer = next((str(each.get("answer") or "") for each in ranking if each.get("name") == intent), "")
    return f"utter_{answer}" if "/" in answer else _general(intent)


def _general(intent: str) -> str | None:
    """The reply that answers a question of this intent without an order, if one does."""
    if intent in intents.of_kind(Kind.TOPIC):
        return f"utter_{intent}"
    task = BY_INTENT.get(intent)
    return task.policy if task and not task.case else None
