"""The one question that is open: which item, a fact, or a yes to an offer. Asking it, and hearing the answer.

A question is ``{"kind": "order", "buttons": […], "more": …}``, ``{"kind": "number", "number": …}``, ``{"kind": "item",
"options": [line ids]}``, ``{"kind": "fact", "name": …}`` or ``{"kind": "offer", "name": …}``, both with ``lines`` where
they are about several items; ``asked`` once a reply has put it into words. Those of ``proving``: ``{"kind": "holder"}``
and ``{"kind": "code", "number": …}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from concierge.dialogue.order_card import piece
from concierge.dialogue.order_values import line_name
from concierge.dialogue.turn import Turn
from concierge.intents import Kind, of_kind
from concierge.languages import lexicon
from concierge.languages.question_form import asks
from concierge.memory.date_expressions import a_day
from concierge.memory.fact_extraction import fact_in
from concierge.memory.hearing import says
from concierge.orders.model import Order
from concierge.policy.answers import ASKED, YES_OR_NO

UNDERSTOOD = 0.8  # from this confidence on a message is what it was taken for
WORTH_BELIEVING = 0.2
UNKNOWN = "unknown"
_IN_OWN_WORDS = of_kind(Kind.NOT_UNDERSTOOD) | {"inform"}
_WORDS = re.compile(r"\w+")


def put(turn: Turn, order: Order | None) -> None:
    """Asks the open question."""
    question = turn.get("question") or {}
    if question.get("asked"):
        turn.set(question={**question, "asked": False})  # when it comes up again, it is asked again
    elif question.get("kind") == "order":
        turn.say(f"utter_ask_which_order{'_of_many' if question['more'] else ''}", buttons=question["buttons"])
    elif question.get("kind") == "number":
        turn.say("utter_did_you_mean_number", {"order_number": question["number"]})
    elif question.get("kind") == "item" and order is not None:
        lines = [order.line(option) for option in question["options"]]
        names = [line_name(line) for line in lines]
        choices = buttons(zip(names, question["options"], strict=True))
        turn.say(
            "utter_ask_fact_line", {"items": names}, buttons=choices, pieces=[piece(order, line) for line in lines]
        )
    elif question.get("kind") == "holder":
        turn.say(f"utter_ask_holder_{question.get('asking', 'first')}")
    elif question.get("kind") == "code":
        turn.say(question["reply"], question["values"])
        turn.set(question={**question, "reply": "utter_ask_code_still"})
    elif question.get("kind") in {"fact", "offer"}:
        asks = "ask_fact" if question["kind"] == "fact" else "offer"
        usual = f"utter_{asks}_{question['name']}{'_of' if question.get('lines') else ''}"
        turn.say(question.get("reply") or usual, question.get("values"), buttons=question.get("buttons"))


def yes_or_no(turn: Turn) -> bool | None:
    pressed = {"/affirm": True, "/deny": False}.get(turn.pressed() or "")
    heard = {each.get("name"): each.get("confidence", 0.0) for each in turn.ranking}
    yes, no = heard.get("affirm", 0.0), heard.get("deny", 0.0)
    if pressed is None and says("no_refusal", turn.text):
        return True if turn.intent == "affirm" or yes > max(no, WORTH_BELIEVING) else None
    if turn.intent in {"affirm", "deny"} or pressed is not None:
        return turn.intent == "affirm" if pressed is None else pressed
    word = _WORDS.match(turn.text.casefold())
    affirmative = lexicon.words("affirmative")
    begins = word is not None and word[0] in affirmative | lexicon.words("negative")
    if turn.intent not in _IN_OWN_WORDS and not (begins and _only_tells(turn, word)):
        return None
    if word and begins:
        return word[0] in affirmative
    return bool(yes > no) if max(yes, no) >= WORTH_BELIEVING else None  # it was asked: a hint of an answer is one


def _only_tells(turn: Turn, word: re.Match[str] | None) -> bool:
    """“Yes, a bag, full price”, “yes it is all new”: an answer with more behind it, whatever that may sound like."""
    behind = turn.text[word.end() :].lstrip() if word else ""
    may = behind.startswith((",", ".", ";")) or (turn.get("question") or {}).get("kind") == "fact"
    return bool(behind) and may and not asks(behind) and turn.confidence < UNDERSTOOD


def fact(turn: Turn, question: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - a table of facts
    """What the message says of the fact that was asked for, ``None`` when nothing."""
    choice = turn.entity("choice") or choice_in(turn.pressed())
    if choice is not None:
        return choice
    # What is told goes before a yes or a no: “no, never worn” is a yes to “as it arrived?”.
    if (told := fact_in(turn.text, question["name"])) is not None:
        return told
    if fact_in(turn.text, "damage_cause") == UNKNOWN and question["name"] in ASKED:
        return UNKNOWN  # “no idea” is an answer to every question of fact
    answer = yes_or_no(turn)
    if answer is not None and question["name"] in YES_OR_NO:
        return answer
    if question["name"] == "damage_cause" and turn.intent in _IN_OWN_WORDS | of_kind(Kind.ANSWER) | {"repair_item"}:
        return UNKNOWN  # the workshop finds out; the customer's own words go with the case
    if question["name"] == "replacement" and turn.intent in _IN_OWN_WORDS | {"exchange_item", "sizing"}:
        return turn.text
    if question["name"].endswith("_date"):
        day = a_day(turn.text, turn.now.date(), month_first=turn.get("region") == "US")
        return day.isoformat() if day else None
    if question["name"] == "category":
        named = turn.entity("category")
        return named if named in ASKED["category"] else None
    if question["name"].startswith("country"):
        return turn.entity("country")
    return None


def choice_in(payload: str | None) -> str | None:
    """The option that a button's payload carries."""
    return str(json.loads(payload[payload.index("{") :]).get("choice")) if payload and "{" in payload else None


def buttons(options: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Each with its title, and what is chosen by it."""
    return [
        {"title": title, "payload": f"/inform{json.dumps({'choice': choice}, ensure_ascii=False)}"}
        for title, choice in options
    ]
