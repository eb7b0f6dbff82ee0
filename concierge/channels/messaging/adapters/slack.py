"""Slack: for staff who try the assistant, in a direct message to the house's app.

docs.slack.dev: Events API, verifying requests from Slack, chat.postMessage, Block Kit's button element.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from concierge.channels.messaging.adapter import Adapter, dig, fits, moment, objects_at, text_at
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
)

_TOKEN, _SECRET, _API = "CONCIERGE_SLACK_TOKEN", "CONCIERGE_SLACK_SIGNING_SECRET", "CONCIERGE_SLACK_API"
_FRESH_SECONDS = 300  # an older delivery is somebody's recording
_OURS = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"}
_LATER = {"fatal_error", "internal_error", "service_unavailable", "request_timeout"}
_TOKEN_PAUSE = 60.0  # seconds
_KINDS = {"image": "photo", "audio": "voice message", "video": "video"}


class Slack(Adapter):
    name = "slack"
    title = "Slack"
    webhook = "slack"
    variables = (
        Variable(_TOKEN, "the app's bot token, xoxb-…", secret=True),
        Variable(_SECRET, "the app's signing secret", secret=True),
        Variable(_API, "Slack's address", default="https://slack.com/api"),
    )
    # A section's text; an actions block of 25 elements; about one message a second in a channel, else 429.
    limits = Limits(text=3000, buttons=25, title=75, rate=10)
    once = "at least once: an answer that is lost may bring a message twice"
    cannot = ("receipts", "typing", "an advisor's name beside each message")

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._base = values[_API].rstrip("/")
        self._headers = {"Authorization": f"Bearer {values[_TOKEN]}"}

    def handshake(self, delivery: Delivery) -> str | None:
        """Slack signs its question, too."""
        if delivery.method != "POST" or _is_form(delivery) or not self.verified(delivery):
            return None
        try:
            asked = delivery.json.get("type") == "url_verification"
        except Unreadable:
            return None
        return text_at(delivery.json, "challenge") if asked else None

    def verified(self, delivery: Delivery) -> bool:
        sent_at = delivery.headers.get("x-slack-request-timestamp", "")
        fresh = sent_at.isascii() and sent_at.isdecimal() and abs(time.time() - int(sent_at[:15])) <= _FRESH_SECONDS
        given = delivery.headers.get("x-slack-signature", "")
        return fresh and fits(self.values[_SECRET], given, f"v0:{sent_at}:".encode() + delivery.body, prefix="v0=")

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        if _is_form(delivery):
            yield from self._tapped(_payload(delivery))
            return
        event = dig(delivery.json, "event")
        kind = text_at(event, "subtype")
        # "message_changed" and the like tell of what is in the log already; other bots, and we, are no customers.
        if dig(event, "type") != "message" or dig(event, "bot_id") or kind not in ("", "file_share"):
            return
        if dig(event, "channel_type") != "im":
            return
        key = text_at(delivery.json, "event_id")
        about: dict[str, Any] = {
            "channel": self.name,
            "address": text_at(event, "channel"),
            "at": moment(text_at(event, "ts")),
        }
        for number, file in enumerate(objects_at(event, "files")):
            media_type = text_at(file, "mimetype")
            sent = Attachment(_KINDS.get(media_type.partition("/")[0], "file"), text_at(file, "id"), media_type)
            yield Incoming(**about, key=f"{key}.{number}", attachment=sent)
        if text := text_at(event, "text"):
            yield Incoming(**about, key=key, order=1, text=_plain(text))

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        body: dict[str, Any] = {"channel": to.address, "text": _escaped(part.text), "unfurl_links": False}
        if part.choices:
            buttons = [
                {"type": "button", "action_id": each.reference, "value": each.reference, "text": _words(each.title)}
                for each in part.choices
            ]
            # The text stays: it is what notifications and screen readers have.
            body["blocks"] = [
                {"type": "section", "text": _words(part.text)},
                {"type": "actions", "elements": buttons},
            ]
        sent = await self._call(api, "chat.postMessage", body)
        return [f"{to.address}.{text_at(sent, 'ts')}"]

    async def check(self, api: Api) -> list[str]:
        await self._call(api, "auth.test", {})
        return []

    async def _call(self, api: Api, method: str, body: Mapping[str, Any]) -> Any:
        answer = await api.post(f"{self._base}/{method}", json=dict(body), headers=self._headers)
        if answer.good and dig(answer.body, "ok") is True:
            return answer.body
        error = text_at(answer.body, "error") or str(answer.status)
        if error in _OURS:
            raise NotNow(f"token_refused ({error})", _TOKEN_PAUSE, ours=True)
        if error in _LATER:
            raise Unclear(f"slack_{error}")
        raise Refused(f"slack_{error}")

    def _tapped(self, payload: dict[str, Any]) -> Iterator[Event]:
        action = dig(payload, "actions", 0)
        if dig(payload, "type") != "block_actions" or not action:
            return
        tapped_at = text_at(action, "action_ts")
        yield Incoming(
            self.name,
            f"{text_at(payload, 'container', 'message_ts')}.{tapped_at}",
            text_at(payload, "channel", "id"),
            moment(tapped_at),
            text=text_at(action, "text", "text"),
            choice=text_at(action, "value"),
        )


def _is_form(delivery: Delivery) -> bool:
    return delivery.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _payload(delivery: Delivery) -> dict[str, Any]:
    try:
        found = json.loads(dict(delivery.form).get("payload", ""))
    except (ValueError, RecursionError):
        raise Unreadable("no payload") from None
    return found if isinstance(found, dict) else {}


def _words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _escaped(text: str) -> str:
    """What Slack takes for mentions and links in a message's text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
