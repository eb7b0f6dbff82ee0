"""What a provider's module has to say of it; everything else is shared. See CONTRIBUTING, "Add a channel"."""

from __future__ import annotations

import hashlib
import hmac
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, ClassVar

from concierge.channels.intake import visible
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import Delivery, Event, Incoming, Limits, Outlet, Part, Refused, Variable


class Adapter(ABC):
    """One channel. Made with the values of its ``variables``; holds no state of conversations.

    Several adapters may share a ``webhook``: a delivery is parsed by each of them that it is signed for.
    """

    name: ClassVar[str]  # the channel, as conversations and the log have it
    title: ClassVar[str]  # as operators know it
    webhook: ClassVar[str]  # the last part of the address that the provider calls
    variables: ClassVar[tuple[Variable, ...]]
    limits: ClassVar[Limits]
    receipts: ClassVar[str] = "none"  # what the provider tells of our messages
    once: ClassVar[str] = "at least once"  # what holds when a provider's answer is lost
    fetches: ClassVar[bool] = False  # whether ``fetch`` brings what customers send besides words
    content_type: ClassVar[str] = "text/plain; charset=utf-8"  # of the answer to a delivery
    answer: ClassVar[str] = ""
    cannot: ClassVar[tuple[str, ...]] = ()  # what customers or advisors may miss, for the table in docs/channels

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def handshake(self, delivery: Delivery) -> str | None:
        """The answer to a request that only asks whether we are there; ``None`` for any other."""
        return None

    @abstractmethod
    def verified(self, delivery: Delivery) -> bool:
        """Whether the raw bytes are signed by the provider. Compares in constant time; parses nothing before it."""

    @abstractmethod
    def parse(self, delivery: Delivery) -> Iterator[Event]:
        """Everything in a delivery that concerns this channel; what is not known is passed over.

        Raises ``Unreadable`` for what is no delivery at all.
        """

    async def fetch(self, api: Api, source: str) -> bytes:
        """What the provider calls ``source`` (``Attachment.id``). Raises what ``send`` does."""
        raise Refused("not_fetched")

    async def listen(self, take: Callable[[Delivery], Awaitable[None]]) -> None:
        """For a provider that does not call: asks it again and again, and hands over each delivery, which is in the log
        once ``take`` returns. ``take`` raises what the database does, and what ``parse`` does once all that came before
        is in the log. Until it is cancelled; returns where there is nobody to ask."""
        return

    @abstractmethod
    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        """Sends at most ``limits.batch`` parts. Returns the provider's id of each.

        Raises ``Refused``, ``NotNow`` or ``Unclear``; then none is taken to have been sent.
        """

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        """Shows that the message has come and, where the assistant is answering it, that it does. May fail."""
        return

    @abstractmethod
    async def check(self, api: Api) -> list[str]:
        """What an operator has to do before customers can write, a sentence each; empty when all is well.

        Raises what ``send`` does.
        """


def fits(secret: str, given: str, data: bytes, *, algorithm: str = "sha256", prefix: str = "") -> bool:
    """Whether ``given`` is ``prefix`` and the HMAC of the data in hexadecimal, in constant time."""
    expected = prefix + hmac.new(secret.encode(), data, getattr(hashlib, algorithm)).hexdigest()
    return same(expected, given)


def same(expected: str, given: str) -> bool:
    """In constant time; false for an empty secret."""
    return bool(expected) and hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape"))


def dig(value: Any, *path: str | int) -> Any:
    """What is there, however much of it is missing or of another shape; else ``None``."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_at(value: Any, *path: str | int) -> str:
    """As ``dig``, for a text or a whole number, without what no database takes; empty where there is none."""
    found = dig(value, *path)
    return visible(found) if isinstance(found, str) else str(found) if type(found) is int else ""


def objects_at(value: Any, *path: str | int) -> list[dict[str, Any]]:
    found = dig(value, *path)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


_EARLIEST, _LATEST = 0, 253_402_300_799  # seconds that a datetime holds


def moment(seconds: Any, unit: float = 1.0) -> datetime:
    """A provider's time, ``unit`` seconds each; now where it is none."""
    try:
        counted = float(seconds) * unit
    except (TypeError, ValueError, OverflowError):
        counted = -1.0
    if not _EARLIEST < counted < _LATEST:
        return datetime.now(timezone.utc)
    return datetime.fromtimestamp(counted, timezone.utc)
