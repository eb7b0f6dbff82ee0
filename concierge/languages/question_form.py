"""Whether words have the form of a question, whatever they ask about."""

from __future__ import annotations

import re
from functools import lru_cache

from concierge.languages import lexicon

_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_FEW_WORDS = 6
_LAUGHTER = r"(?:[hj][aei]){2,}[hj]?|(?:ah){2,}|lol|xd|ay|u[fh]+"
WHAT, WHETHER = "what", "whether"  # “how long …”, “do you …”: the two parts of the lexicon's interrogatives


def asks(text: str, *kinds: str) -> bool:
    """Whether it ends in a question mark or begins as such a question (both kinds where none is named)."""
    return text.rstrip().endswith("?") or begins_a_question(text.lstrip(), *kinds)


def begins_a_question(text: str, *kinds: str) -> bool:
    """Whether its first words are those of a question, behind an “and” or “ok, but” too; “what a pity” is none."""
    return bool(_beginning(kinds or (WHAT, WHETHER)).match(text))


def is_exclamation(text: str) -> bool:
    """Whether it only says how somebody feels, in few words: “what a pity”, “oh how kind of you”."""
    return len(text.split()) <= _FEW_WORDS and "?" not in text and bool(_exclamation().match(text.strip()))


def one_question(text: str) -> str | None:
    """The only sentence of several that ends in a question mark, if one alone does."""
    sentences = _SENTENCES.split(text.strip())
    questions = [each for each in sentences if each.endswith("?")]
    return questions[0] if len(sentences) > 1 and len(questions) == 1 else None


def asks_what(text: str) -> bool:
    """Whether it has a word such as how, where or when, wherever it stands."""
    return bool(lexicon.phrases("interrogatives", WHAT).search(text))


@lru_cache(maxsize=4)
def _beginning(kinds: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(lexicon.either("interrogatives", kind) for kind in kinds)
    before = (
        rf"(?:{'|'.join(lexicon.either(key) for key in ('connectives', 'lead_ins', 'asides', 'greetings'))})[\s,:.…]+"
    )
    exclaims = lexicon.either("exclaims")
    return re.compile(rf"(?:{before}){{0,3}}(?!{exclaims})(?:{words})\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _exclamation() -> re.Pattern[str]:
    before = "|".join(lexicon.either(key) for key in ("connectives", "lead_ins"))
    return re.compile(rf"\W*(?:(?:{_LAUGHTER}|{before})[\s,:.…]+){{0,3}}{lexicon.either('exclaims')}", re.IGNORECASE)
