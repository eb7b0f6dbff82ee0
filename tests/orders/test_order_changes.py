"""An order that is cancelled, or sent elsewhere, while nobody prepares it: in the order itself, once, and only then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from concierge.orders import NoSuchOrder, NotTaken
from concierge.orders.addresses import Address
from concierge.orders.model import Order, Status
from concierge.orders.sql import SqlOrderBook

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=timezone.utc)
PARIS = Address("12 rue de la Paix", "75002", "Paris")
Make = Callable[..., Order]


def test_a_confirmed_order_is_cancelled_once(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    made = book.cancel("BA10483726", key="cancel", at=NOW, conversation="hers")
    assert book.cancel("BA 10483726", key="cancel", at=NOW + timedelta(hours=1)) == made
    found = book.get("BA10483726")
    assert found is not None
    assert (found.status, found.cancelled_at) == (Status.CANCELLED, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": Status.PREPARING, "prepared_at": NOW},
        {"prepared_at": NOW - timedelta(minutes=1)},  # begun, and its state lags behind
        {"status": Status.DISPATCHED, "dispatched_at": NOW},
        {"status": Status.CANCELLED, "cancelled_at": NOW},
    ],
)
def test_after_that_nothing_is_changed(book: SqlOrderBook, order: Make, changes: dict[str, object]) -> None:
    book.put([order(**changes)])
    before = book.get("BA10483726")
    with pytest.raises(NotTaken):
        book.cancel("BA10483726", key="cancel", at=NOW)
    with pytest.raises(NotTaken):
        book.change_address("BA10483726", PARIS, key="k", at=NOW)
    assert book.get("BA10483726") == before


def test_of_two_windows_and_the_warehouse_one_is_first(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    came: list[str] = []

    def cancel() -> None:
        try:
            came.append(book.cancel("BA10483726", key="cancel", at=NOW).id)
        except NotTaken:
            came.append("refused")

    def prepare() -> None:
        book.put([order(status=Status.PREPARING, prepared_at=NOW)])

    threads = [threading.Thread(target=work) for work in (cancel, cancel, prepare, cancel)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came) == 3
    assert len(set(came) - {"refused"}) <= 1


def test_a_new_address_is_recorded_and_forgotten_with_its_conversation(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    made = book.change_address("BA10483726", PARIS, key="k", at=NOW, conversation="hers")
    assert book.change_address("BA10483726", PARIS, key="k", at=NOW) == made
    assert (made.street, made.postcode, made.city) == ("12 rue de la Paix", "75002", "Paris")
    assert "rue" not in repr(made)
    book.forget("hers")
    again = book.change_address("BA10483726", replace(PARIS, street="1 rue X"), key="k", at=NOW)
    assert again.street == "1 rue X"


def test_an_order_that_there_is_not(book: SqlOrderBook) -> None:
    with pytest.raises(NoSuchOrder):
        book.cancel("BA99999999", key="cancel", at=NOW)
