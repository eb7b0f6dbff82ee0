"""A matter between sentences that only frame it: “I had meant to write for days, the dog was ill. Where is my order?
Sorry for going on so.”

To the encoder a message is one vector, in which a long story outweighs a short question. So where one sentence alone
asks for something, and all others are small talk, anger or nobody's matter, that sentence is what the message means.
"""

from __future__ import annotations

import re
from itertools import pairwise

from concierge.intents import QUESTIONS, Kind, alarms, of_kind
from concierge.languages.question_form import asks
from concierge.masking.contacts import EMAIL
from concierge.nlu.beside_number import INFORM, of_order, of_whole, question_in
from concierge.nlu.cuts import SURE
from concierge.orders.numbers import find_numbers
from concierge.selection import FOLLOW_UP, Parse, Parsed, likeliest

MOST_SENTENCES = 6
_LOOK_UP = "look_up_order"
_ANGER = {"complaint", "swearing"}
_PAUSE = re.compile(r"(?<=[.?!…):])\s+|\n+")
_A_SENTENCE = 5  # words before a colon, that then ends one: “the trainers: they pinch” is one
_A_FEW_WORDS = 4  # “and quickly!”
_NO_MATTER, _NOT_OURS = 0.5, 0.6  # as little belief in every question, and in its being the house's business at all


async def framed(understand: Parse, text: str) -> Parsed | None:
    """What the one sentence means that asks for something, with the words of all; ``None`` where the message is read
    as a whole: other sentences may be part of the matter, or the whole means the same."""
    sentences = [each for each in _sentences(text) if re.search(r"[^\W\d_]", each)]
    if not 1 < len(sentences) <= MOST_SENTENCES:
        return None
    whole = await understand(text)
    if _name(whole) in alarms():
        return None
    matters: list[tuple[str, Parsed]] = []
    for sentence in sentences:
        parsed = await understand(sentence)
        if _is_matter(parsed):
            matters.append((sentence, parsed))
        elif not _only_frames(parsed, sentence, beside_nothing=not _is_matter(whole)):
            return None
    if not _is_matter(whole):  # “the house full of guests” only sounds like one beside what is asked
        matters = [each for each in matters if asks(each[0])] or matters
    matter = matters[0][1] if len(matters) == 1 else None
    if matter is None or _question(matter) == _question(whole):
        return None
    beside = _identifies(text) and _name(matter) != _LOOK_UP
    return of_order(matter, whole) if beside else of_whole(matter, whole)


def _sentences(text: str) -> list[str]:
    starts, start = [0], 0
    for pause in _PAUSE.finditer(text):
        before = text[start : pause.start()]
        if not before.endswith(":") or len(before.split()) >= _A_SENTENCE:
            start = pause.end()
            starts.append(start)
    return [text[one:other].strip() for one, other in pairwise([*starts, len(text)])]


def _is_matter(parsed: Parsed) -> bool:
    name, sure = _name(parsed), float((parsed.get("intent") or {}).get("confidence") or 0)
    if name in of_kind(*QUESTIONS) or name == _LOOK_UP:
        return sure >= SURE
    return name == INFORM and likeliest(parsed.get("intent_ranking"), of_kind(*QUESTIONS))[1] >= SURE


def _only_frames(parsed: Parsed, sentence: str, *, beside_nothing: bool) -> bool:
    """Whether nothing of the matter is told or asked in it: “Parcel came 31 days ago. Any chance?” is one matter.
    ``beside_nothing``: the whole is understood as no matter, so that there is nothing to lose."""
    name, sure = _name(parsed), float((parsed.get("intent") or {}).get("confidence") or 0)
    if asks(sentence):
        return name in of_kind(Kind.SMALL_TALK) and sure >= SURE
    if name in _ANGER or name in of_kind(Kind.SMALL_TALK) or name in {"out_of_scope", "nonsense"}:
        return True
    if name in of_kind(Kind.PERSON):
        return False
    if name == INFORM:
        return _identifies(sentence)
    if name == FOLLOW_UP and len(sentence.split()) <= _A_FEW_WORDS:
        return True
    believed = likeliest(parsed.get("intent_ranking"), of_kind(*QUESTIONS))[1]
    not_ours = float((parsed.get("scope") or {}).get("score") or 0) < _NOT_OURS
    return believed < _NO_MATTER and (not_ours or beside_nothing)


def _identifies(text: str) -> bool:
    return bool(EMAIL.search(text) or find_numbers(text))


def _question(parsed: Parsed) -> str | None:
    """The intent; the question beside a number, where that is what was heard."""
    name = _name(parsed)
    return question_in(parsed.get("intent_ranking")) if name == INFORM else name


def _name(parsed: Parsed) -> str:
    return (parsed.get("intent") or {}).get("name") or ""
