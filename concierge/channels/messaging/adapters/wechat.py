"""WeChat, for a service account, in safe mode: only there is a delivery's text signed.

developers.weixin.qq.com/doc/service: guide/product/kf, api/customer/message (sendcustommessage, typing),
api/base/api_getstableaccesstoken.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NoReturn
from urllib.parse import urlencode

from concierge.channels.messaging.adapter import Adapter, dig, moment, place_at, text_at
from concierge.channels.messaging.adapters.wechat_accounts import Accounts
from concierge.channels.messaging.adapters.wechat_envelope import ENCRYPTED, Envelope
from concierge.channels.messaging.adapters.wechat_errors import EXPIRED, problem_of
from concierge.channels.messaging.adapters.wechat_files import told_in
from concierge.channels.messaging.calling import Api, before_sending, named
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
    Standing,
    Variable,
    utf8,
)
from concierge.conversations.outbox_standing import LEFT
from concierge.files.content import LARGEST

_APP, _SECRET, _TOKEN = "CONCIERGE_WECHAT_APP_ID", "CONCIERGE_WECHAT_APP_SECRET", "CONCIERGE_WECHAT_TOKEN"
_KEY, _API = "CONCIERGE_WECHAT_AES_KEY", "CONCIERGE_WECHAT_API"
_KINDS = {
    "image": "photo",
    "voice": "voice message",
    "video": "video",
    "shortvideo": "video",
    "location": "location",
    "link": "attachment",
    "file": "file",
}
_WRITTEN, _FOLLOWED = 5, 3  # messages that WeChat takes of us to one of the customer's, and to their following us
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
    # Five messages to each of the customer's, within 48 hours: choices are one message, a menu to tap. A person who
    # comes to the conversation must find one left.
    limits = Limits(text=2048, unit=utf8, buttons=10, title=30, rate=20, window=timedelta(hours=48), kept=1)
    fetches = True
    typing_seconds = 15.0
    untold = (
        "WeChat takes no key for a second try, names no message of ours, and does not say that its record of "
        "conversations tells of what comes by the interface"
    )
    cannot = (
        "receipts",
        "more than five messages to one of the customer's, the last of them an advisor's",
    )
    answer = "success"

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._base = values[_API].rstrip("/")
        self._envelope = Envelope(values[_TOKEN], values[_KEY], values[_APP])
        self._access, self._access_until = "", 0.0
        self._accounts = Accounts()

    def handshake(self, delivery: Delivery) -> str | None:
        if delivery.method != "GET" or not self._envelope.signed(delivery, "signature"):
            return None
        return delivery.args.get("echostr", "")

    def verified(self, delivery: Delivery) -> bool:
        found = ENCRYPTED.search(delivery.body)
        return found is not None and self._envelope.signed(delivery, "msg_signature", found[1].decode())

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        message = self._envelope.fields(delivery)
        customer, kind = message.get("FromUserName", ""), message.get("MsgType", "")
        key = message.get("MsgId") or f"{customer}.{message.get('CreateTime', '')}.{message.get('Event', '')}"
        about: dict[str, Any] = {
            "channel": self.name,
            "key": key,
            "address": customer,
            "at": moment(message.get("CreateTime")),
            "details": {LEFT: _FOLLOWED if kind == "event" else _WRITTEN},
        }
        if kind == "text":
            text, choice = message.get("Content", ""), message.get("bizmsgmenuid", "")
            yield Incoming(**about, text=text, choice=choice)
        elif kind == "event" and message.get("Event") == "subscribe":
            yield Incoming(**about, opens=True)
        elif kind == "event" and message.get("Event") == "unsubscribe":
            yield Standing(self.name, customer, "blocked_by_customer")
        elif kind in _KINDS:
            sent = Attachment(
                _KINDS[kind],
                message.get("MediaId", ""),
                about=message.get("Label") or message.get("Title", ""),
                place=place_at(message.get("Location_X"), message.get("Location_Y")),
            )
            yield Incoming(**about, attachment=sent)

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        content: dict[str, Any] = {"msgtype": "text", "text": {"content": part.text}}
        if part.choices:
            listed = [{"id": each.reference, "content": each.title} for each in part.choices]
            content = {"msgtype": "msgmenu", "msgmenu": {"head_content": part.text, "list": listed, "tail_content": ""}}
        account = ""
        if part.author:
            account = await self._accounts.of(part.author, lambda: self._call(api, "customservice/getkflist", None))

        async def send(account: str) -> None:
            shown = {"customservice": {"kf_account": account}} if account else {}
            await self._call(api, "message/custom/send", {"touser": to.address, **content, **shown})

        await named(send, account)
        return [""]  # WeChat names no message of ours

    async def answers(self, api: Api, to: Outlet) -> None:
        await self._types(api, to.address)

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        if answering:
            await self._types(api, incoming.address)

    async def _types(self, api: Api, customer: str) -> None:
        await self._call(api, "message/custom/typing", {"touser": customer, "command": "Typing"})

    async def fetch(self, api: Api, source: str) -> bytes:
        """WeChat keeps it for three days."""
        query = urlencode({"access_token": await self._token(api), "media_id": source})
        content = await api.download(f"{self._base}/cgi-bin/media/get?{query}", LARGEST)
        told = told_in(content)
        if code := dig(told, "errcode"):
            self._refuse(code)
        video = text_at(told, "video_url")
        return await api.download(video, LARGEST) if video else content

    async def check(self, api: Api) -> list[str]:
        await self._token(api)
        return [] if self._envelope.has_key else [f"{_KEY} is not the EncodingAESKey: it has 43 letters and digits."]

    async def _call(self, api: Api, path: str, body: Mapping[str, Any] | None) -> Any:
        """The answer's JSON; without ``body`` it is only asked for."""
        with before_sending():
            params = {"access_token": await self._token(api)}
        url = f"{self._base}/cgi-bin/{path}"
        if body is None:
            answer = await api.get(url, params=params)
        else:
            # Not escaped: WeChat shows \u00e9 as it is written.
            data, headers = json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
            answer = await api.post(url, params=params, content=data, headers=headers)
        if code := dig(answer.body, "errcode"):
            self._refuse(code)
        if not answer.good:
            raise Refused(f"wechat_{answer.status}")
        return answer.body

    def _refuse(self, code: Any) -> NoReturn:
        if code in EXPIRED:
            self._access_until = 0.0
        raise problem_of(code)

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
