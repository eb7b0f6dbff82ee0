"""Where a message falls into several questions.

A cut counts only if every part is understood well, each as another question or of another order. Of the ways to cut,
that of the most parts is taken; of those, the one whose least sure part is surest. At a comma, or where what happened
is told before a question, more is asked for, since most of these stand within one question.

A part that has no subject of its own, “can I return it and who pays the postage”, “how much and how long is a repair”,
is read behind what the part beside it asks about, or behind the topic in hand, as it will be when it is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, pairwise
from typing import NamedTuple

from concierge.intents import QUESTIONS, Kind, get, group_of, of_kind
from concierge.languages import lexicon
from concierge.languages.follow_up import part_of
from concierge.languages.question_form import asks, asks_what, begins_a_question
from concierge.nlu.beside_number import INFORM
from concierge.nlu.context_ranking import Before, rank
from concierge.nlu.in_context import read_as
from concierge.nlu.read_on import Asked, read_on
from concierge.selection import FOLLOW_UP, GUESSES, Parse, Parsed, likeliest, selected, selection

SURE, SURE_WHERE_WEAK, SURE_WHERE_TOLD = 0.75, 0.9, 0.98
# The least belief in what a part asks behind another one's topic; no more is known of a part that has no subject.
SURE_ASKED_ON = 0.5
SURE_BESIDE = 0.5  # of what begins as a question, beside another part that is sure
LEAST_WORDS, LEAST_WORDS_ASKED_ON, _FEW_WORDS = 3, 2, 4
_NUMBER = re.compile(r"(?:^|(?<=\s))\d[.)]\s+")  # of a list
MOST_PARTS, MOST_CUTS = 4, 6

# Not what could stand as a question beside another one; what only another assistant knows may be one.
NO_QUESTIONS = of_kind(*(kind for kind in Kind if kind not in QUESTIONS))

_TOLD_OF_AN_ORDER = {"track_order", "delivery_problem"}


class Part(NamedTuple):
    """A question, and what was understood of it; ``None`` where nobody has looked yet. ``behind``: the topic that it is
    about, where a part after it alone names that."""

    text: str
    understood: Parsed | None = None
    behind: str | None = None


class _Asked(NamedTuple):
    intent: str
    what: tuple[str, ...]  # the question, to the single one about a topic, and the orders it is asked of
    sure: float
    on: bool = False  # whether its subject is that of another part, or of what was asked before
    behind: str | None = None


async def parts(understand: Parse, text: str, before: Before | None = None, asked: Asked | None = None) -> list[Part]:
    """The parts of the message, in order; none where it is one question. ``before`` and ``asked``: what was talked of
    until now, as for :func:`concierge.nlu.read_on.read_on`."""
    text = _listed(text)
    cuts = list(_cut().finditer(text))[:MOST_CUTS]
    reading = _Reading(understand, text, before, asked or Asked())
    for number in range(min(MOST_PARTS - 1, len(cuts)), 0, -1):
        best, found = 0.0, list[Part]()
        for chosen in combinations(cuts, number):
            if all(_tells(text, cut) for cut in chosen):
                continue
            spans = list(_spans(text, chosen))
            weak = [_tells(text, cut) or _only_a_comma(text, cut) for cut in chosen]
            apart = await _apart(reading, spans, weak, [cut.group().strip() == "," for cut in chosen])
            sure = min((part.sure for part in apart), default=0.0)
            if sure > best:
                best = sure
                found = [
                    Part(text[start:end].strip(), behind=part.behind)
                    for (start, end), part in zip(spans, apart, strict=True)
                ]
        if found:
            return found
    return []


class _Reading:
    """Reads each part of the message, by itself and behind a topic, once for all ways to cut it."""

    def __init__(self, understand: Parse, text: str, before: Before | None, asked: Asked) -> None:
        self._understand, self._text, self._asked = understand, text, asked
        self.before = before
        self._alone: dict[tuple[int, int], _Asked | None] = {}
        self._behind: dict[tuple[int, int, Before], _Asked | None] = {}

    async def alone(self, start: int, end: int) -> _Asked | None:
        if (start, end) not in self._alone:
            self._alone[start, end] = await self._read_alone(start, end)
        return self._alone[start, end]

    async def behind(self, start: int, end: int, before: Before | None) -> _Asked | None:
        if before is None:
            return None
        if (start, end, before) not in self._behind:
            self._behind[start, end, before] = await self._read_behind(start, end, before)
        return self._behind[start, end, before]

    async def _read_alone(self, start: int, end: int) -> _Asked | None:
        part = self._text[start:end].strip()
        begins, words = begins_a_question(part), len(part.split())
        enough = words >= LEAST_WORDS or (begins and words >= LEAST_WORDS_ASKED_ON)  # “puedo devolverlo”
        found = _question(await self._understand(part)) if enough else None
        return found if found and found.sure > (SURE_BESIDE if begins else SURE) else None

    async def _read_behind(self, start: int, end: int, before: Before) -> _Asked | None:
        part = self._text[start:end].strip()
        if len(part.split()) < LEAST_WORDS_ASKED_ON or not _is_put_as_a_question(part):
            return None
        alone = await self._understand(part)
        found = _asked_on(read_on(alone, before, self._asked), before.topic)
        answer, belief = rank(alone, before)[0]
        if found and answer == found.what[0]:  # what both readings mean is believed more than either
            found = found._replace(sure=max(found.sure, belief))
        return found if found and found.sure >= SURE_ASKED_ON else None

    def is_short(self, start: int, end: int) -> bool:
        part = self._text[start:end].strip()
        return len(part.split()) <= _FEW_WORDS and begins_a_question(part)


def _listed(text: str) -> str:
    """“Three things: 1) do you … 2) is it …”: without what stands before the first of several numbers."""
    numbers = list(_NUMBER.finditer(text))
    return text[numbers[0].end() :] if len(numbers) > 1 else text


def halves(text: str, cut: re.Match[str]) -> tuple[str, str]:
    return text[: cut.start()].strip(), text[cut.end() :].strip()


async def _apart(reading: _Reading, spans: list[tuple[int, int]], weak: list[bool], commas: list[bool]) -> list[_Asked]:
    """What each of these parts asks; nothing where they are not questions apart."""
    found: list[_Asked] = []
    before = reading.before
    for number, span in enumerate(spans):
        part = await reading.alone(*span) or await reading.behind(*span, before)
        if part is None and not found:
            part = await _before_its_subject(reading, span, spans[number + 1])
        if part is None or any(_is_the_same(part, each) for each in found):
            return []
        found.append(part)
        before = Before(part.intent)
    for is_weak, at_comma, (one, other) in zip(weak, commas, pairwise(found), strict=True):
        if is_weak and (one.on or other.on or _could_be_one(one, other) or min(one.sure, other.sure) < SURE_WHERE_WEAK):
            return []
        if at_comma and min(one.sure, other.sure) <= SURE:
            return []
    return found if max(part.sure for part in found) > SURE else []


async def _before_its_subject(reading: _Reading, span: tuple[int, int], following: tuple[int, int]) -> _Asked | None:
    """“How much, and how long does a repair take”: read behind what the part after it asks about."""
    beside = await reading.alone(*following) if reading.is_short(*span) else None
    part = await reading.behind(*span, Before(beside.intent)) if beside else None
    return part._replace(behind=beside.intent) if part and beside else None


def _is_the_same(one: _Asked, other: _Asked) -> bool:
    """“Where is it and when does it come”: one look at an order tells both."""
    told_at_once = (one.on or other.on) and one.intent == other.intent and one.intent in _TOLD_OF_AN_ORDER
    return one.what == other.what or told_at_once


def _could_be_one(one: _Asked, other: _Asked) -> bool:
    """“My parcel is late, where is it”: two names of one matter."""
    tasks = {one.intent, other.intent} <= of_kind(Kind.TASK)
    return tasks and get(one.intent).group == get(other.intent).group


def _spans(text: str, cuts: tuple[re.Match[str], ...]) -> Iterator[tuple[int, int]]:
    starts = [0, *(cut.end() for cut in cuts)]
    return zip(starts, [*(cut.start() for cut in cuts), len(text)], strict=True)


def _question(parsed: Parsed) -> _Asked | None:
    intent = parsed.get("intent") or {}
    name, sure = intent.get("name"), float(intent.get("confidence") or 0)
    beside, sure_of_it = likeliest(parsed.get("intent_ranking"), of_kind(*QUESTIONS))
    if name == INFORM and beside and sure_of_it >= SURE:
        name, sure = beside, sure_of_it
    if name is None or name in NO_QUESTIONS or (_only_tells(parsed, name) and sure < SURE_WHERE_TOLD):
        return None
    orders = sorted(e["value"] for e in parsed.get("entities") or () if e.get("entity") == "order_number")
    return _Asked(name, (selected(parsed) or name, *orders), sure)


def part_meant(parsed: Parsed, topic: str) -> Parsed:
    """“How long?” after this topic, as the topic that its group means by such a part."""
    if parsed["intent"]["name"] != FOLLOW_UP or selected(parsed):
        return parsed
    name = group_of(topic).parts.get(part_of(str(parsed.get("text") or "")) or "")
    return read_as(parsed, name, float(parsed["intent"]["confidence"]), selection(name)) if name else parsed


def _asked_on(parsed: Parsed, topic: str) -> _Asked | None:
    """What a part asks, read on from this topic."""
    meant_so = part_meant(parsed, topic)
    name, sure = str(meant_so["intent"]["name"]), float(parsed["intent"]["confidence"])
    cell = selected(meant_so)
    meant = cell.partition("/")[0] if cell else name
    if meant in NO_QUESTIONS or GUESSES in parsed:
        return None
    return _Asked(meant, (cell or meant,), sure, on=True)


def _is_put_as_a_question(text: str) -> bool:
    """Not “have the wallet back?”, which goes on with the verb before it."""
    return begins_a_question(text) or asks_what(text) or part_of(text) is not None


def _only_tells(parsed: Parsed, name: str) -> bool:
    """“I bought a coat for my sister”, before what is asked about it: it has no form of a question."""
    text = str(parsed.get("text") or "")
    further = _joins().match(text)  # “How long have I got? And I lost the label”: no story that leads to a question
    asked = asks(text) or part_of(text) in {"time", "price"}  # “c'est combien, une réparation”
    return not asked and not further and name in of_kind(Kind.TOPIC)


def _only_a_comma(text: str, cut: re.Match[str]) -> bool:
    """“Do you take Klarna, is VAT in the price”: between two beginnings of questions a comma is more."""
    if cut.group().strip() != ",":
        return False
    said = re.split(r"[.:;,?!]\s+", text[: cut.start()])[-1]
    return not (begins_a_question(said) and begins_a_question(text[cut.end() :]))


@lru_cache(maxsize=1)
def _joins() -> re.Pattern[str]:
    return re.compile(rf"{lexicon.either('connectives')}\s+", re.IGNORECASE)


@lru_cache(maxsize=1)
def _cut() -> re.Pattern[str]:
    # The “y” of “il y a” joins nothing, as it does in Spanish.
    joins = rf"(?<!\bil)\s*,?\s+{_joins().pattern}"
    return re.compile(rf"[,;]?\s+\d[.)]\s+|(?<=[.?!;])\s+|{joins}|,\s+", re.IGNORECASE)


def _tells(text: str, cut: re.Match[str]) -> bool:
    """Whether a full stop only ends what happened, before the question it is told for."""
    first, second = halves(text, cut)
    return not cut.group().strip() and not first.endswith("?") and not _joins().match(second)
