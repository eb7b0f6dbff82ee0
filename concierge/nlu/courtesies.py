"""A greeting before a message and the thanks behind it, which are no part of what it means.

To an encoder they are: “Buongiorno” is near to days, and a German question that ends in “vielen Dank” to thanks. Of 500
questions of tests/nlu/cells.yml 386 got their answer by themselves, 337 behind a greeting and 349 before thanks; read
without these 388, 388 and 376.
"""

from __future__ import annotations

import re
from functools import lru_cache

from concierge.languages import lexicon
from concierge.languages.question_form import asks

_LEFT, _LEFT_OF_A_QUESTION = 2, 4  # the least words without them: “hello there” greets, “ok, thanks” thanks


def without_courtesies(text: str) -> str:
    """The text without its greeting and, of a question, the thanks behind it; as it is where little else is there."""
    greeting = _greeting().match(text)
    rest = text[greeting.end() :] if greeting else text
    rest = rest if len(rest.split()) >= _LEFT else text
    thanks = _thanks().search(rest)
    if thanks is None:
        return rest
    question = rest[: thanks.start()] + ("?" if "?" in thanks.group() else "")
    return question if len(question.split()) >= _LEFT_OF_A_QUESTION and asks(question) else rest


def patterns() -> str:
    """What a trained component depends on, for its fingerprint."""
    return _greeting().pattern + _thanks().pattern


@lru_cache(maxsize=1)
def _greeting() -> re.Pattern[str]:
    return re.compile(rf"(?:\W*\b{lexicon.either('greetings')}(?!\w))+[^\w(]*", re.IGNORECASE)


@lru_cache(maxsize=1)
def _thanks() -> re.Pattern[str]:
    return re.compile(rf"(?:\W+{lexicon.either('courtesies')}(?!\w))+\W*$", re.IGNORECASE)
