"""What a message asks beside an order number or an e-mail address.

To the classifier both are words like any other, and most examples with a number only give it. So what stands around
them is read once more by itself, and what is asked there is what the message asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from concierge.intents import QUESTIONS, Kind, get, of_kind
from concierge.languages import lexicon
from concierge.languages.question_form import begins_a_question, one_question
from concierge.selection import Parse, Parsed, likeliest

INFORM = "inform"
_GIVEN = {"name": INFORM, "confidence": 1.0}
SURE = 0.75
CERTAIN = 0.9  # so sure that a story around a number asks it
_OF_THE_WORDS = ("text", "text_tokens", "entities")  # of what was understood
_IDENTIFIERS = {"order_number", "email"}
_EDGES = " \t\n,.;:()[]-–—#/"
_START = {"end": 0}  # of the text
_BEFORE_A_STOP = re.compile(r"\s+(?=[.,;?!])")
_IDENTIFIER_LIKE = re.compile(r"\d{4}|@")
_A_NUMBER_ALONE = re.compile(r"\W*[^\W\d_]{0,2}(?:[\W_]*\d){5,}(?:\W+[^\W\d_]{1,3})?\W*")  # “A 1000 0003 and”
_AROUND_A_NUMBER = 10  # words
_PARTS = re.compile(r"[,.;!]\s+")
_LETTER = re.compile(r"[^\W\d_]")


def aside_from_numbers(parse: Parse, language: str) -> Parse:
    """``parse`` that is not put off by an order number or an e-mail address; ``language``: the customer's."""

    async def read(text: str) -> Parsed:
        whole = await parse(text)
        if _name(whole) in of_kind(Kind.PERSON):
            return whole
        around = list(_without_identifiers(text, whole, language))
        if all(_A_NUMBER_ALONE.fullmatch(each) for each in around or [text]) or _only_names_it(whole):
            return {**whole, "intent": _GIVEN, "intent_ranking": [_GIVEN]}
        rests = [await parse(rest) for rest in around]
        if rests and (question := one_question(text)) and not _IDENTIFIER_LIKE.search(question):
            rests.append(await parse(question))  # “… We had a flood here. Can it still go back to you?”
        if person := next((rest for rest in rests if _is_for_a_person(rest)), None):
            return of_whole(person, whole)
        if any(_name(rest) in of_kind(Kind.ANSWER) for rest in rests):  # “it is BA10000003”
            return _as_only_given(whole, question_in(whole.get("intent_ranking"))) or whole
        asked = max([whole, *rests], key=_sure_of_a_question)
        return _read_as(whole, asked) if rests else whole

    return read


def of_whole(asked: Parsed, whole: Parsed) -> Parsed:
    """What a part of the message means, with the words of all of it."""
    return {**asked, **{key: whole[key] for key in _OF_THE_WORDS if key in whole}}


def of_order(asked: Parsed, whole: Parsed) -> Parsed:
    """What a part asks that is sure, of the order whose number stands in the whole: a topic that an order answers is
    answered by it."""
    name = question_in(asked.get("intent_ranking"))
    return _given_beside(asked, whole) if name and get(name).order_task else of_whole(asked, whole)


def _given_beside(asked: Parsed, whole: Parsed) -> Parsed:
    """The number as what was said, and the question second."""
    ranking = [each for each in asked["intent_ranking"] if each.get("name") != INFORM]
    return {**of_whole(asked, whole), "intent": _GIVEN, "intent_ranking": [_GIVEN, *ranking]}


def question_in(ranking: Any, least: float = 0.0) -> str | None:
    """The likeliest question of a ranking, if it is that likely."""
    name, sure = likeliest(ranking, of_kind(*QUESTIONS))
    return name if name and sure >= least else None


