"""Hears in a customer's message what it tells, whatever it asks: of which item, where and when bought, in what state.

A date, a place or a country means something only beside a word that says of what (“bought”, “arrived”, “I live”).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from concierge.languages import lexicon
from concierge.masking.contacts import EMAIL
from concierge.memory.date_expressions import a_day, without_feasts
from concierge.memory.fact_extraction import fact_in
from concierge.memory.memory import IN_A_QUESTION, VOLUNTEERED, WHOLE, Memory
from concierge.memory.put_right import day_instead
from concierge.orders.numbers import find_numbers

Entity = Mapping[str, Any]
_NAMES = ("category", "product_family", "colour")
_OF_THE_ITEM = ("original_condition", "opened", "seal_intact", "on_sale", "proof_of_purchase", "damage_cause")
_CLAUSE = re.compile(r"[^,;.!?\n]+[,;.!?\n]*")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
_OF_A_PURCHASE = {"purchase_channel", "purchase_date", "category", "on_sale", "proof_of_purchase", "damage_cause"}
_FEW_WORDS = 4
DAYS = frozenset({"purchase_date", "received_date"})
_LONG_HELD = 92  # days: what somebody has had for longer was bought about then, for a period of years
_JUST = 2  # messages before
_LONGEST = 120  # of the words that are kept for an advisor
_BARE_SIZE = re.compile(r"(?:EU )?(3[3-9](?:[.,]5)?|4[0-7](?:[.,]5)?|X{0,2}S|M|X{0,2}L)[.!]?", re.IGNORECASE)
_MONEY = r"[€$£¥]|EUR\b|USD\b|GBP\b|CHF\b"
_NUMBER = r"\d{1,3}(?:[.,’' ]\d{3})*(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"


def hear(
    kept: Mapping[str, Any] | None,
    text: str,
    entities: Sequence[Entity] = (),
    *,
    today: date,
    month_first: bool = False,
    in_hand: str = WHOLE,
    asked: str = "",
    before: Sequence[str] = (),
) -> dict[str, Any]:
    """The slot ``memory`` after this message. ``in_hand``: the line it is about where it names no item (``line_of``);
    ``asked``: the fact that was asked for; ``before``: the customer's messages until now, the newest first."""
    memory = Memory(kept).next_turn()
    said = _SENTENCE.sub(_told_before_the_question, text.replace("’", "'"))
    for kind, words, asks in _by_item(said, entities):
        of, sure = kind or in_hand, IN_A_QUESTION if asks else VOLUNTEERED
        for what, value in _of_item(words, bare=asked == "damage_cause"):
            if what == "seal_intact" and value:
                _forget_what_the_seal_said(memory)
            memory.tell(what, value, of, sure)
    for what, value, sure in _of_all(said, entities, today, month_first, asked):
        memory.tell(what, value, WHOLE, sure)
    for what, day in _put_right(memory, said, before, today, month_first).items():
        memory.tell(what, day.isoformat())
    return memory.to_slot()


def _forget_what_the_seal_said(memory: Memory) -> None:
    """“Sorry, the seal is intact”: that the item was not as it arrived was told by the broken seal alone."""
    refuted = [(each.what, each.of, each.turn) for each in memory.everything() if each.value is False]
    for what, of, turn in refuted:
        if what == "seal_intact" and turn != memory.turn and ("original_condition", of, turn) in refuted:
            memory.forget("original_condition", of)


def puts_right(
    kept: Mapping[str, Any] | None, text: str, before: Sequence[str], *, today: date, month_first: bool = False
) -> bool:
    """Whether the message puts right a day that was told just before, and tells nothing else."""
    if not _put_right(Memory(kept).next_turn(), text, before, today, month_first):
        return False
    heard = Memory(hear(kept, text, today=today, month_first=month_first, before=before))
    return all(each.what in DAYS for each in heard.news())


def _put_right(memory: Memory, said: str, before: Sequence[str], today: date, month_first: bool) -> dict[str, date]:
    """“34, not 24”: so long ago is what was told just before, where nothing says of what it is."""
    if any(each.what in DAYS and each.turn == memory.turn for each in memory.everything()):
        return {}
    told = [each for each in memory.everything() if each.what in DAYS and each.turn >= memory.turn - _JUST]
    days = {
        each.what: day_instead(said, before[:_JUST], date.fromisoformat(each.value), today, month_first)
        for each in told
    }
    return {what: day for what, day in days.items() if day is not None}


def _told_before_the_question(sentence: re.Match[str]) -> str:
    """“I bought it in May, the zip broke, can you repair it?” tells, and then asks: as long, in two sentences."""
    told, comma, asks = sentence.group().rpartition(",")
    tells = any(lexicon.signs(key).search(told) for key in ("purchase", "fault", "arrival"))
    return f"{told}.{asks}" if comma and tells and asks.rstrip().endswith("?") else sentence.group()


