"""What advisors are shown in place of codes."""

from __future__ import annotations

import re

import pytest

from concierge.handoff.names import channel, name, names, topic


def test_nothing_has_the_look_of_a_code() -> None:
    assert len(names()) > 150
    for code, called in names().items():
        assert re.fullmatch(r"[A-Z][^_/]+", called), (code, called)
    assert name("return_item/who_pays") == "Return an item"
    assert name("of_an_older_model") == "Of an older model"
    assert channel("rest") == "another program of the house"


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
