"""Pieces of one line: how many are left to return, and how many a new return is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone

import pytest

from concierge.orders.documents import dump, load
from concierge.orders.model import Order, Return
from concierge.orders.records import make_return
from tests.policy.sentences import build

NOW = datetime(2026, 3, 10, tzinfo=timezone.utc)
TWO = build({"placed": date(2026, 2, 25), "delivered": date(2026, 3, 1), "items": ["2x accessory", "bag"]})


def with_returns(*returns: Return) -> Order:
    return replace(TWO, returns=returns)


@pytest.mark.parametrize(
    ("returns", "left"),
    [
        ((), 2),
        ((Return("R1", ("1",), NOW, quantities=(1,)),), 1),
        ((Return("R1", ("1",), NOW),), 0),
        ((Return("R1", ("2",), NOW),), 2),
        ((Return("R1", ("2", "1"), NOW, quantities=(1, 1)),), 1),
        ((Return("R1", ("1",), NOW, quantities=(1,), accepted=False),), 2),
        ((Return("R1", ("1",), NOW, kind="exchange"),), 2),
        ((Return("R1", ("1",), NOW, quantities=(1,)), Return("R2", ("1",), NOW, quantities=(2,))), 0),
    ],
)
def test_what_is_left_is_in_no_return(returns: tuple[Return, ...], left: int) -> None:
    order = with_returns(*returns)
    assert order.left_to_return(order.line("1")) == left


def test_a_second_return_is_for_the_rest() -> None:
    first = make_return(TWO, ["1"], "return", "", NOW)("R1")
    assert first.quantities == ()
    second = make_return(with_returns(replace(first, quantities=(1,))), ["1"], "return", "", NOW)("R2")
    assert second.quantities == (1,)


def test_pieces_and_the_replacements_day_survive_storing() -> None:
    kept = Return("R1", ("1",), NOW, kind="exchange", quantities=(1,), replacement_delivered_at=NOW)
    assert load(Return, dump(kept)) == kept
