"""Other processes are told of every change, also of one that comes while they are being told of the one before."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from concierge.conversations.bell import Bell


class Slow(Bell):
    """Does not tell the next before the test lets it."""

    def __init__(self) -> None:
        super().__init__(sa.create_engine("sqlite://"))
        self.begun, self.go_on = threading.Semaphore(0), threading.Semaphore(0)
        self.told: list[dict[str, bool]] = []

    def _send(self, told: dict[str, bool]) -> None:
        self.told.append(dict(told))
        self.begun.release()
        self.go_on.acquire(timeout=20)


@pytest.mark.parametrize("work", [True, False])
def test_what_changes_again_while_it_is_told_is_told_again(work: bool) -> None:
    bell = Slow()
    bell.tell("one", work)
    assert bell.begun.acquire(timeout=20)
    bell.tell("one", work)  # just as before, and after those who listen have looked
    bell.go_on.release()
    assert bell.begun.acquire(timeout=20)
    bell.go_on.release()
    bell.close()
    assert bell.told == [{"one": work}] * 2


def test_closing_waits_for_what_is_being_told() -> None:
    bell = Slow()
    bell.tell("one", False)
    assert bell.begun.acquire(timeout=20)
    closing = threading.Thread(target=bell.close)
    closing.start()
    closing.join(0.2)
    assert closing.is_alive()
    bell.go_on.release()
    closing.join(20)
    assert not closing.is_alive()
