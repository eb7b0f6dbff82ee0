"""The order numbers of this installation, for the look-up, the forms and the NLU."""

from __future__ import annotations

from functools import lru_cache

from concierge.orders.number_format import HOUSE, Mistyped, NumberFormat
from concierge.settings import get_settings


@lru_cache(maxsize=1)
def house_format() -> NumberFormat:
    """That of this installation: ``CONCIERGE_ORDER_NUMBER``, or that of an HTTP back end's mapping, or the house's."""
    settings = get_settings()
    if settings.order_number:
        return NumberFormat.like(settings.order_number)
    if not settings.orders.startswith(("http://", "https://")):
        return HOUSE
    from concierge.orders.mapping import cached_mapping  # with httpx three megabytes, which not every front needs

    return cached_mapping(settings.orders_mapping).number


def normalise(text: str) -> str | None:
    """``" #ba 1048-3726"`` → ``"BA10483726"``; ``None`` for what is not an order number."""
    return house_format().normalise(text)


def mistyped_number(text: str) -> Mistyped | None:
    """What seems meant for an order number in a sentence that has none."""
    return house_format().mistyped(text)


def find_numbers(text: str) -> list[str]:
    """The order numbers in a sentence, normalised, in order, each once."""
    return house_format().find(text)
