"""Where a message falls into several questions.

A cut counts only if every part is understood well, each as another question or of another order. Of the ways to cut,
that of the most parts is taken; of those, the one whose least sure part is surest. At a comma, or where what happened
is told before a question, more is asked for, since most of these stand within one question.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from functools import lru_cache
from itertools import combinations, pairwise
from typing import NamedTuple

from concierge.intents import QUESTIONS, Kind, get, of_kind
from concierge.languages import lexicon
from concierge.languages.question_form import asks, begins_a_question
from concierge.nlu.beside_number import INFORM
from concierge.selection import Parse, Parsed, likeliest, selected

SURE, SURE_WHERE_WEAK, SURE_WHERE_TOLD = 0.75, 0.9, 0.98
LEAST_WORDS = 3
_NUMBER = re.compile(r"(?:^|(?<=\s))\d[.)]\s+")  # of a list
MOST_PARTS, MOST_CUTS = 4, 6

# Not what could stand as a question beside another one; what only another assistant knows may be one.
NO_QUESTIONS = of_kind(*(kind for kind in Kind if kind not in QUESTIONS))


class _Asked(NamedTuple):
    intent: str
    what: tuple[str, ...]  # the question, to the single one about a topic, and the orders it is asked of
    sure: float


async def parts(understand: Parse, text: str) -> list[str] | None:
    """The parts of the message, in order; ``None`` where it is one question."""
    text = _listed(text)
    cuts = list(_cut().finditer(text))[:MOST_CUTS]
    asked: dict[tuple[int, int], _Asked | None] = {}

    async def ask(start: int, end: int) -> _Asked | None:
        if (start, end) not in asked:
            part = text[start:end].strip()
            asked[start, end] = _question(await understand(part)) if len(part.split()) >= LEAST_WORDS else None
        return asked[start, end]

    for number in range(min(MOST_PARTS - 1, len(cuts)), 0, -1):
        best, found = SURE, None
        for chosen in combinations(cuts, number):
            if all(_tells(text, cut) for cut in chosen):
                continue
            spans = list(_spans(text, chosen))
            weak = [_tells(text, cut) or _only_a_comma(text, cut) for cut in chosen]
            sure = await _least_sure(ask, spans, weak)
            if sure > best:
                best, found = sure, [text[start:end].strip() for start, end in spans]
        if found:
            return found
    return None


def _listed(text: str) -> str:
    """“Three things: 1) do you … 2) is it …”: without what stands before the first of several numbers."""
    numbers = list(_NUMBER.finditer(text))
    return text[numbers[0].end() :] if len(numbers) > 1 else text


def halves(text: str, cut: re.Match[str]) -> tuple[str, str]:
    return text[: cut.start()].strip(), text[cut.end() :].strip()


async def _least_sure(
    ask: Callable[[int, int], Awaitable[_Asked | None]], spans: list[tuple[int, int]], weak: list[bool]
) -> float:
    """How sure the least sure of these parts is; nought where they are not questions apart."""
    found: list[_Asked] = []
    for start, end in spans:
        part = await ask(start, end)
        if part is None or part.sure <= SURE or part.what in {each.what for each in found}:
            return 0.0
        found.append(part)
    for is_weak, (one, other) in zip(weak, pairwise(found), strict=True):
        if is_weak and (_could_be_one(one, other) or min(one.sure, other.sure) < SURE_WHERE_WEAK):
            return 0.0
    return min(part.sure for part in found)


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


def _only_tells(parsed: Parsed, name: str) -> bool:
    """“I bought a coat for my sister”, before what is asked about it: it has no form of a question."""
    text = str(parsed.get("text") or "")
    further = _joins().match(text)  # “How long have I got? And I lost the label”: no story that leads to a question
    return not asks(text) and not further and name in of_kind(Kind.TOPIC)


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
