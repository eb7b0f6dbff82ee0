"""Replies as Rasa's own REST channel would word them, and under which key a message is known again."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from concierge.channels import rest
from concierge.channels.refusals import Refusal
from concierge.channels.rest_callers import Caller
from concierge.conversations import Message

NOW = datetime(2026, 11, 28, tzinfo=timezone.utc)
CARDS = {"cards": [{"title": "Hourglass"}]}


@pytest.mark.parametrize(
    ("kind", "text", "payload", "worded"),
    [
        ("text", "One.\n\nTwo.", {}, [{"text": "One."}, {"text": "Two."}]),
        ("text", " \n\n", {}, []),
        ("quick_replies", "Which?", {"buttons": [{"title": "A"}]}, [{"text": "Which?", "buttons": [{"title": "A"}]}]),
        ("image", "", {"url": "https://example.com/a.png"}, [{"image": "https://example.com/a.png"}]),
        ("file", "", {"url": "https://example.com/a.pdf"}, [{"attachment": "https://example.com/a.pdf"}]),
        ("cards", "These two.", CARDS, [{"text": "These two."}, {"custom": CARDS}]),
        ("form", "", {"kind": "form"}, [{"custom": {"kind": "form"}}]),
    ],
)
def test_each_kind_of_reply(kind: str, text: str, payload: dict[str, Any], worded: list[dict[str, Any]]) -> None:
    message = Message("c", 1, "assistant", text, NOW, kind=kind, payload=payload)
    assert rest._as_rasa("me", message) == [{"recipient_id": "me", **part} for part in worded]


def test_a_key_is_the_callers_own_or_one_of_this_request() -> None:
    caller = Caller("me", "10.0.0.1")
    assert rest._key_of({"message_id": 7}, caller, "k") == rest._key_of({"message_id": "7"}, caller, "k") == "rest.7"
    assert rest._key_of({}, caller, "k") == rest._key_of({"message_id": ""}, caller, "k") != "rest.7"
    assert rest._key_of({}, Caller("me", "10.0.0.1"), "k") != rest._key_of({}, caller, "k")
    for wrong in (True, [7], "\n"):
        with pytest.raises(Refusal):
            rest._key_of({"message_id": wrong}, caller, "k")