def _read_as(whole: Parsed, asked: Parsed) -> Parsed:
    """A task that is clearly meant is begun; a topic is answered on the order, so the number is what was said."""
    name = question_in(asked.get("intent_ranking"))
    sure = _sure_of_a_question(asked) >= SURE
    if _sure_of_a_question(asked) < CERTAIN and (given := _as_only_given(whole, name)):
        return given
    corrects = _name(whole) in of_kind(Kind.STEERING) and not sure  # “no, the other one: BA10000002”
    if name is None or corrects or (asked is whole and _name(whole) not in of_kind(*QUESTIONS)):
        return whole
    return of_order(asked, whole) if sure else _given_beside(asked, whole)


def _as_only_given(whole: Parsed, name: str | None) -> Parsed | None:
    """The message as number and address alone, where the question it sounds like, ``name``, is only their story."""
    if name is None or get(name).order_task or not _only_identifies(name, whole):
        return None
    return {**whole, "intent": _GIVEN, "intent_ranking": [_GIVEN]}


def _only_identifies(name: str, whole: Parsed) -> bool:
    """Number and address with a story around them, that asks nothing: “… the mail is a@b.com, my husband set it up”."""
    text = str(whole.get("text") or "")
    found = [each for each in whole.get("entities") or () if each.get("entity") in _IDENTIFIERS]
    mail = any(each["entity"] == "email" for each in found)
    parts = [*_PARTS.split(text), *(text[each["end"] :].lstrip(_EDGES) for each in (*found, _START))]
    asked = "?" in text or any(begins_a_question(each) for each in parts)
    return name in of_kind(Kind.TOPIC) and mail and not asked and any(sign.isdigit() for sign in text)


def _without_identifiers(text: str, parsed: Parsed, language: str) -> Iterator[str]:
    """The text with “my order” in the place of the number; and with nothing there."""
    found = [each for each in parsed.get("entities") or () if each.get("entity") in _IDENTIFIERS]
    spans = sorted((each["start"], each["end"], each["entity"]) for each in found)
    for meant in dict.fromkeys((next(iter(lexicon.list_of(language, "my_order")), ""), "")):
        cut, put = text, meant if spans else ""
        for start, end, entity in reversed(spans):
            before = cut[:start] if entity == "order_number" else _before_an_email().sub("", cut[:start])
            cut = f"{before} {put if entity == 'order_number' else ''} {cut[end:]}"
        rest = _BEFORE_A_STOP.sub("", " ".join(cut.split())).strip(_EDGES)
        if spans and _LETTER.search(rest.replace(meant, "")):
            yield rest


def _only_names_it(whole: Parsed) -> bool:
    """“My mistake, the number is BA10000003”: it puts the number right, and wants no address changed."""
    text = str(whole.get("text") or "")
    found = [each for each in whole.get("entities") or () if each.get("entity") in _IDENTIFIERS]
    for each in sorted(found, key=lambda each: int(each["start"]), reverse=True):
        text = f"{text[: each['start']]} {text[each['end'] :]}"
    few = len(text.split()) <= _AROUND_A_NUMBER
    return bool(found) and few and bool(_around_a_number().fullmatch(text.replace("’", "'")))


@lru_cache(maxsize=1)
def _around_a_number() -> re.Pattern[str]:
    words = "|".join(lexicon.either(key) for key in ("corrects", "number_named", "email_named"))
    return re.compile(rf"\W*(?:(?:{words})(?!\w)\W*)*", re.IGNORECASE)


@lru_cache(maxsize=1)
def _before_an_email() -> re.Pattern[str]:
    """“…, la mail è” says nothing but that an address follows, and would be taken for a matter of newsletters."""
    return re.compile(rf"(?:^|[\s,;.(])\s*{lexicon.either('email_named')}\s*[:=]?\s*$", re.IGNORECASE)


def _name(parsed: Parsed) -> str:
    return (parsed.get("intent") or {}).get("name") or ""


def _is_for_a_person(parsed: Parsed) -> bool:
    return _name(parsed) in of_kind(Kind.PERSON) and float(parsed["intent"]["confidence"]) >= SURE


def _sure_of_a_question(parsed: Parsed) -> float:
    return likeliest(parsed.get("intent_ranking"), of_kind(*QUESTIONS))[1]
