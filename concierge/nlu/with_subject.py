"""A question without its subject, read once more with one.

“How long will it be gone?” means a stock to a classifier that hears it alone; after a question about repairs it is “the
repair: how long will it be gone?”, which is clear. The subject is said in two ways, as the topic in hand and as the
group it belongs to, since either may hide what is asked: “a return” is so near to every question about returns.

Where nothing is clear, what the readings have in common is kept as guesses: the dialogue answers the likeliest, with
its alternative, rather than ask what was meant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from concierge import intents
from concierge.intents import QUESTIONS, Kind
from concierge.languages.follow_up import names_elsewhere, part_of
from concierge.languages.question_form import asks
from concierge.nlu.beside_number import of_whole
from concierge.nlu.fallback import OUT_OF_SCOPE
from concierge.nlu.in_context import OTHERWISE, UNDERSTOOD, is_of_a_story, of_one_group
from concierge.selection import FOLLOW_UP, GUESSES, Parse, Parsed, selected

TOLD = "inform"
# How many times likelier a guess is that is the topic in hand, or of its group. In a round's talks that nobody here had
# seen, 9 of the 16 follow-ups that were asked back about are answered by it, with any weights from 1 to 5.
IN_HAND, OF_THE_GROUP = 3.0, 2.0
MOST_GUESSES = 5
LONGEST = 12  # words: whoever asks on does not tell a story
# The least confidence in what is read with a subject, for a message that by itself means nothing; that seems to be
# none of the house's business; and that seems to be a question about something else.
OF_NOTHING, OF_NO_BUSINESS, OF_ANOTHER = 0.6, 0.8, 0.85
AGREED = 0.9  # the least of both readings, where the message by itself seems to be clear and is not
# A message that asks of the topic in hand again, though its general answer was just given (what is said then is the
# sentence of it that is nearest): the most belief in what it seems to mean by itself, and the least in both readings.
# Chosen on the wrong turns of one round's talks; with that round's examples, 24 turns of those before it became right
# and six wrong, all of them seen by then.
A_GUESS, OF_THE_TOPIC, OF_ITS_GROUP = 0.7, 0.9, 0.35


async def with_subject(parse: Parse, parsed: Parsed, asked: str | None, language: str, question_open: bool) -> Parsed:
    """``parsed`` as it is meant after a question about ``asked``, where it has no subject of its own and a clear
    meaning with one. ``question_open``: a form waits for an answer, so only what has a question's form is one."""
    if asked is None or not _may_lack_one(parsed, asked, question_open):
        return parsed
    readings = await _readings(parse, parsed, asked, language, question_open)
    text, (name, confidence) = str(parsed.get("text") or ""), _intent(parsed)
    if name == OUT_OF_SCOPE and any(_intent(each)[0] == OUT_OF_SCOPE for each in readings):
        return parsed
    if _is_clear(parsed) and not _agree(readings):
        return parsed
    found = [each for each in readings if _says_more(each, asked)] if asks(text) or name == asked else []
    best = max(found, key=lambda each: _intent(each)[1], default=None)
    if best and _intent(best)[1] >= _least(name):
        return of_whole(best, parsed)
    if name != FOLLOW_UP and not question_open and _is_of_the_topic(readings, asked) and confidence < A_GUESS:
        return of_whole(readings[0], parsed)
    return {**parsed, GUESSES: _guesses([parsed, *readings], asked)} if name in _unclear() else parsed


def _unclear() -> set[str]:
    """The intents of a message that asks nothing by itself."""
    return {FOLLOW_UP, TOLD, *intents.of_kind(Kind.NOT_UNDERSTOOD)}


def _guesses(readings: Sequence[Parsed], asked: str) -> list[dict[str, Any]]:
    """The questions that the readings think of, those near the topic in hand the more, as shares of one."""
    shares: dict[str, float] = defaultdict(float)
    for each in (entry for reading in readings for entry in reading.get("intent_ranking") or ()):
        if (name := str(each.get("name"))) in intents.of_kind(*QUESTIONS):
            weight = IN_HAND if name == asked else OF_THE_GROUP if of_one_group(name, asked) else 1.0
            shares[name] += weight * float(each.get("confidence") or 0.0)
    whole = sum(shares.values()) or 1.0
    likeliest = sorted(shares, key=lambda name: -shares[name])[:MOST_GUESSES]
    return [{"name": name, "confidence": round(shares[name] / whole, 4)} for name in likeliest]


