"""What items are exchanged for: a size and colour that is in stock, as the order system tells. Where it does not tell,
or the price is another, an advisor looks, and nothing is registered before that."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from concierge.dialogue import next_steps, questions, variant_choice
from concierge.dialogue.line_choice import told_replacement
from concierge.dialogue.order_values import line_name
from concierge.dialogue.several_items import ask_further
from concierge.dialogue.turn import Turn
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Line, Order, Variant

logger = logging.getLogger(__name__)
_MOST_BUTTONS = 6
_ASKED = ("exchanged", "chosen", "then")  # of a question: the lines, what was chosen for them, what is offered after


async def begin(turn: Turn, order: Order, lines: Sequence[str], question: Mapping[str, Any]) -> None:
    """After the yes to this offer of an exchange: what each of the lines is exchanged for, where it was not told."""
    asked: dict[str, Any] = {"exchanged": list(lines), "chosen": {}, "then": question.get("then")}
    line = order.line(lines[0])
    if len(lines) == 1 and not question.get("gone"):
        variants = await _variants(turn, order, line)
        found, told = _of_the_wish(turn, line, variants), told_replacement(turn, line)
        if found is not None or (told and variants is None):
            await _take(turn, order, asked, line, _choice(line, variants, found, told))
            return
    await _go_on(turn, order, asked)


async def hear(turn: Turn, question: Mapping[str, Any], order: Order) -> bool:
    """Takes the message as the wish for the item that was asked about. False when it is none."""
    line = order.line(question.get("line") or turn.get("active_line"))
    variants = await _variants(turn, order, line)
    asked = {"exchanged": [line.id], "chosen": {}, **{name: question[name] for name in _ASKED if name in question}}
    if variants is None:
        wish = questions.fact(turn, question)
        if wish is not None:
            await _take(turn, order, asked, line, _choice(line, None, None, str(wish)))
        return wish is not None
    pressed = turn.entity("choice") or questions.choice_in(turn.pressed())
    found = variant_choice.by_title(pressed, variants) if pressed else None
    found = found or variant_choice.meant(turn, turn.text, line, variants)
    if found is not None:
        await _take(turn, order, asked, line, _choice(line, variants, found, turn.text))
    elif turn.intent == "deny":
        turn.set(question=None)
        turn.say("utter_as_you_wish")
    return found is not None or turn.intent == "deny"


async def tell_of_the_wish(turn: Turn, order: Order, line: Line) -> list[dict[str, Any]]:
    """Whether the size or colour that was told with the wish is in stock, as a reply; none where none was told."""
    found = _of_the_wish(turn, line, await _variants(turn, order, line))
    if found is None:
        return []
    reply = "utter_replacement_in_stock" if found.available else "utter_replacement_not_in_stock"
    return [{"response": reply, "values": {"replacement": variant_choice.title(found)}}]


def instead_of_what_is_gone() -> dict[str, Any]:
    """The question after a wish that is not in stock."""
    return {"kind": "offer", "name": "exchange", "reply": "utter_offer_exchange_another", "gone": True}


def _of_the_wish(turn: Turn, line: Line, variants: Sequence[Variant] | None) -> Variant | None:
    """What was told beside the wish or since, as far as it is known what there is."""
    if variants is None:
        return None
    if told := told_replacement(turn, line):
        return variant_choice.meant(turn, told, line, variants)
    return variant_choice.meant(turn, turn.get("words") or "", line, variants, answers=False)


def _choice(line: Line, variants: Sequence[Variant] | None, found: Variant | None, wish: str) -> dict[str, Any]:
    """``found``: what the wish means, of the ``variants``; neither, where it is not told what is in stock."""
    if found is None:
        return {"wish": wish, "unseen": True}
    own = variant_choice.own_price(line, variants or ())
    prices = [str(own), str(found.price)] if found.price not in {None, own} else []
    return {"wish": variant_choice.title(found), "gone": not found.available, "prices": prices}


async def _take(turn: Turn, order: Order, asked: Mapping[str, Any], line: Line, choice: dict[str, Any]) -> None:
    """What is not there is said, and asked for again."""
    if choice.get("gone"):
        turn.say("utter_replacement_not_in_stock", {"replacement": choice["wish"]})
        await _go_on(turn, order, asked)
    else:
        await _go_on(turn, order, {**asked, "chosen": {**asked["chosen"], line.id: choice}})


async def _go_on(turn: Turn, order: Order, asked: Mapping[str, Any]) -> None:
    """Asks for the next item that has no replacement yet; with all of them chosen, what follows is done."""
    turn.set(question=None)
    for line in [order.line(each) for each in asked["exchanged"] if each not in asked["chosen"]]:
        variants = await _variants(turn, order, line)
        there = variant_choice.in_stock(line, variants) if variants else []
        if variants is None or there:
            turn.ask(_question(asked, line, there))
            return
        turn.say("utter_replacement_none", {"item": line_name(line)})
        instead = {"kind": "offer", "name": "try_return", "line": line.id}
        asked = {**asked, "exchanged": [each for each in asked["exchanged"] if each != line.id], "then": instead}
    if asked["exchanged"]:
        await _finish(turn, order, asked)
    else:
        ask_further(turn, asked["then"])


def _question(asked: Mapping[str, Any], line: Line, there: Sequence[Variant]) -> dict[str, Any]:
    several = len(asked["exchanged"]) > 1
    titles = [variant_choice.title(each) for each in there]
    return {
        "kind": "fact",
        "name": "replacement",
        "reply": f"utter_ask_fact_replacement{'_of' if several and not there else ''}",
        "values": {"item": line_name(line), "options": variant_choice.by_colour(there)},
        "buttons": questions.buttons((each, each) for each in titles if len(titles) <= _MOST_BUTTONS),
        "line": line.id,
        **asked,
    }


async def _finish(turn: Turn, order: Order, asked: Mapping[str, Any]) -> None:
    lines, chosen = asked["exchanged"], asked["chosen"]
    wishes = [chosen[each]["wish"] for each in lines]
    if len(lines) > 1:
        wishes = [f"{line_name(order.line(each))}: {wish}" for each, wish in zip(lines, wishes, strict=True)]
    wanted = "; ".join(wishes)
    if any("unseen" in chosen[each] for each in lines):
        turn.tell("replacement", wanted)
        turn.say("utter_replacement_unseen", {"replacement": wanted})
        next_steps.hand_over(turn, "exchange_stock_unknown")
    elif dearer := next((each for each in lines if chosen[each]["prices"]), None):
        own, other = ({"amount": amount, "currency": order.currency} for amount in chosen[dearer]["prices"])
        values = {"item": line_name(order.line(dearer)), "replacement": chosen[dearer]["wish"]}
        turn.tell("replacement", wanted)
        turn.say("utter_replacement_price", {**values, "own_amount": own, "replacement_amount": other})
        turn.ask({"kind": "offer", "name": "advisor", "reason": "exchange_price"})
    else:
        await next_steps.record(turn, "exchange", wanted, lines)
        if asked.get("then") and not turn.outcome.is_due() and not turn.get("question"):
            ask_further(turn, asked["then"])


async def _variants(turn: Turn, order: Order, line: Line) -> list[Variant] | None:
    try:
        return await asyncio.to_thread(turn.resources.orders().variants, order.number, line.id)
    except OrdersUnavailable as error:
        logger.warning("What is in stock is not known in conversation %s: %s", turn.conversation, error)
        return None
