"""Slack: for staff who try the assistant, in a direct message to the house's app.

docs.slack.dev: Events API, verifying requests from Slack, chat.postMessage, conversations.history, Block Kit's button.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from concierge.channels.messaging.adapter import Adapter, dig, fits, objects_at, text_at
from concierge.channels.messaging.adapters import slack_blocks
from concierge.channels.messaging.adapters.slack_inbound import events_of, is_form
from concierge.channels.messaging.calling import Api, before_sending, named
from concierge.channels.messaging.model import (
    Delivery,
    Enclosure,
    Event,
    Gallery,
    Limits,
    NotNow,
    Outlet,
    Part,
    Refused,
    Unclear,
    Unreadable,
    Variable,
)
from concierge.files.content import ENDINGS, LARGEST

_TOKEN, _SECRET, _API = "CONCIERGE_SLACK_TOKEN", "CONCIERGE_SLACK_SIGNING_SECRET", "CONCIERGE_SLACK_API"
_FRESH_SECONDS = 300  # an older delivery is somebody's recording
_NO_SCOPE = "missing_scope"
_OURS = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", _NO_SCOPE}
_LATER = {"fatal_error", "internal_error", "service_unavailable", "request_timeout"}
_TOKEN_PAUSE = 60.0  # seconds
_LATEST = 50  # messages of a conversation, among which one that was just sent must be


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
    # Of a message's 50 blocks a card has two.
    gallery = Gallery(cards=10, title=150, text=1000, buttons=10, button=75)
    limits = Limits(text=3000, buttons=25, title=75, gallery=gallery, rate=10)
    fetches = True
    uploads = dict.fromkeys(("image/jpeg", "image/png", "image/webp", "application/pdf"), 10_000_000)
    once = "once: the conversation's history tells, and is asked before a message is sent again"
    # Slack shows that somebody writes in threads alone (assistant.threads.setStatus), and answers stand in none.
    cannot = ("receipts", "typing: Slack has it in threads alone")

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._base = values[_API].rstrip("/")
        self._headers = {"Authorization": f"Bearer {values[_TOKEN]}"}

    def handshake(self, delivery: Delivery) -> str | None:
        """Slack signs its question, too."""
        if delivery.method != "POST" or is_form(delivery) or not self.verified(delivery):
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
        yield from events_of(self.name, delivery)

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        if to.again and (known := await self._sent_before(api, to.address, part.reference)):
            return [known]
        sent = await named(lambda name: self._deliver(api, to.address, part, name), part.author)
        return [f"{to.address}.{sent}"]

    async def _deliver(self, api: Api, channel: str, part: Part, name: str) -> str:
        """Its id. ``name``: of who says it, for which the app needs ``chat:write.customize``."""
        said_by = {"username": name} if name else {}
        try:
            if part.file:
                return await self._enclosed(api, channel, part.file, part.reference, said_by)
            # The text stays beside blocks: it is what notifications and screen readers have.
            text = "\n\n".join(each.words for each in part.cards) or part.text
            body: dict[str, Any] = {"channel": channel, "text": _escaped(text), "unfurl_links": False, **said_by}
            body["metadata"] = slack_blocks.metadata(part.reference)
            if shown := slack_blocks.blocks(part):
                body["blocks"] = shown
            return text_at(await self._call(api, "chat.postMessage", body), "ts")
        except NotNow as problem:
            if name and _NO_SCOPE in problem.code:
                raise Refused(f"slack_{_NO_SCOPE}") from None
            raise

    async def fetch(self, api: Api, source: str) -> bytes:
        """Needs ``files:read``; without it Slack answers with a page to log in at, which is no file that is kept."""
        found = await self._call(api, "files.info", {"file": source}, form=True)
        return await api.download(text_at(found, "file", "url_private"), LARGEST, headers=self._headers)

    async def check(self, api: Api) -> list[str]:
        await self._call(api, "auth.test", {})
        return []

    async def _sent_before(self, api: Api, channel: str, reference: str) -> str:
        """Our message's id, where the channel has it; ``im:history``, which the app has, is enough."""
        asked = {"channel": channel, "limit": str(_LATEST), "include_all_metadata": "true"}
        found = await self._call(api, "conversations.history", asked, form=True)
        sent_at = slack_blocks.found_in(objects_at(found, "messages"), reference)
        return f"{channel}.{sent_at}" if sent_at else ""

    async def _enclosed(
        self, api: Api, channel: str, file: Enclosure, reference: str, said_by: Mapping[str, str]
    ) -> str:
        """Its id, once it is in the channel. A file has no metadata: its name tells, and Slack shows the title."""
        about = {"filename": f"{reference}.{ENDINGS[file.media_type]}", "length": str(len(file.content))}
        with before_sending():
            asked = await self._call(api, "files.getUploadURLExternal", about, form=True)
            kept = await api.post(text_at(asked, "upload_url"), files={"file": file.form})
        if not kept.good:
            raise Refused(f"slack_upload_{kept.status}")
        known = {"id": text_at(asked, "file_id"), "title": file.title}
        shown = {"files": [known], "channel_id": channel, **said_by}
        await self._call(api, "files.completeUploadExternal", shown)
        return known["id"]

    async def _call(self, api: Api, method: str, body: Mapping[str, Any], form: bool = False) -> Any:
        sent: dict[str, Any] = {"data" if form else "json": dict(body)}
        answer = await api.post(f"{self._base}/{method}", headers=self._headers, **sent)
        if answer.good and dig(answer.body, "ok") is True:
            return answer.body
        error = text_at(answer.body, "error") or str(answer.status)
        if error in _OURS:
            raise NotNow(f"token_refused ({error})", _TOKEN_PAUSE, ours=True)
        if error in _LATER:
            raise Unclear(f"slack_{error}")
        raise Refused(f"slack_{error}")


def _escaped(text: str) -> str:
    """What Slack takes for mentions and links in a message's text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
