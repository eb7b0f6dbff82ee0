"""What a message asks: two questions, so that both are answered, each as a turn of its own; or one beside small talk.

Where to cut is not guessed from the words: a cut counts only if both halves are understood well, as different
questions. So a story before a question stays one message. A message that is doubtful, or taken for small talk, is taken
for the question in it, if one half is small talk and the other is understood well; its words stay together.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from concierge.intents import QUESTIONS, Kind, alarms, of_kind
from concierge.languages import lexicon
from concierge.nlu.alarms import alarm_in, beside_the_wish, wants_person
from concierge.selection import selected

SURE = 0.75
LEAST_WORDS = 3
MOST_CHARACTERS = 400
MOST_CUTS = 4
_PAUSE = re.compile(r"(?<=[.?!;,…])\s+")
# Not questions that could stand beside another one; what only another assistant knows may be one.
_NO_QUESTIONS = of_kind(*(kind for kind in Kind if kind not in QUESTIONS))
# Not our business, or for nothing, but no doubt. “It is a Chanel” is not chat: it says of the question that it is none.
_CHAT = (of_kind(Kind.SMALL_TALK) - {"other_brand"}) | {"out_of_scope", "nonsense"}

_OF_THE_WORDS = ("text", "text_tokens", "entities")  # of what was understood

Parsed = Mapping[str, Any]
Parse = Callable[[str], Awaitable[Parsed]]


class Part(NamedTuple):
    """A question, and what was understood of it; ``None`` where nobody has looked yet."""

    text: str
    understood: Parsed | None = None


async def questions(parse: Parse, text: str) -> list[Part]:
    """The message in one or two parts. ``parse`` understands a text as the assistant does."""
    if len(text) > MOST_CHARACTERS or alarm_in(text):
        return [Part(text)]
    if wants_person(text):
        return [Part(text, await _with_topic(parse, text))]
    known: dict[str, Parsed] = {}

    async def understand(part: str) -> Parsed:
        if part not in known:
            known[part] = await parse(part)
        return known[part]

    halves = await _two(understand, text)
    if alarm := next((parsed for parsed in known.values() if _is_alarm(parsed)), None):
        return [Part(text, _of_whole(alarm, await understand(text)))]
    if halves:
        return [Part(half, known[half]) for half in halves]
    if _PAUSE.search(text):
        return [Part(text, await _beside_small_talk(understand, text))]
    return [Part(text, known.get(text))]


async def _two(understand: Parse, text: str) -> list[str] | None:
    best, parts = SURE, None
    for match in list(_cut().finditer(text))[:MOST_CUTS]:
        halves = _halves(text, match)
        if min(len(half.split()) for half in halves) < LEAST_WORDS or _tells(match, *halves):
            continue
        understood = [_question(await understand(half)) for half in halves]
        if None in understood:
            continue
        (first, one), (second, other) = (each for each in understood if each)
        if first != second and min(one, other) > best:
            best, parts = min(one, other), halves
    return parts


async def _with_topic(parse: Parse, text: str) -> Parsed:
    """A message that asks for a person, with what the rest of it is about second in the ranking."""
    whole, rest = await parse(text), beside_the_wish(text)
    if len(rest.split()) < LEAST_WORDS:
        return whole
    beside = await parse(rest)
    return {**whole, "intent_ranking": [whole["intent"], *(beside.get("intent_ranking") or ())]}


async def _beside_small_talk(understand: Parse, text: str) -> Parsed:
    """What the whole means, or the half that means something to us where the other is small talk."""
    whole = await understand(text)
    name, confidence = _intent(whole)
    doubtful = name == "nlu_fallback" or (name not in _NO_QUESTIONS and confidence < SURE)
    if not doubtful and name not in _CHAT:
        return whole
    for match in list(_PAUSE.finditer(text))[:MOST_CUTS]:
        first, last = _halves(text, match)
        for chat, rest in ((first, last), (last, first)):
            if _intent(await understand(chat))[0] not in _CHAT:
                continue
            asked = await understand(rest)
            name, confidence = _intent(asked)
            if confidence >= SURE and (name not in _NO_QUESTIONS or name in of_kind(Kind.PERSON)):
                return _of_whole(asked, whole)
    return whole


def _is_alarm(parsed: Parsed) -> bool:
    name, confidence = _intent(parsed)
    return name in alarms() and confidence >= SURE


def _of_whole(asked: Parsed, whole: Parsed) -> Parsed:
    """What a part of the message means, with the words of all of it."""
    return {**asked, **{key: whole[key] for key in _OF_THE_WORDS if key in whole}}


@lru_cache(maxsize=1)
def _joins() -> re.Pattern[str]:
    return re.compile(rf"{lexicon.either('connectives')}\s+", re.IGNORECASE)


@lru_cache(maxsize=1)
def _cut() -> re.Pattern[str]:
    return re.compile(rf"(?<=[.?!;])\s+|\s*,?\s+{_joins().pattern}", re.IGNORECASE)


def _halves(text: str, cut: re.Match[str]) -> list[str]:
    return [text[: cut.start()].strip(), text[cut.end() :].strip()]


def _tells(cut: re.Match[str], first: str, second: str) -> bool:
    """Whether a full stop only ends what happened, before the question it is told for."""
    return not cut.group().strip() and not first.endswith("?") and not _joins().match(second)


def _intent(parsed: Parsed) -> tuple[str, float]:
    intent = parsed.get("intent") or {}
    return intent.get("name") or "nlu_fallback", float(intent.get("confidence") or 0)


def _question(parsed: Parsed) -> tuple[str, float] | None:
    """What is asked, to the single question about a topic, and how sure that is."""
    name, confidence = _intent(parsed)
    return None if name in _NO_QUESTIONS else (selected(parsed) or name, confidence)
