"""A delivery as an adapter sees it, without a server."""

from __future__ import annotations

from typing import Any

from concierge.channels.messaging.model import Delivery
from concierge.channels.messaging.registry import kinds
from tests.channels.messaging.fakes import ALL
from tests.channels.messaging.provider import delivery_of


def delivered(channel: str, sent: dict[str, Any]) -> tuple[Any, Delivery]:
    """The adapter and the delivery, from what a fake makes."""
    environment: dict[str, str] = {}
    for fake in ALL:
        environment |= fake().environment("http://127.0.0.1:1")
    kind = next(kind for kind in kinds() if kind.name == channel)
    defaults = {each.name: each.default for each in kind.variables if each.default is not None}
    return kind({**defaults, **environment}), delivery_of(sent)


def parsed(channel: str, sent: dict[str, Any]) -> list[Any]:
    """Raises ``AssertionError`` where it is not signed."""
    adapter, delivery = delivered(channel, sent)
    assert adapter.verified(delivery)
    return list(adapter.parse(delivery))
