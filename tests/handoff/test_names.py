"""What advisors are shown in place of codes."""

from __future__ import annotations

import re

import pytest

from concierge.channels.messaging.registry import kinds
from concierge.handoff.names import channel, channels, name, names, topic


def test_nothing_has_the_look_of_a_code() -> None:
    assert len(names()) > 150
    for code, called in names().items():
        assert re.fullmatch(r"[A-Z][^_/]+", called), (code, called)
    assert name("return_item/who_pays") == "Return an item"
    assert name("of_an_older_model") == "Of an older model"
    assert channel("rest") == "another program of the house"
    assert channels()["rest"] == "Another program of the house"


def test_every_channel_of_messages_is_called_as_customers_call_it() -> None:
    assert {kind.name for kind in kinds()} <= set(channels())
    assert {code for code, called in channels().items() if not called[0].isupper() or "_" in called} == set()
    # Their titles name the company between, or the interface, which no customer knows.
    titled_for_operators = {"sms", "twilio_whatsapp", "callback"}
    own = {kind.name: kind.title for kind in kinds() if kind.name not in titled_for_operators}
    assert {code: channels()[code] for code in own} == own


@pytest.mark.parametrize(
    ("reason", "about", "decided", "understood", "expected"),
    [
        ("customer_asked", None, [], [], "customer_asked"),
        ("customer_asked", "lost_label", ["return"], ["track_order"], "lost_label"),
        ("customer_asked", None, ["cancel"], ["track_order", "talk_to_advisor"], "track_order"),
        ("customer_asked", None, ["cancel"], ["talk_to_advisor"], "cancel_order"),
        ("exception", None, ["return"], ["refund_status"], "return_item"),
        ("minor", None, ["return"], ["refund_status"], "minor"),
        ("exchange_price", None, [], [], "exchange_price"),
        ("not_understood", None, [], ["return_item/how", None, "nlu_fallback"], "return_item/how"),
    ],
)
def test_what_a_case_is_about(
    reason: str, about: str | None, decided: list[str], understood: list[str | None], expected: str
) -> None:
    assert topic(reason, about, [{"kind": kind} for kind in decided], understood) == expected
