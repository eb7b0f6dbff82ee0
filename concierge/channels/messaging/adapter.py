"""What a provider's module has to say of it; everything else is shared. See CONTRIBUTING, "Add a channel"."""

from __future__ import annotations

import hashlib
import hmac
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from concierge.channels.intake import visible
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import (
    Delivery,
    Event,
    Incoming,
    KnownTemplate,
    Limits,
    Outlet,
    Part,
    Refused,
    Variable,
)


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
    # By what a message whose answer was lost comes once all the same, for the table. Empty where nothing tells whether
    # it arrived, and a second one would not be dropped: then CONCIERGE_UNKNOWN_OUTCOME says what becomes of it, and
    # ``untold`` why that is so.
    once: ClassVar[str] = ""
    untold: ClassVar[str] = "nothing is known that would tell"
    # How long the provider is given to tell, by our reference, of a message whose answer was lost, before it is sent
    # again; nought where it tells nothing, or where ``send`` can ask twice for the same one.
    tells_within: ClassVar[timedelta] = timedelta(0)
    fetches: ClassVar[bool] = False  # whether ``fetch`` brings what customers send besides words
    # What an advisor may send besides words, by its media type, up to so many bytes: handed over by the adapter itself,
    # or fetched by the provider. Anything else goes as a link in words.
    uploads: ClassVar[Mapping[str, int]] = {}
    fetched: ClassVar[Mapping[str, int]] = {}
    stop_stands: ClassVar[bool] = False  # whoever has stopped our messages may write, and has not asked for ours again
    typing_seconds: ClassVar[float] = 0.0  # how long ``seen`` shows that somebody writes; nought where it cannot
    templates: ClassVar[bool] = False  # whether ``send`` takes ``Part.template``, also where the window is over
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

    def limits_for(self, details: Mapping[str, Any]) -> Limits:
        """What this customer's device takes, by ``Incoming.details``; without any, what every device does."""
        return self.limits

    def way_in(self, ticket: str, words: str) -> str:
        """An address that begins a conversation with us, at whose first message the ``ticket`` is, alone or in
        ``words``; empty where there is none, or a variable of it is not set."""
        return ""

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

    async def answers(self, api: Api, to: Outlet) -> None:
        """Where ``once`` is empty: a call of which nothing is left, to see whether the provider is there before another
        message is risked, after one whose outcome is unknown. Raises what ``send`` does."""
        return

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        """Shows that the message has been read or, where it is being answered, that somebody writes; both where the
        provider has it so. May fail."""
        return

    async def acknowledge(self, api: Api, incoming: Incoming) -> None:
        """Tells a provider whose buttons wait for it that a tap has come, whoever answers. May fail."""
        return

    async def known_templates(self, api: Api) -> Sequence[KnownTemplate] | None:
        """All that the provider has of the account's; ``None`` where a variable is not set that asking needs. Raises
        what ``send`` does."""
        return None

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


def place_at(latitude: Any, longitude: Any) -> tuple[float, float] | None:
    """Where on earth; ``None`` where it is none."""
    try:
        found = (float(latitude), float(longitude))
    except (TypeError, ValueError, OverflowError):
        return None
    return found if abs(found[0]) <= 90 and abs(found[1]) <= 180 else None


def words_of(*said: str) -> str:
    """What there is of them, in one line."""
    return ", ".join(each for each in said if each)


TELLS_WITHIN = timedelta(minutes=2)
"""Statuses and echoes come within a second or two, unless the provider is in trouble, as it is when answers are lost.
A customer who would wait longer than this for an answer is rather told twice."""


def once_told(by: str) -> str:
    """For ``Adapter.once``, where ``tells_within`` is ``TELLS_WITHIN``."""
    minutes = TELLS_WITHIN.total_seconds() / 60
    return f"once, if {by} tells of it within {minutes:.0f} minutes, which are waited for; else it is sent again"


def wa_me(number: str, words: str) -> str:
    """WhatsApp's address that has a customer write these words to a number; empty without a number."""
    digits = "".join(each for each in number if each.isdecimal())
    return f"https://wa.me/{digits}?{urlencode({'text': words}, quote_via=quote)}" if digits else ""


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
