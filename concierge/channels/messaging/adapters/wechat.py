"""WeChat, for a service account, in safe mode: only there is a delivery's text signed.

developers.weixin.qq.com/doc/service: guide/product/kf, api/customer/message (sendcustommessage, typing),
api/base/api_getstableaccesstoken; the encryption as in wechatpy's source.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from concierge.channels.intake import visible
from concierge.channels.messaging.adapter import Adapter, dig, moment, same, text_at
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import (
    Attachment,
    Delivery,
    Event,
    Incoming,
    Limits,
    NotNow,
    Outlet,
    Part,
    Refused,
    Unclear,
    Unreadable,
    Variable,
    utf8,
)

_APP, _SECRET, _TOKEN = "CONCIERGE_WECHAT_APP_ID", "CONCIERGE_WECHAT_APP_SECRET", "CONCIERGE_WECHAT_TOKEN"
_KEY, _API = "CONCIERGE_WECHAT_AES_KEY", "CONCIERGE_WECHAT_API"
_ENCRYPTED = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/=]{1,200000})(?:\]\]>)?\s*</Encrypt>")
_BLOCK = 32  # bytes, to which the text is filled up
_KINDS = {
    "image": "photo",
    "voice": "voice message",
    "video": "video",
    "shortvideo": "video",
    "location": "location",
    "link": "attachment",
    "file": "file",
}
_EXPIRED, _WRONG, _BUSY, _TOO_FAST = {40001, 40014, 42001}, {40013, 40125, 40164}, {-1}, {45009, 45011}
_REFUSED = {45015: "window_closed", 45047: "quota_spent"}
_EARLY = 60.0  # seconds before its end that a token is asked for anew


class WeChat(Adapter):
    name = "wechat"
    title = "WeChat"
    webhook = "wechat"
    variables = (
        Variable(_APP, "the service account's AppID"),
        Variable(_SECRET, "its AppSecret", secret=True),
        Variable(_TOKEN, "the token of the server configuration", secret=True),
        Variable(_KEY, "its EncodingAESKey: 43 letters and digits", secret=True),
        Variable(_API, "WeChat's address", default="https://api.weixin.qq.com"),
    )
    # Five messages to each of the customer's, within 48 hours: choices are one message, a menu to tap.
    limits = Limits(text=2048, unit=utf8, buttons=10, title=30, rate=20, window=timedelta(hours=48))
    once = "at least once: an answer that is lost may bring a message twice"
    cannot = ("receipts", "more than five messages to one of the customer's", "an advisor's name beside each message")
    answer = "success"

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._base = values[_API].rstrip("/")
        try:
            self._key = base64.b64decode(f"{values[_KEY]}=")
        except ValueError:
            self._key = b""
        self._access, self._access_until = "", 0.0

    def handshake(self, delivery: Delivery) -> str | None:
        if delivery.method != "GET" or not self._signed(delivery, "signature"):
            return None
        return delivery.args.get("echostr", "")

    def verified(self, delivery: Delivery) -> bool:
        found = _ENCRYPTED.search(delivery.body)
        return found is not None and self._signed(delivery, "msg_signature", found[1].decode())

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        message = _fields(self._decrypted(delivery))
        customer, kind = message.get("FromUserName", ""), message.get("MsgType", "")
        key = message.get("MsgId") or f"{customer}.{message.get('CreateTime', '')}.{message.get('Event', '')}"
        about: dict[str, Any] = {
            "channel": self.name,
            "key": key,
            "address": customer,
            "at": moment(message.get("CreateTime")),
        }
        if kind == "text":
            text, choice = message.get("Content", ""), message.get("bizmsgmenuid", "")
            yield Incoming(**about, text=text, choice=choice)
        elif kind == "event" and message.get("Event") == "subscribe":
            yield Incoming(**about, opens=True)
        elif kind in _KINDS:
            yield Incoming(**about, attachment=Attachment(_KINDS[kind], message.get("MediaId", "")))

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        content: dict[str, Any] = {"msgtype": "text", "text": {"content": part.text}}
        if part.choices:
            listed = [{"id": each.reference, "content": each.title} for each in part.choices]
            content = {"msgtype": "msgmenu", "msgmenu": {"head_content": part.text, "list": listed, "tail_content": ""}}
        await self._call(api, "message/custom/send", {"touser": to.address, **content})
        return [""]  # WeChat names no message of ours

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        if answering:
            await self._call(api, "message/custom/typing", {"touser": incoming.address, "command": "Typing"})

    async def check(self, api: Api) -> list[str]:
        await self._token(api)
        key = len(self._key) == _BLOCK
        return [] if key else [f"{_KEY} is not the EncodingAESKey: it has 43 letters and digits."]

    async def _call(self, api: Api, path: str, body: Mapping[str, Any]) -> None:
        # Not escaped: WeChat shows \u00e9 as it is written.
        data = json.dumps(body, ensure_ascii=False).encode()
        params, headers = {"access_token": await self._token(api)}, {"Content-Type": "application/json"}
        answer = await api.post(f"{self._base}/cgi-bin/{path}", params=params, content=data, headers=headers)
        if code := dig(answer.body, "errcode"):
            if code in _EXPIRED:
                self._access_until = 0.0
            raise _problem(code)
        if not answer.good:
            raise Refused(f"wechat_{answer.status}")

    async def _token(self, api: Api) -> str:
        """The stable one: asked for by several processes, it is the same."""
        if time.monotonic() > self._access_until:
            asked = {"grant_type": "client_credential", "appid": self.values[_APP], "secret": self.values[_SECRET]}
            answer = await api.post(f"{self._base}/cgi-bin/stable_token", json=asked)
            self._access = text_at(answer.body, "access_token")
            if not self._access:
                raise NotNow(f"token_refused ({text_at(answer.body, 'errcode')})", 60.0, ours=True)
            seconds = dig(answer.body, "expires_in")
            self._access_until = time.monotonic() + (seconds if type(seconds) is int else 0) - _EARLY
        return self._access

    def _signed(self, delivery: Delivery, name: str, *more: str) -> bool:
        given = [self.values[_TOKEN], delivery.args.get("timestamp", ""), delivery.args.get("nonce", ""), *more]
        # Which algorithm is WeChat's word; its secret is the token.
        expected = hashlib.sha1("".join(sorted(given)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
        return bool(self.values[_TOKEN]) and same(expected, delivery.args.get(name, ""))

    def _decrypted(self, delivery: Delivery) -> bytes:
        """16 random bytes, the length, the XML, and the AppID, which must be ours. Raises ``Unreadable``."""
        found = _ENCRYPTED.search(delivery.body)
        try:
            data = base64.b64decode(found[1], validate=True) if found else b""
            decryptor = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).decryptor()
            plain = decryptor.update(data) + decryptor.finalize()
        except ValueError:
            raise Unreadable("not encrypted with our key") from None
        plain = plain[: -plain[-1]] if plain and 1 <= plain[-1] <= _BLOCK else b""
        end = 20 + int.from_bytes(plain[16:20], "big")
        if plain[end:] != self.values[_APP].encode():
            raise Unreadable("not for this account")
        return plain[20:end]


def _fields(xml: bytes) -> dict[str, str]:
    """Raises ``Unreadable``; also for declarations, which could make a small document a large one."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Unreadable("declarations in XML")
    try:
        return {each.tag: visible(each.text or "") for each in ET.fromstring(xml)}  # noqa: S314 - see above
    except (ET.ParseError, ValueError):
        raise Unreadable("no XML") from None


def _problem(code: Any) -> NotNow | Refused | Unclear:
    if code in _EXPIRED:
        return NotNow("token_expired", 0.5)
    if code in _WRONG:
        return NotNow(f"token_refused ({code})", 60.0, ours=True)
    if code in _TOO_FAST:
        return NotNow(f"too_fast ({code})", 30.0)
    return Unclear("wechat_busy") if code in _BUSY else Refused(_REFUSED.get(code, f"wechat_{code}"))
