"""Messaging providers on this machine: one server, and behind it a fake of each, which refuses what the real one would.

A fake keeps what it has taken, by customer. ``trouble`` is what happens to the next calls that would send something:
``429``, ``503`` (both tell when to come again), ``500``, ``lost`` (taken, and the connection ends before the answer),
``cut`` (not taken, and no answer), ``500 taken``, ``slow`` (taken, and answered two seconds later), ``hung`` (not
taken, and no answer even then).
"""

from __future__ import annotations

import io
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from PIL import Image

from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.model import Delivery
from tests.files.movies import movie
from tests.loopback import Answer, Server
from tests.loopback import Asked as Call

__all__ = ["Call", "Fake", "Providers", "Refusal", "Sent"]


SLOW_SECONDS = 2.0


@dataclass
class Sent:
    """A message as its customer has it."""

    text: str
    choices: list[tuple[str, str]] = field(default_factory=list)  # title, and what is behind it
    author: str = ""
    id: str = ""
    reference: str = ""  # ours, which the provider repeats
    raw: dict[str, Any] = field(default_factory=dict)
    file: tuple[str, str, bytes] | None = None  # what it is called, its media type and content
    link: str = ""  # where the provider fetches it
    at: float = field(default_factory=time.time)


@lru_cache(maxsize=1)
def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (30, 20), "black").save(drawn, "JPEG", comment=b"at home")
    return drawn.getvalue()


SAMPLES = {
    "photo": ("image/jpeg", picture()),
    "voice message": ("audio/ogg", b"OggS\x00\x02 a voice"),
    "video": ("video/mp4", movie(b"isom", b"vide")),
    "file": ("application/pdf", b"%PDF-1.7 a receipt"),
}
AS_MP4 = ("audio/mp4", movie(b"mp42", b"soun"))  # a voice message that is a video without pictures


def delivery_of(sent: dict[str, Any]) -> Delivery:
    """What a fake makes, as an adapter gets it."""
    body = sent["content"] if isinstance(sent["content"], bytes) else sent["content"].encode()
    headers = {name.lower(): value for name, value in sent["headers"].items()}
    return Delivery("POST", urlencode(sent.get("params", {})), headers, body)


def fields_of(call: Call) -> tuple[dict[str, Any], dict[str, tuple[str, str, bytes]]]:
    """What was sent, as JSON or as a form with files: the fields, and what the files are called, are, and hold."""
    kind = call.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return call.json, {}
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + call.body, policy=policy.HTTP)
    fields: dict[str, Any] = {}
    files: dict[str, tuple[str, str, bytes]] = {}
    for part in whole.iter_parts():  # type: ignore[attr-defined]
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if part.get_filename() is None:
            fields[name] = content.decode()
        else:
            files[name] = (part.get_filename(), part.get_content_type(), content)
    return fields, files


