"""A telephone number given at an order, and the one that a provider tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from concierge.demo.documented import documented_orders
from concierge.orders.phone import international, is_placed_with


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("+33 6 39 98 01 04", "33639980104"),
        ("0033 639-980104", "33639980104"),
        ("+44 (0)20 7946 0018", "442079460018"),
        ("06 39 98 01 04", ""),  # whose country?
        ("33639980104", ""),
        ("+33 6", ""),
        ("+3363998010400000", ""),
        ("call me", ""),
        ("", ""),
    ],
)
def test_only_a_number_with_its_country_is_one(written: str, digits: str) -> None:
    assert international(written) == digits


def test_an_order_without_a_number_is_nobodys() -> None:
    order = documented_orders(datetime.now(timezone.utc))[0]
    assert not is_placed_with(order, "")
    assert not is_placed_with(None, "")
    assert not is_placed_with(order, "+33639980104")
    assert is_placed_with(replace(order, phone="+33 6 39 98 01 04"), "+33639980104")
    assert not is_placed_with(replace(order, phone="06 39 98 01 04"), "+33639980104")
