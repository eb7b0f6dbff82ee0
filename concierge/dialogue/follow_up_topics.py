"""Which topic is meant by a question without its subject, after the topic before it."""

from __future__ import annotations

import re
from functools import lru_cache

from concierge import intents
from concierge.languages import lexicon
from concierge.languages.keys import KEYS

# Parts that are answered in a sentence of their own.
SAID = {("price", "return"): "utter_return_label_is_prepaid"}


def part_of(text: str) -> str | None:
    """What a follow-up asks about: lost, gift, time, price or why; ``None`` for a place or a product."""
    return next((part for part, words in _parts() if words.search(text)), None)


def group(asked: str) -> str:
    """What a question is about at large."""
    return intents.get(asked).group


def topic_of_part(asked: str, part: str) -> str | None:
    """The topic that a part of the last question is, where there is one."""
    return "gifts" if part == "gift" else _group(asked).parts.get(part)


def topic_of_kind(asked: str, kind: str) -> str | None:
    """The topic that the last question is for a kind of product, where it has one of its own."""
    return _group(asked).products.get(kind) or intents.get(asked).other_products


def same_for_every_kind(asked: str) -> bool:
    """Whether the answer holds whatever the kind of product, where the kind has no topic of its own."""
    return intents.get(asked).every_product


def _group(asked: str) -> intents.Group:
    return intents.registry().groups.get(group(asked), intents.Group())


@lru_cache(maxsize=1)
def _parts() -> list[tuple[str, re.Pattern[str]]]:
    parts = KEYS["follow_up"].parts
    return [(part, re.compile(lexicon.either("follow_up", part), re.IGNORECASE)) for part in parts]