class Refusal(Exception):
    """What the provider answers instead of taking it."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


class Fake(ABC):
    """``complaints``: what a real provider would have refused. A test that expects a refusal takes it out."""

    name: str
    webhook: str
    family: str  # whose interface it shares
    sends = frozenset({"photo", "voice message", "video", "file"})  # what customers can, besides words
    buttons = True  # whether choices come as such, and not as a numbered text

    def __init__(self) -> None:
        self.taken: dict[str, list[Sent]] = {}
        self.calls: list[Call] = []
        self.complaints: list[str] = []
        self.trouble: deque[str] = deque()
        self.media: dict[str, bytes] = {}  # by the provider's id
        self.media_trouble: deque[int] = deque()  # statuses of the next downloads
        self.lock = threading.Lock()
        self.count = 0

    @abstractmethod
    def environment(self, url: str) -> dict[str, str]:
        """The variables of the adapter, for a server at ``url``."""

    @abstractmethod
    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        """A delivery: arguments of ``httpx.post`` besides the address. ``number`` makes the provider's id."""

    @abstractmethod
    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        """A delivery of one of ``sends``, which is there to be fetched."""

    def photo(self, customer: str, number: int) -> dict[str, Any]:
        return self.enclosure(customer, number, "photo")

    def sample(self, kind: str) -> tuple[str, bytes]:
        """Its media type and content, as this provider has such files."""
        return SAMPLES[kind]

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        """Where there are no buttons, customers type the number."""
        raise NotImplementedError

    @abstractmethod
    def answer(self, call: Call) -> tuple[int, Any]:
        """Raises ``Refusal``."""

    def noted(self, adapter: Adapter, customer: str) -> dict[str, Any]:
        """What the adapter notes of a customer who has just written, where sending needs it."""
        return {}

    def address_of(self, customer: str) -> str:
        """Of the customer's conversation, as the log has it."""
        return customer

    def is_for(self, call: Call) -> bool:
        """Whether this one of its family is called."""
        return True

    def is_send(self, call: Call) -> bool:
        return call.method == "POST"

    def take(self, customer: str, sent: Sent) -> Sent:
        self.count += 1
        sent.id = sent.id or f"{self.name}-{self.count}"
        self.taken.setdefault(customer, []).append(sent)
        return sent

    def demand(self, true: Any, what: str, status: int = 400, body: Any = None) -> None:
        if not true:
            self.complaints.append(what)
            raise Refusal(status, body if body is not None else {"error": what})

    def expires(self) -> None:  # noqa: B027 - some have no token
        """What we have been given to call with is good no longer; ``environment`` has the new one."""

    def close(self) -> None:  # noqa: B027 - most run nothing
        """Ends what it runs besides the providers' one server."""

    def source(self, id: str) -> str:
        """What a delivery says of where a file is."""
        return id

    def holds(self, id: str, kind: str = "photo") -> str:
        """Has such a file under this id; what a delivery says of where it is."""
        self.media[id] = self.sample(kind)[1]
        return self.source(id)

    def download(self, id: str) -> tuple[int, Any]:
        if self.media_trouble:
            return self.media_trouble.popleft(), {}
        return (200, self.media[id]) if id in self.media else (404, {})

    def said(self, customer: str) -> list[str]:
        return [sent.text for sent in self.taken.get(customer, [])]


class Providers:
    """The fakes, each below its name."""

    def __init__(self, *fakes: Fake) -> None:
        self.fakes = {fake.name: fake for fake in fakes}
        self._server = Server(self._answer)
        self.url = self._server.url

    def _answer(self, asked: Call) -> Answer | None:
        name, _, path = asked.path.lstrip("/").partition("/")
        answered = self.answer(name, replace(asked, path=f"/{path}"))
        if answered is None:
            return None
        status, body = answered
        again = {"Retry-After": "0"} if status == 503 else {}
        return Answer(body, status, {"Content-Type": "application/json", **again})

    def environment(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for fake in self.fakes.values():
            found |= fake.environment(f"{self.url}/{fake.family}")
        return found

    def answer(self, family: str, call: Call) -> tuple[int, Any] | None:
        every = [each for each in self.fakes.values() if each.family == family]
        fake = next(
            (each for each in every if each.is_for(call)), every[0]
        )  # whose token nobody knows is refused by any
        with fake.lock:
            fake.calls.append(call)
            trouble = fake.trouble.popleft() if fake.trouble and fake.is_send(call) else ""
            if trouble == "429":
                return 429, {"parameters": {"retry_after": 0}, "error": {"code": 4}}
            if trouble == "503":
                return 503, {}
            if trouble == "500":
                return 500, {}
            if trouble == "cut":
                return None
        if trouble == "hung":
            time.sleep(SLOW_SECONDS)
            return None
        with fake.lock:
            try:
                answered = fake.answer(call)
            except Refusal as problem:
                return problem.status, problem.body
            if trouble == "500 taken":
                return 500, {}
        if trouble == "slow":
            time.sleep(SLOW_SECONDS)
        return None if trouble == "lost" else answered

    def close(self) -> None:
        for fake in self.fakes.values():
            fake.close()
        self._server.close()
