"""A button's meaning stays with the order beside which it was offered."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from concierge.channels.tapped import payload_of
from concierge.conversations import Message

RETURN, LINE = "/return_item", '/inform{"line": "1"}'


def card(number: str, kind: str = "order") -> dict[str, Any]:
    return {"type": kind, "title": "Delivered", "subtitle": number}


@pytest.mark.parametrize(
    ("payload", "cards", "since", "meant"),
    [
        (RETURN, [card("BA1"), card("Number RP-1", "repair")], True, '/return_item{"order_number": "BA1"}'),
        (RETURN, [card("BA1")], False, RETURN),
        (RETURN, [card("BA1"), card("BA2")], True, RETURN),
        (RETURN, [], True, RETURN),
        (LINE, [card("BA1")], True, LINE),
    ],
)
def test_an_earlier_button(payload: str, cards: list[dict[str, Any]], since: bool, meant: str) -> None:
    said = Message("c", 7, "assistant", "It is here.", datetime.now(timezone.utc), payload={"cards": cards})
    assert payload_of({"title": "Return it", "payload": payload}, said, since=since) == meant
