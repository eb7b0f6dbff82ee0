"""Files in a bucket of a server that speaks S3, those of a conversation below one prefix that tells nothing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import httpx

from concierge.files.keeping import Store
from concierge.files.scanning import Scanner
from concierge.files.signing import encoded, signed

SECONDS = 30.0
_SMALL = "-small"
_HOW = "write s3://key-id:secret@host[:port]/bucket[/folder][?region=…&tls=no]"


class OutOfReach(OSError):
    """The server does not answer, or not as it should. The message is for the operator: no name of a file is in it."""


class S3Store(Store):
    """``address``: s3://key-id:secret@host[:port]/bucket[/folder]; ``?region=``, us-east-1 where none is given;
    ``&tls=no`` for a server on the house's own network. Raises ``ValueError`` with a sentence for any other."""

    def __init__(self, address: str, scanner: Scanner | None = None) -> None:
        super().__init__(scanner)
        parts = urlsplit(address)
        if parts.scheme != "s3" or not (parts.hostname and parts.username and parts.password and parts.path.strip("/")):
            raise ValueError(_HOW)
        told = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._host = parts.hostname + (f":{parts.port}" if parts.port else "")
        self._url = f"{'http' if told.get('tls') == 'no' else 'https'}://{self._host}"
        self._bucket, _, folder = parts.path.strip("/").partition("/")
        self._folder = f"{folder}/" if folder else ""
        self._key = {"key_id": unquote(parts.username), "secret": unquote(parts.password)}
        self._region = told.get("region", "us-east-1")
        self._client: httpx.Client | None = None

    def write(self, conversation_id: str, content: bytes) -> str:
        name = secrets.token_hex(16)
        self._ask("PUT", self._place(conversation_id, name), content)
        return name

    def write_small(self, conversation_id: str, name: str, content: bytes) -> None:
        self._ask("PUT", self._place(conversation_id, name, small=True), content)

    def read(self, conversation_id: str, name: str, small: bool = False) -> bytes:
        return self._ask("GET", self._place(conversation_id, name, small)).content

    def remove(self, conversation_id: str, name: str) -> None:
        for small in (True, False):
            self._ask("DELETE", self._place(conversation_id, name, small))

    def names(self, conversation_id: str) -> list[str]:
        return sorted(each for each in self._all(conversation_id) if each.isalnum())

    def forget(self, conversation_id: str) -> int:
        found = self._all(conversation_id)
        for each in found:
            self._ask("DELETE", f"{self._prefix(conversation_id)}{each}")
        return sum(each.isalnum() for each in found)

    def _all(self, conversation_id: str) -> list[str]:
        prefix, more, found = self._prefix(conversation_id), "", []
        while True:
            query = {"list-type": "2", "prefix": prefix, **({"continuation-token": more} if more else {})}
            answer = self._ask("GET", "", query=query)
            listed = _read(answer)
            if listed is None:
                raise OutOfReach("the file store answered with something that is not S3's")
            found += [each.text or "" for each in listed.iterfind(".//{*}Contents/{*}Key")]
            more = listed.findtext("{*}NextContinuationToken") or ""
            if not more:
                return [each.removeprefix(prefix) for each in found]

    def _place(self, conversation_id: str, name: str, small: bool = False) -> str:
        if not name.isascii() or not name.isalnum():
            raise FileNotFoundError(name)
        return self._prefix(conversation_id) + (name + _SMALL if small else name)

    def _prefix(self, conversation_id: str) -> str:
        return f"{self._folder}{hashlib.sha256(conversation_id.encode()).hexdigest()}/"

    def _ask(
        self, method: str, place: str, body: bytes = b"", query: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Tried once more where the connection fails: each of these may be done twice. Raises ``FileNotFoundError``,
        ``OutOfReach``."""
        path = f"/{self._bucket}/{place}" if place else f"/{self._bucket}"
        for last in (False, True):
            headers = signed(
                method,
                self._host,
                path,
                query or {},
                body,
                **self._key,
                region=self._region,
                at=datetime.now(timezone.utc),
            )
            address = f"{self._url}{path}" + (f"?{encoded(query)}" if query else "")
            try:
                answer = self._connected().request(method, address, headers=headers, content=body)
            except httpx.HTTPError as problem:
                if last:
                    raise OutOfReach(f"the file store cannot be reached ({type(problem).__name__})") from None
                continue
            if answer.status_code == httpx.codes.NOT_FOUND and method == "GET" and place:
                raise FileNotFoundError(place)
            if answer.is_success or (method == "DELETE" and answer.status_code == httpx.codes.NOT_FOUND):
                return answer
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR or last:
                raise OutOfReach(f"the file store answered {answer.status_code}{_code(answer)}")
        raise AssertionError("the last try has ended")

    def _connected(self) -> Any:
        if self._client is None:  # not before it is needed: reading the certificates takes a while
            self._client = httpx.Client(timeout=SECONDS)
        return self._client


def _code(answer: httpx.Response) -> str:
    """Such as SignatureDoesNotMatch, AccessDenied, NoSuchBucket: what an operator has to know."""
    read = _read(answer)
    code = (read.findtext("{*}Code") or read.findtext("Code") or "") if read is not None else ""
    return f" ({code})" if code.isalnum() else ""


def _read(answer: httpx.Response) -> ElementTree.Element | None:
    try:
        return ElementTree.fromstring(answer.content)  # noqa: S314 - of the house's own store, and expat bounds entities
    except ElementTree.ParseError:
        return None
