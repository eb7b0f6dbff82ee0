"""How WeChat signs and encrypts what it delivers in safe mode, as in wechatpy's source."""

from __future__ import annotations

import base64
import hashlib
import re
from xml.etree import ElementTree as ET

from concierge.channels.intake import visible
from concierge.channels.messaging.adapter import same
from concierge.channels.messaging.model import Delivery, Unreadable

ENCRYPTED = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/=]{1,200000})(?:\]\]>)?\s*</Encrypt>")
_BLOCK = 32  # bytes, to which the text is filled up


class Envelope:
    """Opens deliveries with an account's ``token``, ``key`` (EncodingAESKey) and ``app`` (AppID)."""

    def __init__(self, token: str, key: str, app: str) -> None:
        self._token, self._app = token, app
        try:
            self._key = base64.b64decode(f"{key}=")
        except ValueError:
            self._key = b""

    @property
    def has_key(self) -> bool:
        return len(self._key) == _BLOCK

    def signed(self, delivery: Delivery, name: str, *more: str) -> bool:
        """By the argument ``name`` of its address."""
        given = [self._token, delivery.args.get("timestamp", ""), delivery.args.get("nonce", ""), *more]
        # Which algorithm is WeChat's word; its secret is the token.
        expected = hashlib.sha1("".join(sorted(given)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
        return bool(self._token) and same(expected, delivery.args.get(name, ""))

    def fields(self, delivery: Delivery) -> dict[str, str]:
        """What is inside. Raises ``Unreadable``."""
        return fields_of(self._decrypted(delivery))

    def _decrypted(self, delivery: Delivery) -> bytes:
        """16 random bytes, the length, the XML, and the AppID, which must be ours. Raises ``Unreadable``."""
        # Seven megabytes of a front that reads this module whether or not WeChat is on.
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        found = ENCRYPTED.search(delivery.body)
        try:
            data = base64.b64decode(found[1], validate=True) if found else b""
            decryptor = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).decryptor()
            plain = decryptor.update(data) + decryptor.finalize()
        except ValueError:
            raise Unreadable("not encrypted with our key") from None
        plain = plain[: -plain[-1]] if plain and 1 <= plain[-1] <= _BLOCK else b""
        end = 20 + int.from_bytes(plain[16:20], "big")
        if plain[end:] != self._app.encode():
            raise Unreadable("not for this account")
        return plain[20:end]


def fields_of(xml: bytes) -> dict[str, str]:
    """Raises ``Unreadable``; also for declarations, which could make a small document a large one."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Unreadable("declarations in XML")
    try:
        return {each.tag: visible(each.text or "") for each in ET.fromstring(xml)}  # noqa: S314 - see above
    except (ET.ParseError, ValueError):
        raise Unreadable("no XML") from None
