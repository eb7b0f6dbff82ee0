"""The one question that is open: which item, a fact, or a yes to an offer. Asking it, and hearing the answer.

A question is ``{"kind": "item", "options": [line ids]}``, ``{"kind": "fact", "name": …}`` or
``{"kind": "offer", "name": …}``; ``asked`` once a reply has already put it into words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from actions.facts_of_order import line_name
from actions.turn import Turn
from concierge.orders.model import Line, Order

_WORD = re.compile(r"[^\W_]{3,}")
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}


def put(turn: Turn, order: Order | None) -> None:
    """Asks the open question."""
    question = turn.get("question") or {}
    if question.get("asked"):
        turn.set(question={**question, "asked": False})  # when it comes up again, it is asked again
    elif question.get("kind") == "item" and order is not None:
        lines = [order.line(option) for option in question["options"]]
        turn.say("utter_ask_item", {"items": [line_name(line) for line in lines]}, buttons=_buttons(lines))
    elif question.get("kind") == "fact":
        turn.say(f"utter_ask_fact_{question['name']}", question.get("values"))
    elif question.get("kind") == "offer":
        turn.say(f"utter_offer_{question['name']}", question.get("values"))


def which_line(text: str, choice: str | None, lines: Sequence[Line]) -> Line | None:
    """The line that a button or the customer's words mean; ``None`` when they fit no line or more than one."""
    for line in lines:
        if choice == line.id:
            return line
    words = {word.casefold() for word in _WORD.findall(text)}
    for word, index in _ORDINALS.items():
        if word in words and index < len(lines):
            return lines[index]
    scores = [(len(words & _words_of(line)), line) for line in lines]
    best = max((score for score, _ in scores), default=0)
    meant = [line for score, line in scores if score == best]
    return meant[0] if best and len(meant) == 1 else None


def yes_or_no(turn: Turn) -> bool | None:
    if turn.intent in {"affirm", "deny"}:
        return turn.intent == "affirm"
    return None


def fact(turn: Turn, question: Mapping[str, Any]) -> Any:
    """What the message says of the fact that was asked for, ``None`` when nothing."""
    choice = turn.entity("choice")
    if choice is not None:
        return {"yes": True, "no": False}.get(choice, choice)
    answer = yes_or_no(turn)
    if answer is not None:
        return answer
    if question["name"].endswith("_date"):
        return turn.entity("date")
    if question["name"].startswith("country"):
        return turn.entity("country")
    return None


def _words_of(line: Line) -> set[str]:
    said = " ".join((line.product, line.family, line.category.value, line.colour, line.size))
    return {word.casefold() for word in _WORD.findall(said.replace("_", " "))}


def _buttons(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [{"title": line_name(line), "payload": f'/inform{{"choice": "{line.id}"}}'} for line in lines]
