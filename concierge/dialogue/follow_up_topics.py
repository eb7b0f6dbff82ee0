"""Which topic is meant by a question without its subject, after the topic before it."""

from __future__ import annotations

from concierge import intents

# Parts that are answered in a sentence of their own.
SAID = {("price", "return"): "utter_return_item/who_pays"}


def group(asked: str) -> str:
    """What a question is about at large."""
    return intents.get(asked).group


def topic_of_part(asked: str, part: str) -> str | None:
    """The topic that a part of the last question is, or the single answer, where there is one."""
    return "gifts" if part == "gift" else intents.get(asked).parts.get(part) or intents.group_of(asked).parts.get(part)


def topic_of_kind(asked: str, kind: str) -> str | None:
    """The topic that the last question is for a kind of product, where it has one of its own."""
    return intents.group_of(asked).products.get(kind) or intents.get(asked).other_products


def same_for_every_kind(asked: str) -> bool:
    """Whether the answer holds whatever the kind of product, where the kind has no topic of its own."""
    return intents.get(asked).every_product
