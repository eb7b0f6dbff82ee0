"""What passes between the door, the adapters and the sender: deliveries, what customers did, parts, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Union
from urllib.parse import parse_qsl

Measure = Callable[[str], int]


def utf16(text: str) -> int:
    """Length as JavaScript and Java count it, which many providers do: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Length in bytes."""
    return len(text.encode("utf-8", "surrogatepass"))


class Unreadable(ValueError):
    """A delivery that is signed and yet not what its provider sends."""


@dataclass(frozen=True)
class Delivery:
    """A provider's request as it came: the body is the bytes that were signed. Header names are in small letters."""

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def args(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        try:
            return parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=1000)
        except ValueError:
            raise Unreadable("no form") from None

    @cached_property
    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            raise Unreadable("no JSON") from None
        if not isinstance(found, dict):
            raise Unreadable("no JSON object")
        return found


@dataclass(frozen=True)
class Attachment:
    """What is no text. ``kind`` is what an advisor reads of it; ``id`` is the provider's."""

    kind: str  # photo, voice message, video, file, sticker, location, contact or attachment
    id: str = ""
    media_type: str = ""
    content: bytes = field(default=b"", repr=False)  # where it came with the delivery, and need not be fetched


@dataclass(frozen=True)
class Incoming:
    """A customer's message. ``key`` is the provider's id of it: the same for each delivery."""

    channel: str
    key: str
    address: str  # whose it is, as the provider names customers; also where the answer goes
    at: datetime  # by the provider's clock
    text: str = ""
    order: int = 0  # among those of the same second
    choice: str = ""  # what we had put behind the button that was tapped
    attachment: Attachment | None = None
    opens: bool = False  # the customer has only opened the conversation, and said nothing yet
    language: str = ""
    threads: tuple[str, ...] = ()  # addresses of conversations that it may go on in, the likeliest first
    also: tuple[str, ...] = ()  # other addresses of the same customer, which earlier messages came from
    details: Mapping[str, Any] = field(default_factory=dict)  # what answering needs


@dataclass(frozen=True)
class Receipt:
    """What became of what we sent: one part, by the provider's id or by our reference; or all until a moment."""

    channel: str
    state: str  # sent, delivered, read or failed
    provider_id: str = ""
    reference: str = ""
    address: str = ""
    until: datetime | None = None
    error: str = ""


Event = Union[Incoming, Receipt]


@dataclass(frozen=True)
class Choice:
    """A button. ``reference`` goes behind it and comes back when it is tapped, even days later."""

    title: str
    reference: str


@dataclass(frozen=True)
class Part:
    """What one message of a provider holds. ``reference`` names it: conversation, seq and number."""

    text: str
    choices: tuple[Choice, ...] = ()
    as_list: bool = False  # the choices are more, or longer, than buttons may be
    menu: str = ""  # what opens the list
    seq: int = 0
    number: int = 0
    conversation_id: str = ""
    author: str = ""  # the advisor who wrote it; empty for the assistant's

    @property
    def reference(self) -> str:
        return f"{self.conversation_id}.{self.seq}.{self.number}"


@dataclass(frozen=True)
class Outlet:
    """Where parts go: the customer's address, when they last wrote, and what the adapter noted of it."""

    address: str
    heard_at: datetime
    details: Mapping[str, Any]
    again: bool  # an earlier try of these parts may have been taken
    spent: dict[str, Any] = field(default_factory=dict)  # filled in by ``send``: details that cannot be used again


@dataclass(frozen=True)
class Limits:
    """What a provider takes, and how fast. Lengths are in ``unit`` for texts, in characters for titles."""

    text: int
    unit: Measure = utf16
    buttons: int = 0
    text_with_buttons: int = 0  # nought: as any text
    title: int = 20
    rows: int = 0  # of a list; nought where there are none
    row: int = 24
    batch: int = 1  # messages in one call
    rate: float = 20.0  # messages a second, of all conversations together
    window: timedelta | None = None  # since the customer's latest message; none: always
    human_window: timedelta | None = None  # for an advisor's words, where it is longer


@dataclass(frozen=True)
class Variable:
    """A setting of an adapter's: an environment variable, described in ``.env.example``."""

    name: str
    meaning: str
    default: str | None = None  # None: the channel is off without it
    secret: bool = False


class NotSent(Exception):
    """``code`` is for operators and advisors: the provider's, or one of ours; never a customer's words."""

    def __init__(self, code: str, after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.after = after  # seconds until the provider wants to be asked again


class Refused(NotSent):
    """This message will never be taken."""


class NotNow(NotSent):
    """It was not taken, and may be later. ``ours``: it is our configuration that is wrong, for every message."""

    def __init__(self, code: str, after: float | None = None, *, ours: bool = False) -> None:
        super().__init__(code, after)
        self.ours = ours


class Unclear(NotSent):
    """Nobody knows whether it was taken: the answer did not come, or was an error of the provider's own."""