async def _readings(parse: Parse, parsed: Parsed, asked: str, language: str, question_open: bool) -> list[Parsed]:
    """The message with its subject, in both ways. Each is a message more to understand, so none that could not matter:
    most questions that seem to be clear are, which the first reading shows."""
    text, (name, confidence) = str(parsed.get("text") or ""), _intent(parsed)
    subjects, is_clear = _subjects(asked, language), _is_clear(parsed)
    may_say_more = asks(text) or name == asked
    may_be_of_it = name != FOLLOW_UP and not question_open and confidence < A_GUESS
    matters = may_say_more or may_be_of_it or name in _unclear()
    if not matters or (is_clear and len(subjects) < 2):
        return []
    first = await parse(f"{subjects[0]}: {text}")
    if is_clear and not _may_agree(first, asked):
        return []
    return [first, *[await parse(f"{subject}: {text}") for subject in subjects[1:]]]


def _is_clear(parsed: Parsed) -> bool:
    """Whether by itself it is a question of its own."""
    name, confidence = _intent(parsed)
    return name in intents.of_kind(*QUESTIONS) and confidence >= UNDERSTOOD


def _is_of_the_topic(readings: Sequence[Parsed], asked: str) -> bool:
    """Whether it is about the topic in hand, said as what it is, and about nothing else, said as its group."""
    if len(readings) < 2:
        return False
    (name, sure), (of_group, less_sure) = _intent(readings[0]), _intent(readings[1])
    return name == asked and sure >= OF_THE_TOPIC and of_one_group(of_group, asked) and less_sure >= OF_ITS_GROUP


def _may_agree(first: Parsed, asked: str) -> bool:
    """Whether the other reading could agree with the first one, and say more than what was asked."""
    name, sure = _intent(first)
    return sure >= AGREED and of_one_group(name, asked)


def _agree(readings: Sequence[Parsed]) -> bool:
    found = [_intent(each) for each in readings]
    return len(found) > 1 and len({name for name, _ in found}) == 1 and min(sure for _, sure in found) >= AGREED


def _may_lack_one(parsed: Parsed, asked: str, question_open: bool) -> bool:
    text, (name, _) = str(parsed.get("text") or ""), _intent(parsed)
    if len(text.split()) > LONGEST or asked not in intents.of_kind(*QUESTIONS) or _is_told_otherwise(parsed):
        return False
    if name == FOLLOW_UP and not question_open:
        return selected(parsed) is None
    if name == asked and not question_open:  # what it is told by was just said
        return selected(parsed) is None
    if not asks(text):
        is_unclear = name in intents.of_kind(Kind.NOT_UNDERSTOOD) or (name == TOLD and not _names_an_order(parsed))
        return is_unclear and not question_open
    if name in intents.of_kind(*QUESTIONS):  # that of another group may be a guess
        return not question_open and not of_one_group(name, asked)
    return (name == FOLLOW_UP and selected(parsed) is None) or name in intents.of_kind(Kind.NOT_UNDERSTOOD)


def _is_told_otherwise(parsed: Parsed) -> bool:
    """The same question of another product or place, or of a part that the group names: the dialogue knows these."""
    named, text = {each.get("entity") for each in parsed.get("entities") or ()}, str(parsed.get("text") or "")
    of_a_part = part_of(text) and _intent(parsed)[0] not in intents.of_kind(*QUESTIONS)
    return not named.isdisjoint(OTHERWISE) or is_of_a_story(parsed) or bool(of_a_part) or names_elsewhere(text)


def _names_an_order(parsed: Parsed) -> bool:
    """Then nothing has to be guessed: what is asked of it is known, or is asked for."""
    return any(each.get("entity") == "order_number" for each in parsed.get("entities") or ())


def _subjects(asked: str, language: str) -> list[str]:
    subject = intents.subject(asked, language)
    return [intents.title(asked, language), *([subject] if subject else [])]


def _says_more(reading: Parsed, asked: str) -> bool:
    """Whether it is more than the topic in hand, whose general answer was just given."""
    name, _ = _intent(reading)
    return of_one_group(name, asked) and (name != asked or selected(reading) is not None)


def _least(name: str) -> float:
    if name == OUT_OF_SCOPE:
        return OF_NO_BUSINESS
    return OF_ANOTHER if name in intents.of_kind(*QUESTIONS) else OF_NOTHING


def _intent(parsed: Parsed) -> tuple[str, float]:
    intent = parsed.get("intent") or {}
    return str(intent.get("name") or ""), float(intent.get("confidence") or 0.0)
