"""A number in a reply is a figure, in letters too: “once” and “two” are found in every language as digits are."""

from __future__ import annotations

import re

import pytest

from concierge.answers.values import registry
from concierge.answers.wording import read_wording
from concierge.settings import ROOT

# “Un” and “ein” are articles nearly always, and “sei” is Italian for “you are”.
_NO_NUMERALS = {"en": set(), "fr": {"un"}, "it": {"un", "sei"}, "de": {"ein"}, "es": {"un"}}
_HOW_OFTEN = {
    "en": r"once|twice|thrice",
    "fr": r"une(?: seule)? fois|\w+ fois",
    "it": r"una(?: sola)? volta|volte",
    "de": r"\w{3,}mal",
    "es": r"una(?: sola)? vez|veces",
}
# What reads like a number and is none, or is one that no decision of the house could change.
_ALLOWED = {
    "en": (
        r"(?:at|Once|once more) once|at once|once more",
        r"once (?:it|you|your|yours|the|an|our|I)\b",  # as soon as
        r"one of (?:our|these|them)",
        r"(?:this|that|which|the|another|without|whether|guess at|earlier|correct|right|same|If) one",
        r"more than one parcel",
        r"one (?:address|prepaid label)",  # “a single”: the sense of the answer, not an amount
        r"between (?:the )?two",  # there are two ends to it
        r"It shows twice",  # what the customer sees
    ),
    "fr": (
        r"une fois (?:que|la|le|les|votre|en route|reçue|à notre)",  # as soon as
        r"première fois",
        r"(?:les|des) deux",  # both
        r"apparaît deux fois",
    ),
    "it": (
        r"una volta (?:che|arrivat|fatto|confermat|spedit)",
        r"(?:più|a) volte",
        r"in una volta",
        r"i due paesi",
        r"Compare due volte",
    ),
    "de": (r"(?:noch|auf|nicht) ?einmal", r"diesmal|manchmal|zumal|Merkmal"),
    "es": (r"una vez (?:que|hecho|confirmado)", r"(?:varias|a) veces", r"de una vez", r"los dos", r"Aparece dos veces"),
}


def numbers_in(text: str, language: str) -> list[str]:
    """The words for numbers, but for those that are allowed."""
    left = re.sub("|".join(_ALLOWED[language]), "…", text, flags=re.IGNORECASE)
    words = [word for word in registry()["numbers"][language] if word not in _NO_NUMERALS[language]]
    found = re.compile(rf"\b(?:{'|'.join(words)}|{_HOW_OFTEN[language]})\b", re.IGNORECASE)
    return found.findall(left)


@pytest.mark.parametrize("language", ["en", "fr", "it", "de", "es"])
def test_no_reply_has_a_number_in_words(language: str) -> None:
    found = []
    for name, variants in read_wording(ROOT).items():
        for variant in variants:
            conditions = {c["name"]: c["value"] for c in variant.get("condition") or []}
            if conditions.get("language", "en") == language:
                texts = [variant.get("text") or "", *(button["title"] for button in variant.get("buttons") or [])]
                found += [(name, numbers, text) for text in texts if (numbers := numbers_in(text, language))]
    assert found == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "An order is only ever charged once."),
        ("en", "one order takes one code"),
        ("en", "The number begins with two letters"),
        ("fr", "sans frais et une seule fois"),
        ("fr", "Le numéro commence par deux lettres"),
        ("it", "una sola volta"),
        ("de", "mehr als einmal ist nicht möglich"),
        ("de", "in zwei Wochen"),
        ("es", "una sola vez"),
        ("es", "en tres días"),
    ],
)
def test_a_number_in_words_is_found(language: str, text: str) -> None:
    assert numbers_in(text, language)
