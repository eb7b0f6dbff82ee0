"""SMS, and WhatsApp, by Twilio.

twilio.com/docs/messaging/guides/webhook-request, /docs/usage/security, /docs/api/errors/63016,
/docs/whatsapp/api/typing-indicators-resource; the signature as in twilio/twilio-node,
examples/WebhookSignatureValidation.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from concierge.channels.messaging.adapter import (
    TELLS_WITHIN,
    Adapter,
    dig,
    objects_at,
    once_told,
    same,
    text_at,
    wa_me,
)
from concierge.channels.messaging.adapters.twilio_forms import content_of, known_template
from concierge.channels.messaging.adapters.twilio_inbound import REFERENCE, WHATSAPP, events_of
from concierge.channels.messaging.calling import Answer, Api
from concierge.channels.messaging.model import (
    Delivery,
    Event,
    Incoming,
    KnownTemplate,
    Limits,
    NotNow,
    Outlet,
    Part,
    Refused,
    Unclear,
    Variable,
)
from concierge.files.content import LARGEST

_ACCOUNT, _TOKEN = "CONCIERGE_TWILIO_ACCOUNT_SID", "CONCIERGE_TWILIO_AUTH_TOKEN"
_WEBHOOK, _API = "CONCIERGE_TWILIO_WEBHOOK", "CONCIERGE_TWILIO_API"
_CONTENT, _MESSAGING = "CONCIERGE_TWILIO_CONTENT_API", "CONCIERGE_TWILIO_MESSAGING_API"
_SHARED = (
    Variable(_ACCOUNT, "the account's SID"),
    Variable(_TOKEN, "the account's auth token, which also signs what Twilio delivers", secret=True),
    Variable(_WEBHOOK, "the webhook's public address, exactly as in Twilio's console: it is part of the signature"),
    Variable(_API, "Twilio's address", default="https://api.twilio.com"),
    Variable(_CONTENT, "where Twilio has templates", default="https://content.twilio.com"),
    Variable(_MESSAGING, "where Twilio shows that somebody writes", default="https://messaging.twilio.com"),
)
_MESSAGE_ID = re.compile(r"(?:SM|MM)\w+")
_CLOSED, _UNSUBSCRIBED, _TOO_FAST = 63016, 21610, {14107, 20429, 30001, 63018}


class TwilioAdapter(Adapter):
    webhook = "twilio"
    content_type = "text/xml; charset=utf-8"
    answer = "<Response/>"
    receipts = "sent, delivered"
    stop_stands = True
    once = once_told("a status")
    tells_within = TELLS_WITHIN
    fetches = True
    prefix: ClassVar[str] = ""

    def verified(self, delivery: Delivery) -> bool:
        # The form is read only as the pairs that are signed: whatever Twilio adds to it counts.
        address = self.values[_WEBHOOK] + (f"?{delivery.query}" if delivery.query else "")
        try:
            signed = address + "".join(name + value for name, value in sorted(delivery.form))
        except ValueError:
            return False
        digest = hmac.new(self.values[_TOKEN].encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
        return same(base64.b64encode(digest).decode(), delivery.headers.get("x-twilio-signature", ""))

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        yield from events_of(self.name, self.values[_ACCOUNT], self.prefix, delivery)

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        sender = self.values[self.variables[-1].name]
        service = sender.startswith("MG")  # a messaging service instead of a number
        answer = await self._call(
            api,
            "Messages",
            {
                "To": to.address,
                "MessagingServiceSid" if service else "From": sender if service else self.prefix + sender,
                **content_of(part),
                "StatusCallback": f"{self.values[_WEBHOOK]}?{urlencode({REFERENCE: part.reference})}",
            },
        )
        if not (sid := text_at(answer.body, "sid")):
            raise Unclear("no_id")
        return [sid]

    async def fetch(self, api: Api, source: str) -> bytes:
        """Twilio leads on to where the file is, which must not see our token: httpx leaves it out there."""
        if not source.startswith(f"{self.values[_API].rstrip('/')}/"):
            raise Refused("not_twilios")
        given = base64.b64encode(f"{self.values[_ACCOUNT]}:{self.values[_TOKEN]}".encode()).decode()
        return await api.download(source, LARGEST, headers={"Authorization": f"Basic {given}"})

    async def check(self, api: Api) -> list[str]:
        if not self.values[_WEBHOOK].endswith(f"/webhooks/messaging/{self.webhook}"):
            return [f"{_WEBHOOK} does not end with /webhooks/messaging/{self.webhook}."]
        answer = await self._call(api, "")
        state = text_at(answer.body, "status")
        return [] if state == "active" else [f"Twilio says that the account is {state or 'not known'}."]

    async def _call(self, api: Api, what: str, form: dict[str, str] | None = None) -> Answer:
        account = self.values[_ACCOUNT]
        path = "/".join(each for each in (account, what) if each)
        url = f"{self.values[_API].rstrip('/')}/2010-04-01/Accounts/{path}.json"
        auth = (account, self.values[_TOKEN])
        answer = await (api.get(url, auth=auth) if form is None else api.post(url, auth=auth, data=form))
        if answer.good:
            return answer
        code = dig(answer.body, "code")
        if code in _TOO_FAST:
            raise NotNow(f"too_fast ({code})")
        named: dict[Any, str] = {_CLOSED: "window_closed", _UNSUBSCRIBED: "unsubscribed"}
        raise Refused(named.get(code, f"twilio_{code or answer.status}"))


class TwilioSms(TwilioAdapter):
    name = "sms"
    title = "SMS by Twilio"
    variables = (*_SHARED, Variable("CONCIERGE_TWILIO_SMS_FROM", "the number, +…, or a messaging service, MG…"))
    limits = Limits(text=1600, rate=10)
    cannot = ("buttons: they are numbered", "an advisor's name beside each message", "typing")


class TwilioWhatsApp(TwilioAdapter):
    name = "twilio_whatsapp"
    title = "WhatsApp by Twilio"
    variables = (*_SHARED, Variable("CONCIERGE_TWILIO_WHATSAPP_FROM", "the number, +…, or a messaging service, MG…"))
    limits = Limits(text=1600, rate=40, window=timedelta(hours=24))
    receipts = "sent, delivered, read"
    templates = True
    cannot = (
        "buttons: they are numbered",
        "answers after the window but by approved templates",
        "an advisor's name beside each message",
    )
    fetched: ClassVar[Mapping[str, int]] = {
        "image/jpeg": 5_000_000,
        "image/png": 5_000_000,
        "application/pdf": 16_000_000,
    }
    prefix = WHATSAPP
    typing_seconds = 25.0

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        """Both at once: what is not being answered cannot be shown as read. A file's key has its number behind it."""
        message = incoming.key.partition(".")[0]
        if answering and _MESSAGE_ID.fullmatch(message):
            told = {"channel": "whatsapp", "messageId": message}
            url = f"{self.values[_MESSAGING].rstrip('/')}/v2/Indicators/Typing.json"
            await api.post(url, auth=(self.values[_ACCOUNT], self.values[_TOKEN]), data=told)

    async def known_templates(self, api: Api) -> Sequence[KnownTemplate] | None:
        """Of the Content API, with what WhatsApp has said to each; a page has a thousand."""
        base, auth = self.values[_CONTENT].rstrip("/"), (self.values[_ACCOUNT], self.values[_TOKEN])
        url, asked, found = f"{base}/v1/ContentAndApprovals?PageSize=1000", set[str](), list[KnownTemplate]()
        while url.startswith(f"{base}/") and url not in asked:  # the token goes nowhere else
            asked.add(url)
            answer = await api.get(url, auth=auth)
            if not answer.good:
                raise Refused(f"twilio_{answer.status}")
            found += [known_template(each) for each in objects_at(answer.body, "contents")]
            url = text_at(answer.body, "meta", "next_page_url")
        return found

    def way_in(self, ticket: str, words: str) -> str:
        number = self.values[self.variables[-1].name]
        return wa_me(number, words) if number.startswith("+") else ""
