"""The short form of an answer: the one sentence of it that says most."""

from __future__ import annotations

import re

# Not after “30.” of a German date, nor after a single letter: “z. B.”
_END = re.compile(r"(?<=[.?!…])(?<!\d\.)(?<!\b[^\W\d]\.)\s+|\n+")
_DIGIT = re.compile(r"\d")
_SAYS_SOMETHING = 8  # words: fewer without a figure are an apology, or a thank-you


def sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _END.split(text) if sentence.strip()]


def short_form(text: str) -> str | None:
    """The first sentence that says something; ``None`` where that is the whole text, or where a question is asked."""
    said = sentences(text)
    if len(said) < 2 or question_in(text):
        return None
    return next((each for each in said if len(each.split()) >= _SAYS_SOMETHING or _DIGIT.search(each)), said[0])


def question_in(text: str) -> str | None:
    """The last question in the text."""
    return next((sentence for sentence in reversed(sentences(text)) if sentence.endswith("?")), None)
