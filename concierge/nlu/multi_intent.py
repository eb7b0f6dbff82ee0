"""What a message asks: several questions, each answered as a turn of its own; or one beside small talk.

Where to cut is not guessed from the words, see ``concierge.nlu.cuts``: a story before a question stays one message. A
message that is doubtful, or taken for small talk, is taken for the question in it, if one half is small talk and the
other is understood well; its words stay together.
"""

from __future__ import annotations

import re

from concierge.intents import QUESTIONS, Kind, alarms, of_kind
from concierge.languages import lexicon
from concierge.languages.question_form import asks, begins_a_question
from concierge.masking.contacts import EMAIL
from concierge.nlu.alarm_opinion import BELIEF
from concierge.nlu.alarms import DOUBTED, alarm_in, beside_the_wish, sounds_like_one, wants_person
from concierge.nlu.beside_number import of_whole
from concierge.nlu.context_ranking import Before
from concierge.nlu.cuts import LEAST_WORDS, NO_QUESTIONS, SURE, Part, halves, parts
from concierge.nlu.feelings import feeling_in
from concierge.nlu.framing import framed
from concierge.nlu.read_on import Asked
from concierge.selection import FOLLOW_UP, Parse, Parsed

MOST_CHARACTERS = 400
# Of an alarm in a part of a message, the least belief of the second opinion in one in the whole: of several parts one
# is soon near to an alarm, “… I go to the shop” to a threat. Beside a question, such a part is most often what the
# question is about (“my son is 14, which size?”): of 32 of them 2 were alarms, and both of one's own life.
_LEAST_OF_WHOLE, _LEAST_BESIDE_A_QUESTION = 0.02, 0.5
_TOLD = {"grief", "illness"}
_THOUGHT_OF = 0.1  # the least belief in the whole for saying, after the answer, how an alarm is raised
MOST_CUTS = 4
_AFTER_AN_ANSWER = re.compile(r"(?<=[.!;,])\s+")
_PAUSE = re.compile(r"(?<=[.?!;,…])\s+")
# Not our business, or for nothing, but no doubt. “It is a Chanel” is not chat: it says of the question that it is none.
_CHAT = (of_kind(Kind.SMALL_TALK) - {"other_brand"}) | {"out_of_scope", "nonsense"}


async def questions(parse: Parse, text: str, before: Before | None = None, asked: Asked | None = None) -> list[Part]:
    """The message in its parts, most often one. ``parse`` understands a text as the assistant does; ``before`` and
    ``asked`` are what was talked of until now."""
    if len(text) > MOST_CHARACTERS or alarm_in(text):
        return [Part(text)]
    if wants_person(text):
        return [Part(text, await _with_topic(parse, text))]
    known: dict[str, Parsed] = {}

    async def understand(part: str) -> Parsed:
        if part not in known:
            known[part] = await parse(part)
        return known[part]

    several, doubted = await parts(understand, text, before, asked), {}
    if alarms_heard := [parsed for parsed in known.values() if _is_alarm(parsed)]:
        whole = await understand(text)
        if alarm := next((each for each in alarms_heard if _is_of_whole(each, whole)), None):
            return [Part(text, of_whole(alarm, whole))]
        if whole.get(BELIEF, 0.0) >= _THOUGHT_OF:
            doubted = {DOUBTED: _intent(alarms_heard[0])[0]}
    if several:
        return [each._replace(understood={**_with_email(known[each.text], text), **doubted}) for each in several]
    matter = await framed(understand, text)
    if matter is None and _PAUSE.search(text):
        matter = await _beside_small_talk(understand, text)
    understood = matter or known.get(text)
    return [Part(text, {**understood, **doubted} if understood else None)]


async def in_answer(parse: Parse, text: str, before: Before | None = None, asked: Asked | None = None) -> list[Part]:
    """A message while something is being asked: most likely the answer, and perhaps a question after it; or questions
    alone. As :func:`questions` else."""
    for cut in list(_AFTER_AN_ANSWER.finditer(text))[:MOST_CUTS] if len(text) <= MOST_CHARACTERS else ():
        answer, rest = halves(text, cut)
        if not rest.endswith("?") or len(rest.split()) < LEAST_WORDS or _is_aside(answer):
            continue
        beside = await parse(rest)
        (name, _), (question, sure) = _intent(await parse(answer)), _intent(beside)
        if name in of_kind(Kind.ANSWER) and question == FOLLOW_UP and sure > SURE:
            return [Part(text, of_whole(beside, await parse(text)))]  # “no wait, what about the bag?”
        if name in of_kind(Kind.ANSWER) and question in of_kind(*QUESTIONS) and sure > SURE:
            return [Part(answer), Part(rest)]
    if begins_a_question(text) and len(text) <= MOST_CHARACTERS and not (alarm_in(text) or wants_person(text)):
        several = await parts(parse, text, before, asked)
        if all(begins_a_question(each.text) for each in several):
            return several or [Part(text)]
    return [Part(text)]


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
    doubtful = name == "nlu_fallback" or (name not in NO_QUESTIONS and confidence < SURE)
    if not doubtful and name not in _CHAT:
        return whole
    for match in list(_PAUSE.finditer(text))[:MOST_CUTS]:
        first, last = halves(text, match)
        for chat, rest in ((first, last), (last, first)):
            if _intent(await understand(chat))[0] not in _CHAT:
                continue
            asked = await understand(rest)
            name, confidence = _intent(asked)
            if confidence >= SURE and (name not in NO_QUESTIONS or name in of_kind(Kind.PERSON)):
                return of_whole(asked, whole)
    return whole


def _is_aside(answer: str) -> bool:
    """“By the way, …” sounds like a yes, and agrees to nothing."""
    return bool(lexicon.signs("asides").fullmatch(answer.strip(" ,.;!")))


def _is_alarm(parsed: Parsed) -> bool:
    name, confidence = _intent(parsed)
    return name in alarms() and confidence >= SURE


def _is_of_whole(alarm: Parsed, whole: Parsed) -> bool:
    """Whether an alarm in a part is one of the whole message. Not where a death or an illness is told; of one's own
    life it is. Beside a question, harm has to be believed of the whole, and what hurts nobody to be heard in it."""
    (name, _), belief, text = _intent(alarm), whole.get(BELIEF, 1.0), str(whole.get("text") or "")
    if belief < _LEAST_OF_WHOLE or sounds_like_one(text):
        return False
    if _is_alarm(whole):
        return True
    if feeling_in(text) in _TOLD:
        return False
    if name == "alarm_self_harm":
        return True
    if not any(asks(each) for each in _PAUSE.split(text)):
        return True
    return alarms()[name].minutes_count and belief >= _LEAST_BESIDE_A_QUESTION


def _with_email(parsed: Parsed, text: str) -> Parsed:
    """An e-mail address is told once for all parts of the message."""
    entities = parsed.get("entities") or []
    named = {each.get("entity") for each in entities}
    email = EMAIL.search(text)
    if email is None or "email" in named or text[email.end() :].startswith("@"):  # “a@b.com@evil.org” is none
        return parsed
    told = {"entity": "email", "value": email.group(), "start": 0, "end": 0}
    return {**parsed, "entities": [*entities, told]}


def _intent(parsed: Parsed) -> tuple[str, float]:
    intent = parsed.get("intent") or {}
    return intent.get("name") or "nlu_fallback", float(intent.get("confidence") or 0)