def _by_item(text: str, entities: Sequence[Entity]) -> Iterator[tuple[str, str, bool]]:
    """The message by the kinds of product that it speaks of: what is said in one clause is of the item named there, or
    before."""
    named = [each for each in entities if each.get("entity") == "category" and "start" in each]
    groups: dict[str, list[str]] = {}
    kind = str(named[0]["value"]) if named else WHOLE
    for clause in _CLAUSE.finditer(text):
        inside = [each for each in named if clause.start() <= each["start"] < clause.end()]
        kind = str(inside[-1]["value"]) if inside else kind
        groups.setdefault(kind, []).append(clause.group())
    for kind, clauses in groups.items():
        words = "".join(clauses)
        yield kind, words, all(sentence.rstrip().endswith("?") for sentence in _SENTENCE.findall(words))


def _of_item(words: str, bare: bool) -> Iterator[tuple[str, Any]]:
    for name in (*_OF_THE_ITEM, "problem"):
        value = fact_in(words, name)
        # “No idea” is an answer, and tells nothing where nobody has asked.
        if value is not None and (bare or value != "unknown"):
            yield name, value
    if (fault := _clause_with("fault", words)) is not None:
        yield "fault", fault


def _of_all(
    text: str, entities: Sequence[Entity], today: date, month_first: bool, asked: str
) -> Iterator[tuple[str, Any, float]]:
    if numbers := find_numbers(EMAIL.sub(" ", text)):
        yield "order_number", numbers[-1], VOLUNTEERED
        if len(numbers) > 1:
            yield "order_numbers", numbers, VOLUNTEERED
    if emails := [found.group() for found in EMAIL.finditer(text)]:
        yield "email", emails[-1].casefold(), VOLUNTEERED
    asks = IN_A_QUESTION if text.rstrip().endswith("?") else VOLUNTEERED
    plain = without_feasts(text.casefold())
    for name in _NAMES:
        named = [each for each in entities if each.get("entity") == name and plain[each.get("start", 0) :][:1] != " "]
        if values := [str(each["value"]) for each in named]:
            yield name, values[-1], asks
    if size := _size().search(text.casefold()) or _BARE_SIZE.fullmatch(text.strip()):  # as the lexicon is: “ß” is “ss”
        yield "size", size.group(1).upper(), asks
    for sentence in _SENTENCE.findall(text):
        sure = IN_A_QUESTION if sentence.rstrip().endswith("?") else VOLUNTEERED
        found = _of_purchase(sentence, entities, today, month_first, asked)
        yield from ((what, value, sure) for what, value in found)
    if amount := _amount().search(text):
        yield "amount", amount.group().strip(), asks
    if (deadline := _clause_with("needed_by", text)) is not None:
        yield "deadline", deadline, asks


def _of_purchase(
    sentence: str, entities: Sequence[Entity], today: date, month_first: bool, asked: str
) -> Iterator[tuple[str, Any]]:
    bare = asked in _OF_A_PURCHASE and len(sentence.split()) <= _FEW_WORDS  # an answer, if not to this question
    bought, arrived = bare or lexicon.signs("purchase").search(sentence), lexicon.signs("arrival").search(sentence)
    held = lexicon.signs("held_since").search(sentence)
    day = a_day(sentence, today, month_first) if bought or arrived or held else None
    if bought and (channel := fact_in(sentence, "purchase_channel")) is not None:
        yield "purchase_channel", channel
    if day is not None and (bought or (held and (today - day).days > _LONG_HELD)):
        yield "purchase_date", day.isoformat()
    if day is not None and (held or not bought):
        yield "received_date", day.isoformat()
    if lexicon.signs("residence").search(sentence):
        here = [str(each["value"]) for each in entities if each.get("entity") == "country"]
        if len(here) == 1:
            yield "country_now", here[0]


def _clause_with(key: str, text: str) -> str | None:
    """The customer's own words, for an advisor; a question of it is none."""
    for clause in _CLAUSE.findall(text):
        if lexicon.signs(key).search(clause) and not clause.rstrip().endswith("?"):
            return str(clause.strip(" ,;.!\n"))[:_LONGEST]
    return None


def says(key: str, text: str) -> bool:
    """Whether the text has a sign of this key of the lexicon."""
    return bool(lexicon.signs(key).search(text.strip().replace("’", "'")))


@lru_cache(maxsize=1)
def _size() -> re.Pattern[str]:
    size = r"(?:EU|UK|US|IT|FR)?\s?\d{1,2}(?:[.,]5)?|X{0,3}S|M|X{0,3}L|small|medium|large"
    return re.compile(rf"\b{lexicon.either('size')}\s+({size})\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _amount() -> re.Pattern[str]:
    words = rf"(?:{_MONEY}|{lexicon.either('currencies')}\b)"
    return re.compile(rf"(?:{_MONEY})\s?(?:{_NUMBER})|(?<![\w.,])(?:{_NUMBER})\s?{words}", re.IGNORECASE)
