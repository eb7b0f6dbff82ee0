"""When a failing system is called, and when not."""

from __future__ import annotations

from concierge.orders.breaker import Breaker


def test_it_opens_after_failures_in_a_row_and_lets_one_try_through() -> None:
    now = [0.0]
    breaker = Breaker(failures=3, rest=10, clock=lambda: now[0])
    for _ in range(2):
        assert breaker.allows()
        breaker.failed()
    breaker.succeeded()
    for _ in range(3):
        assert breaker.allows()
        breaker.failed()
    assert not breaker.allows()
    assert breaker.seconds_left == 10
    now[0] = 10
    assert breaker.allows()
    assert not breaker.allows(), "the others wait for the one that tries"
    breaker.failed()
    now[0] = 19
    assert not breaker.allows()
    now[0] = 20
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.seconds_left == 0
