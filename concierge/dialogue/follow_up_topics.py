"""Which topic is meant by a question without its subject, after the topic before it."""

from __future__ import annotations

import re
from functools import lru_cache

from concierge.languages import lexicon
from concierge.languages.keys import KEYS

_GROUPS = {
    "return": {
        "return_item", "exchange_item", "refund_status", "own_courier", "combine_returns", "final_sale", "lost_label",
        "right_of_withdrawal", "keep_item", "outlet_purchase", "cancel_order", "modify_order",
    },
    "delivery": {
        "track_order", "delivery_problem", "how_to_order", "order_status_meaning", "change_address", "store_pickup",
        "pre_order", "stock_availability", "no_confirmation_email",
    },
    "warranty": {"legal_guarantee", "what_to_have_ready", "authenticity", "invoice", "vat_refund"},
    "contact": {"contact_ways", "photo_sizes", "complaint", "escalation"},
}  # fmt: skip
_BEGINNINGS = {
    "return_": "return",
    "repair_": "repair",
    "care_": "care",
    "shipping_": "delivery",
    "delivery_": "delivery",
}

_TOPIC_OF_PART = {
    ("time", "return"): "refund_status",
    ("time", "repair"): "repair_duration",
    ("time", "delivery"): "shipping_times",
    ("time", "contact"): "reply_time",
    ("price", "repair"): "repair_cost",
    ("price", "delivery"): "shipping_costs",
    ("price", "warranty"): "repair_cost",
    ("lost", "return"): "lost_label",
    ("lost", "repair"): "what_to_have_ready",
    ("lost", "warranty"): "invoice",
    ("lost", "delivery"): "delivery_problem",
}
# Parts that are answered in a sentence of their own.
SAID = {("price", "return"): "utter_return_label_is_prepaid"}
_TOPIC_OF_KIND = {
    ("return", "fragrance"): "return_fragrance",
    ("return", "swimwear"): "return_swimwear",
    ("repair", "fragrance"): "repair_exclusions",
    ("repair", "sunglasses"): "repair_exclusions",
    ("care", "bag"): "care_leather",
    ("care", "small_leather"): "care_leather",
    ("care", "shoes"): "care_sneakers",
    ("care", "ready_to_wear"): "care_ready_to_wear",
    ("care", "swimwear"): "care_ready_to_wear",
    ("care", "jewellery"): "care_hardware",
}
# Their answers are about some kinds of product: for another kind, this one tells what holds.
_FOR_OTHER_KINDS = {
    "repair_services": "repair_exclusions",
    "repair_item": "repair_exclusions",
    "return_fragrance": "return_item",
    "return_swimwear": "return_item",
}
_NOT_OF_EVERY_KIND = {"alteration", "sizing", "track_order"}
# Their answers name the places where they hold, so "the same there" would be wrong.
TELLS_OF_PLACES = {
    "right_of_withdrawal", "legal_guarantee", "prices_and_taxes", "vat_refund", "repair_cross_border",
    "repair_warranty", "return_same_country", "shipping_restrictions", "outlet_purchase", "account_country",
    "store_pickup",
}  # fmt: skip


def part_of(text: str) -> str | None:
    """What a follow-up asks about: lost, gift, time, price or why; ``None`` for a place or a product."""
    return next((part for part, words in _parts() if words.search(text)), None)


def group(intent: str) -> str:
    """What a question is about at large; empty where it is like no other."""
    named = next((name for name, intents in _GROUPS.items() if intent in intents), None)
    return named or next((name for start, name in _BEGINNINGS.items() if intent.startswith(start)), "")


def topic_of_part(asked: str, part: str) -> str | None:
    """The topic that a part of the last question is, where there is one."""
    return "gifts" if part == "gift" else _TOPIC_OF_PART.get((part, group(asked)))


def topic_of_kind(asked: str, kind: str) -> str | None:
    """The topic that the last question is for a kind of product, where it has one of its own."""
    return _TOPIC_OF_KIND.get((group(asked), kind)) or _FOR_OTHER_KINDS.get(asked)


def same_for_every_kind(asked: str) -> bool:
    """Whether the answer holds whatever the kind of product, where the kind has no topic of its own."""
    return asked not in _NOT_OF_EVERY_KIND and group(asked) != "care"


@lru_cache(maxsize=1)
def _parts() -> list[tuple[str, re.Pattern[str]]]:
    parts = KEYS["follow_up"].parts
    return [(part, re.compile(lexicon.either("follow_up", part), re.IGNORECASE)) for part in parts]
