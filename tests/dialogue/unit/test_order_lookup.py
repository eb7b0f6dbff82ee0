"""What a turn reads of the orders, it reads once; what failed or was written to is read again."""

from __future__ import annotations

import time

import pytest

from concierge.dialogue.order_lookup import _SECONDS, _TURNS, Lookups, OrderLookup
from concierge.orders import OrdersUnavailable
from tests.dialogue.talk import EMAIL

NUMBER = "BA10000003"


class Counting:
    """An order book that counts, and can be down."""

    def __init__(self, book):
        self.book, self.asked, self.down = book, [], False

    def __getattr__(self, name):
        def call(*args):
            self.asked.append(name)
            if self.down:
                raise OrdersUnavailable("down")
            return getattr(self.book, name)(*args)

        return call


@pytest.fixture
def book(shop):
    return Counting(shop.orders())


@pytest.fixture
def lookup(book):
    return OrderLookup(lambda: book)


def test_what_was_found_need_not_be_got(book, lookup):
    assert lookup.find(NUMBER, EMAIL) == lookup.get(NUMBER)
    assert book.asked == ["find"]


def test_a_customers_orders_are_all_there(book, lookup):
    orders = lookup.find_by_email(EMAIL)
    assert lookup.get(NUMBER) in orders
    assert lookup.find_by_email(EMAIL) == orders
    assert book.asked == ["find_by_email"]


def test_a_wrong_try_is_a_try_every_time_and_shows_nothing(book, lookup):
    assert lookup.find(NUMBER, "evil@example.com") is None
    assert lookup.find(NUMBER, "evil@example.com") is None
    assert book.asked == ["find", "find"]


def test_who_has_read_an_order_still_needs_its_email(lookup):
    assert lookup.get(NUMBER) is not None
    assert lookup.find(NUMBER, "evil@example.com") is None


def test_what_is_written_is_seen(book, lookup):
    before = lookup.get(NUMBER)
    lookup.changed()
    assert lookup.get(NUMBER) == before
    assert book.asked == ["get", "get"]


def test_a_failure_is_not_kept(book, lookup):
    book.down = True
    with pytest.raises(OrdersUnavailable):
        lookup.get(NUMBER)
    book.down = False
    assert lookup.get(NUMBER) is not None


def test_calls_of_one_turn_share_and_others_do_not(book):
    lookups = Lookups(lambda: book)
    assert lookups.of_turn("a", "1.5") is lookups.of_turn("a", "1.5")
    assert lookups.of_turn("a", "1.5") is not lookups.of_turn("a", "2.5")
    assert lookups.of_turn("a", "1.5") is not lookups.of_turn("b", "1.5")
    assert lookups.of_turn("a", "") is not lookups.of_turn("a", "")


def test_turns_that_are_over_are_forgotten(book, monkeypatch):
    lookups = Lookups(lambda: book)
    first = lookups.of_turn("a", "1")
    for each in range(_TURNS):
        lookups.of_turn("b", str(each))
    assert len(lookups._turns) == _TURNS
    assert lookups.of_turn("a", "1") is not first
    later = lookups.of_turn("a", "1")
    now = time.monotonic() + 2 * _SECONDS
    monkeypatch.setattr("time.monotonic", lambda: now)
    assert lookups.of_turn("a", "1") is not later
    assert len(lookups._turns) == 1
