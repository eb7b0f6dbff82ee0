from __future__ import annotations

from types import SimpleNamespace

import pytest
from multidict import CIMultiDict

from concierge.masking.pseudonyms import disguised
from concierge.web_kit.limits import RateLimit, network_of


def test_a_burst_passes_then_it_is_refilled_evenly():
    now = [0.0]
    limit = RateLimit(30, 60, clock=lambda: now[0])
    assert [limit.take("a") for _ in range(30)] == [0.0] * 30
    assert limit.take("a") == pytest.approx(2.0)
    assert limit.take("b") == 0.0
    now[0] = 2.0
    assert limit.take("a") == 0.0
    assert limit.take("a") > 0


def test_the_keys_used_last_are_remembered():
    limit = RateLimit(1, 60, keys=2, clock=lambda: 0.0)
    for key in "abc":
        limit.take(key)
    assert limit.take("a") == 0.0
    assert limit.take("c") > 0


def request(ip: str, *forwarded: str) -> SimpleNamespace:
    headers = CIMultiDict([("X-Forwarded-For", each) for each in forwarded])
    return SimpleNamespace(ip=ip, headers=SimpleNamespace(getall=headers.getall))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (0, ["203.0.113.9"], "192.0.2.1"),
        (1, ["198.51.100.7, 203.0.113.9"], "203.0.113.9"),
        (2, ["198.51.100.7, 203.0.113.9"], "198.51.100.7"),
        (2, ["203.0.113.9"], "203.0.113.9"),
        (1, [], "192.0.2.1"),
        (1, ["198.51.100.7", "2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (1, ["nonsense"], "nonsense"),
    ],
)
def test_only_our_proxies_are_believed(proxies, forwarded, network):
    assert network_of(request("192.0.2.1", *forwarded), proxies) == network


def test_a_stored_network_cannot_be_read():
    assert disguised("192.0.2.1", "key") == disguised("192.0.2.1", "key")
    assert disguised("192.0.2.1", "key") != disguised("192.0.2.1", "another")
