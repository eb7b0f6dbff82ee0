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
    """What is no text. ``kind`` is what an advisor reads of it; ``id`` is the provider's; ``about``: what it shows in
    words, as a place's name; ``place``: its latitude and longitude."""

    kind: str  # photo, voice message, video, file, sticker, location, contact or attachment
    id: str = ""
    media_type: str = ""
    content: bytes = field(default=b"", repr=False)  # where it came with the delivery, and need not be fetched
    about: str = ""
    place: tuple[float, float] | None = None


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
    edits: str = ""  # the key of an earlier message, which the customer has put into these words
    also: tuple[str, ...] = ()  # other addresses of the same customer, which earlier messages came from
    details: Mapping[str, Any] = field(default_factory=dict)  # what answering needs


@dataclass(frozen=True)
class Withdrawal:
    """The customer has deleted a message: nothing of it is kept. ``key`` is what its ``Incoming`` had."""

    channel: str
    address: str
    key: str


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


@dataclass(frozen=True)
class Standing:
    """The customer has stopped our messages on the channel, for one of ``outbox_standing.REASONS``; or, without one,
    wants them again."""

    channel: str
    address: str
    stopped: str = ""


@dataclass(frozen=True)
class Typing:
    """The customer writes, or has stopped without sending anything."""

    channel: str
    address: str
    writes: bool


Event = Union[Incoming, Receipt, Withdrawal, Standing, Typing]


@dataclass(frozen=True)
class Choice:
    """A button. ``reference`` goes behind it and comes back when it is tapped, even days later."""

    title: str
    reference: str
    detail: str = ""  # what stands below the title in a list


@dataclass(frozen=True)
class KnownTemplate:
    """A template as its provider has it: ``state`` is approved, pending, rejected, … in small letters; ``text`` may be
    empty where it is not told."""

    name: str
    code: str
    id: str
    state: str
    text: str = ""


@dataclass(frozen=True)
class Link:
    """A button that opens an address."""

    title: str
    url: str


@dataclass(frozen=True)
class Card:
    """One of a gallery: an order, a repair, one thing to choose among others. ``image`` is an address."""

    title: str
    text: str = ""
    image: str = ""
    link: Link | None = None
    choices: tuple[Choice, ...] = ()

    @property
    def words(self) -> str:
        return "\n".join(each for each in (self.title, self.text) if each)


@dataclass(frozen=True)
class Enclosure:
    """An advisor's file: its ``content`` where the adapter uploads it, else a ``link`` that the provider fetches;
    ``small``: a link to its small picture, where there is one."""

    media_type: str
    title: str
    content: bytes = field(default=b"", repr=False)
    link: str = ""
    small: str = ""

    @property
    def is_photo(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def form(self) -> tuple[str, bytes, str]:
        """As httpx takes it in ``files``."""
        return self.title, self.content, self.media_type


@dataclass(frozen=True)
class Approved:
    """A template: the provider's name, language or id of it, and what fills its numbered places."""

    name: str
    code: str
    id: str
    values: tuple[str, ...]


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
    file: Enclosure | None = None  # in place of the text
    template: Approved | None = None  # which says the text
    cards: tuple[Card, ...] = ()  # in place of the text; ``choices`` stand below them
    link: Link | None = None  # below the text

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
    # Then: the provider's id of the latest part that is known to be with the customer, and since when, by our clock,
    # these can have been sent.
    before: str = ""
    since: datetime | None = None
    spent: dict[str, Any] = field(default_factory=dict)  # filled in by ``send``: details that cannot be used again


@dataclass(frozen=True)
class Gallery:
    """How a provider shows cards. Lengths are in characters."""

    cards: int  # of one message
    title: int = 80
    text: int = 80
    buttons: int = 3  # of one card, a link among them
    button: int = 20
    between: str = "\n"  # what the card tells
    choices_below: bool = True  # the message's own buttons may stand below its cards
    # A card of an order tells what the text has told: where it could only be said once more, its link alone is shown,
    # below the text; among the message's buttons, where the provider has both.
    link_alone: bool = False
    link_among_choices: bool = False


@dataclass(frozen=True)
class Limits:
    """What a provider takes, and how fast. Lengths are in ``unit`` for texts, in characters for titles."""

    text: int
    unit: Measure = utf16
    buttons: int = 0
    fewest: int = 1  # buttons; fewer choices are a list, or numbered
    apart: bool = False  # choices are a message of their own, behind their text
    text_with_buttons: int = 0  # nought: as any text
    title: int = 20
    rows: int = 0  # of a list; nought where there are none
    row: int = 24
    row_detail: int = 0  # what stands below a row; nought where nothing does
    gallery: Gallery | None = None
    batch: int = 1  # messages in one call
    rate: float = 20.0  # messages a second, of all conversations together
    window: timedelta | None = None  # since the customer's latest message; none: always
    human_window: timedelta | None = None  # for an advisor's words, where it is longer
    kept: int = 0  # for an advisor's words, where the provider takes so many until the customer writes


@dataclass(frozen=True)
class Variable:
    """A setting of an adapter's: an environment variable, described in ``.env.example``."""

    name: str
    meaning: str
    default: str | None = None  # None: the channel is off without it
    secret: bool = False


class NotSent(Exception):
    """``code`` is for operators and advisors: the provider's, or one of ours; never a customer's words. ``after``:
    seconds until the provider wants to be asked again. ``body``: the JSON of an error of the provider's own."""

    def __init__(
        self, code: str, after: float | None = None, *, ours: bool = False, down: bool = False, body: Any = None
    ) -> None:
        super().__init__(code, after)
        self.code, self.after = code, after
        self.ours, self.down, self.body = ours, down, body


class Refused(NotSent):
    """This message will never be taken."""


class NotNow(NotSent):
    """It was not taken, and may be later. ``ours``: it is our configuration that is wrong, for every message; ``down``:
    the provider is not there, for any of them."""


class Unclear(NotSent):
    """Nobody knows whether it was taken: the answer did not come, or was an error of the provider's own."""
