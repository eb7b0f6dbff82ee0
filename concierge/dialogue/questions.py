"""The one question that is open: which item, a fact, or a yes to an offer. Asking it, and hearing the answer.

A question is ``{"kind": "order", "buttons": […], "more": …}``, ``{"kind": "number", "number": …}``, ``{"kind": "item",
"options": [line ids]}``, ``{"kind": "fact", "name": …}`` or ``{"kind": "offer", "name": …}``; ``asked`` once a reply
has put it into words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from concierge.dialogue.date_expressions import a_day, a_span
from concierge.dialogue.fact_extraction import fact_in
from concierge.dialogue.order_values import line_name
from concierge.dialogue.turn import Turn
from concierge.intents import Kind, of_kind
from concierge.languages import lexicon
from concierge.languages.keys import KEYS
from concierge.orders.model import Line, Order
from concierge.policy.answers import ASKED, YES_OR_NO

WORTH_BELIEVING = 0.2
_WORD = re.compile(r"[^\W_]{3,}")
_IN_OWN_WORDS = of_kind(Kind.NOT_UNDERSTOOD) | {"inform"}
_WORDS = re.compile(r"\w+")
# Besides what stands on the buttons: the facts whose values are parts of a key of the lexicon.
_SAID_AS = {"purchase_channel": KEYS["purchase_channel"].parts}
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}


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
        turn.say("utter_ask_fact_line", {"items": [line_name(line) for line in lines]}, buttons=_buttons(lines))
    elif question.get("kind") == "fact":
        turn.say(f"utter_ask_fact_{question['name']}", question.get("values"))
    elif question.get("kind") == "offer":
        turn.say(f"utter_offer_{question['name']}", question.get("values"))


def which_line(turn: Turn, lines: Sequence[Line]) -> Line | None:
    """The line that a button or the customer's words mean; ``None`` when they fit no line or more than one."""
    for line in lines:
        if turn.entity("choice") == line.id:
            return line
    words = said_of_items(turn)
    if (place := _place(turn, words)) is not None and place < len(lines):
        return lines[place]
    meant = line_in(words, lines)
    others = [line for line in lines if line is not meant]
    return others[0] if meant and len(others) == 1 and _except().search(turn.text.casefold()) else meant


def line_in(words: Collection[str], lines: Sequence[Line]) -> Line | None:
    """The one line that these words name best, if one is."""
    scores = [(item_score(set(words), line), line) for line in lines]
    best = max((score for score, _ in scores), default=0)
    meant = [line for score, line in scores if score == best]
    return meant[0] if best and len(meant) == 1 else None


def _place(turn: Turn, words: set[str]) -> int | None:
    """“The second one”; “the 3rd of May” and “last week” are no places."""
    month_first = turn.get("region") == "US"
    for ordinal, place in _ORDINALS.items():
        if any(word.isalpha() for word in words & lexicon.words("ordinals", ordinal)):
            dated = ordinal == "last" and a_span(turn.text, turn.now.date(), month_first)
            return None if dated else place
    return None


def said_of_items(turn: Turn) -> set[str]:
    """The words that may name an item, those that the house has for what was said among them."""
    named = (turn.entity(each) for each in ("category", "product_family", "colour"))
    said = " ".join([turn.text, *(name.replace("_", " ") for name in named if name)])
    return {word.casefold() for word in _WORD.findall(said)} - lexicon.words("in_product_names")


def item_score(words: set[str], line: Line) -> int:
    """How much of the line these words name."""
    return len(words & _words_of(line))


def yes_or_no(turn: Turn) -> bool | None:
    pressed = {"/affirm": True, "/deny": False}.get(turn.pressed() or "")
    if turn.intent in {"affirm", "deny"} or pressed is not None:
        return turn.intent == "affirm" if pressed is None else pressed
    if turn.intent not in _IN_OWN_WORDS:
        return None
    word = _WORDS.match(turn.text.casefold())
    if word and word[0] in (yes := lexicon.words("affirmative")) | lexicon.words("negative"):
        return word[0] in yes
    heard = {each.get("name"): each.get("confidence", 0.0) for each in turn.ranking}
    yes, no = heard.get("affirm", 0.0), heard.get("deny", 0.0)
    return bool(yes > no) if max(yes, no) >= WORTH_BELIEVING else None  # it was asked: a hint of an answer is one


def fact(turn: Turn, question: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - a table of facts
    """What the message says of the fact that was asked for, ``None`` when nothing."""
    choice = turn.entity("choice") or choice_in(turn.pressed())
    if choice is not None:
        return choice
    # What is told goes before a yes or a no: “no, never worn” is a yes to “as it arrived?”.
    if (told := fact_in(turn.text, question["name"])) is not None:
        return told
    answer = yes_or_no(turn)
    if answer is not None and question["name"] in YES_OR_NO:
        return answer
    if (said := _said_as(question["name"], turn.text)) is not None:
        return said
    if question["name"] == "damage_cause" and turn.intent in _IN_OWN_WORDS | of_kind(Kind.ANSWER) | {"repair_item"}:
        return "unknown"  # the workshop finds out; the customer's own words go with the case
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


def _said_as(name: str, text: str) -> str | None:
    values = {word: value for value in _SAID_AS.get(name, ()) for word in lexicon.words(name, value)}
    return next((values[word] for word in _WORDS.findall(text.casefold()) if word in values), None)


def choice_in(payload: str | None) -> str | None:
    """The option that a button's payload carries."""
    return str(json.loads(payload[payload.index("{") :]).get("choice")) if payload and "{" in payload else None


@lru_cache(maxsize=1)
def _except() -> re.Pattern[str]:
    """“Not the perfume”, “no, not the perfume”."""
    return re.compile(rf"^(?:{lexicon.either('negative')},? )?{lexicon.either('except')}\b")


def _words_of(line: Line) -> set[str]:
    said = " ".join((line.product, line.family, line.category.value, line.colour, line.size))
    return {word.casefold() for word in _WORD.findall(said.replace("_", " "))}


def _buttons(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [_button(line_name(line), line.id) for line in lines]


def _button(title: str, choice: str) -> dict[str, str]:
    return {"title": title, "payload": f'/inform{{"choice": "{choice}"}}'}
