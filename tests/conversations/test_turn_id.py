from __future__ import annotations

import pytest

from concierge.conversations import TurnId


@pytest.mark.parametrize(
    ("written", "turn"),
    [
        ("c0ffee:7", TurnId("c0ffee", 7)),
        ("c0ffee:7.1", TurnId("c0ffee", 7, 1)),
        ("shop:claire:12.2", TurnId("shop:claire", 12, 2)),
    ],
)
def test_it_is_read_as_it_is_written(written: str, turn: TurnId) -> None:
    assert str(turn) == written
    assert TurnId.parse(written) == turn
    assert turn.whole == TurnId(turn.conversation_id, turn.seq)


@pytest.mark.parametrize("written", [None, "", "c0ffee", ":7", "c0ffee:", "c0ffee:7.", "c0ffee:7.1.1", "c0ffee:x"])
def test_what_is_none(written: str | None) -> None:
    assert TurnId.parse(written) is None
