"""What a yes to an offer does where the system that holds the orders takes no requests."""

from __future__ import annotations

from typing import Any

import pytest

from concierge.dialogue import next_steps
from concierge.orders import NotTaken


@pytest.mark.parametrize("kind", ["return", "exchange", "repair"])
async def test_what_nobody_would_be_told_of_becomes_a_case(take: Any, shop: Any, monkeypatch: Any, kind: str) -> None:
    def refuses(*args: Any, **kwargs: Any) -> None:
        raise NotTaken("no writes")

    for write in ("request_return", "request_repair"):
        monkeypatch.setattr(shop.orders(), write, refuses)
    turn = take("yes", "affirm", verified_order="BA10000004", active_line="1", task=kind)
    await next_steps.record(turn, kind, "39")
    assert turn.get("handoff") == {"reason": f"{kind}_to_register"}
    assert turn.get("task") is None
    assert turn.outcome.replies == []


async def test_a_wish_that_the_system_does_not_take_is_not_noted(take: Any, shop: Any, monkeypatch: Any) -> None:
    def refuses(*args: Any, **kwargs: Any) -> None:
        raise NotTaken("no writes")

    monkeypatch.setattr(shop.orders(), "note", refuses)
    decision = shop.house().decide("cancel", shop.orders().get("BA10000001"), on=shop.now())
    assert await next_steps.noted(take("cancel it", "cancel_order"), decision) is False
