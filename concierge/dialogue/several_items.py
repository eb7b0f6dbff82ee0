"""Several items of an order in one request: each is decided on, one answer tells what holds for which, and what may be
done is registered once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from concierge.dialogue import next_steps, questions
from concierge.dialogue.decisions import decide, record
from concierge.dialogue.line_choice import item_words, words_of
from concierge.dialogue.order_values import line_name, of_order
from concierge.dialogue.turn import Turn
from concierge.languages import lexicon
from concierge.orders.model import Line, Order
from concierge.policy import Decision

TOGETHER = frozenset({"return", "exchange"})
"""Kinds of decision whose items go into one registration; of the others each item has its own."""

_REGISTERED_BY = {"return_form", "exchange_form"}  # next steps that this assistant takes for all of them at once
_WORD = re.compile(r"\w+")
Decided = tuple[Line, Decision]


def asked_of(turn: Turn, kind: str | None, order: Order) -> list[Line]:
    """The items that are in hand together; none where there is one, or each is dealt with by itself."""
    left = turn.get("lines_left")
    if not left or kind not in TOGETHER:
        return []
    wanted = [turn.get("active_line"), *left]
    return [line for line in order.lines if line.id in wanted]


async def go_on(turn: Turn, kind: str, order: Order, lines: Sequence[Line]) -> None:
    """Asks for a fact of those that lack it, or tells what was decided of all of them."""
    decided = [(line, await decide(turn, kind, order, line)) for line in lines]
    if asking := [(line, decision) for line, decision in decided if decision.outcome == "needs_facts"]:
        fact = asking[0][1].missing[0]
        of = [line for line, decision in asking if decision.missing[0] == fact]
        turn.ask({"kind": "fact", "name": fact, "lines": _ids(of), "values": {"items": _names(of)}})
        return
    recorded = [await record(turn, decision) for _, decision in decided]
    turn.set(lines_left=None)
    possible = [each for each in decided if each[1].next_step in _REGISTERED_BY]
    others = [each for each in decided if each not in possible]
    first = (possible or others)[0]
    turn.set(
        active_line=first[0].id,
        decision={"kind": kind, "outcome": first[1].outcome, "next_step": first[1].next_step},
    )
    said = [*_possible(kind, order, possible), *_others(turn, order, others, named=bool(possible)), *_note(decided)]
    turn.say(said[0]["response"], said[0]["values"], region=order.region, also=said[1:], decision_id=recorded[0])
    _offer(turn, kind, order, possible, others)


def _possible(kind: str, order: Order, possible: Sequence[Decided]) -> list[dict[str, Any]]:
    """What may be registered: the items that share a last day in one reply."""
    said = []
    for same in _alike(possible, lambda decision: decision.deadline):
        line, decision = same[0]
        reply = f"utter_{kind}_offer_several" if len(same) > 1 else decision.response
        names = {"items": _names([each for each, _ in same])}
        said.append({"response": reply, "values": of_order(order, line) | dict(decision.values) | names})
    return said


def _others(turn: Turn, order: Order, others: Sequence[Decided], named: bool) -> list[dict[str, Any]]:
    """What is not registered here, each with its reason: once for all where the same is said of them, and with the
    names where the reason has none. ``named``: other items were told of before."""
    said = []
    groups = _alike(others, lambda decision: (decision.response, _without_item(decision)))
    for same in groups:
        each_by_itself = "product" in turn.resources.house().placeholders(same[0][1].response)
        if not each_by_itself and (named or len(groups) > 1):
            said.append({"response": "utter_for_items", "values": {"items": _names([each for each, _ in same])}})
        for line, decision in same if each_by_itself else same[:1]:
            said.append({"response": decision.response, "values": of_order(order, line) | dict(decision.values)})
    return said


def _note(decided: Sequence[Decided]) -> list[dict[str, Any]]:
    """One thing more that is worth a sentence, as with a single item."""
    notes = [note for _, decision in decided for note in decision.notes]
    return [{"response": note.response, "values": dict(note.values)} for note in notes[:1]]


def _offer(turn: Turn, kind: str, order: Order, possible: Sequence[Decided], others: Sequence[Decided]) -> None:
    """The registration, and after it what is possible for another item; or that at once."""
    told = [each for each in others if not possible or _is_worth_offering(each[1])]
    further = _further(turn, order, told)
    if possible:
        lines = [line for line, _ in possible]
        names = {"items": _names(lines)}
        turn.ask({"kind": "offer", "name": kind, "lines": _ids(lines), "values": names, "then": further})
    elif further:
        ask_further(turn, further)


def _is_worth_offering(decision: Decision) -> bool:
    """After a registration: what was refused is told, and not made a question of as well."""
    return decision.outcome != "no" or decision.next_step in {"offer_return", "offer_exchange"}


def _further(turn: Turn, order: Order, others: Sequence[Decided]) -> dict[str, Any] | None:
    for line, decision in others:
        offer = next_steps.after(decision, order)
        if offer is None and decision.outcome == "no" and next_steps.may_be_an_exception(turn):
            offer = next_steps.EXCEPTION
        if offer is not None:
            reason = next_steps.reason_of(offer, decision)
            return {"kind": "offer", "name": offer, "reason": reason, "line": line.id}
    return None


def ask_further(turn: Turn, offer: Mapping[str, Any]) -> None:
    """Offers what is possible for another item, which is then the one in hand."""
    turn.set(active_line=offer["line"])
    turn.ask(offer)


def answers(turn: Turn, question: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    """What the message says of the fact that was asked for, by item: “the shoes yes, the bag no”. Items that it does
    not tell of are not there; where it names none, it is about all of them."""
    told = _heard_by_kind(turn, question["name"], lines) or _told_by_item(turn, lines)
    if told:
        return told
    value = questions.fact(turn, question)
    return {} if value is None else {line.id: value for line in lines}


def _heard_by_kind(turn: Turn, fact: str, lines: Sequence[Line]) -> dict[str, Any]:
    kinds = {line.category.value for line in lines}
    heard = {each.of: each.value for each in turn.memory.news() if each.what == fact and each.of in kinds}
    if len(kinds) < 2 or not heard:
        return {}
    told = {line.id: heard[line.category.value] for line in lines if line.category.value in heard}
    if len(set(heard.values())) == 1:  # “the shoes and the bag are unworn” is heard of the bag
        named = [line for _, word in _in_order(turn) if (line := _only(word, lines))]
        told |= dict.fromkeys([line.id for line in named], next(iter(heard.values())))
    return told


def _told_by_item(turn: Turn, lines: Sequence[Line]) -> dict[str, Any]:
    """A yes or a no is of the item named before it, or else of the one named next."""
    told: dict[str, Any] = {}
    named: Line | None = None
    waiting: bool | None = None
    for _, word in _in_order(turn):
        line = _only(word, lines)
        value = True if word in lexicon.words("affirmative") else False if word in lexicon.words("negative") else None
        if line is not None and line is not named:
            named = line
            if waiting is not None:
                told[line.id], waiting = waiting, None
        elif value is not None and named is not None and named.id not in told:
            told[named.id] = value
        elif value is not None:
            waiting = value
    return told


def _in_order(turn: Turn) -> list[tuple[int, str]]:
    """The words of the message, and the house's own for what they name, by their places."""
    said = [(found.start(), found.group()) for found in _WORD.finditer(turn.text.casefold())]
    return sorted([*said, *((start, word) for start, words in item_words(turn) for word in words)])


def _only(word: str, lines: Sequence[Line]) -> Line | None:
    """The line that the word names, where it names no other."""
    found = [line for line in lines if word in words_of(line)]
    return found[0] if len(found) == 1 else None


def _alike(decided: Sequence[Decided], by: Any) -> list[list[Decided]]:
    groups: list[list[Decided]] = []
    for each in decided:
        same = next((group for group in groups if by(group[0][1]) == by(each[1])), None)
        if same is None:
            groups.append([each])
        else:
            same.append(each)
    return groups


def _without_item(decision: Decision) -> dict[str, Any]:
    return {name: value for name, value in decision.values.items() if name != "product"}


def _ids(lines: Sequence[Line]) -> list[str]:
    return [line.id for line in lines]


def _names(lines: Sequence[Line]) -> list[str]:
    return [line_name(line) for line in lines]
