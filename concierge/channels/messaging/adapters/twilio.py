"""SMS, and WhatsApp, by Twilio.

twilio.com/docs/messaging/guides/webhook-request, /docs/usage/security, /docs/api/errors/63016; the signature as in
twilio/twilio-node, examples/WebhookSignatureValidation.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from concierge.channels.intake import visible
from concierge.channels.messaging.adapter import Adapter, dig, moment, same, text_at
from concierge.channels.messaging.calling import Answer, Api
from concierge.channels.messaging.model import (
    Attachment,
    Delivery,
    Event,
    Incoming,
    Limits,
    NotNow,
    Outlet,
    Part,
    Receipt,
    Refused,
    Unclear,
    Variable,
)

_ACCOUNT, _TOKEN = "CONCIERGE_TWILIO_ACCOUNT_SID", "CONCIERGE_TWILIO_AUTH_TOKEN"
_WEBHOOK, _API = "CONCIERGE_TWILIO_WEBHOOK", "CONCIERGE_TWILIO_API"
_SHARED = (
    Variable(_ACCOUNT, "the account's SID"),
    Variable(_TOKEN, "the account's auth token, which also signs what Twilio delivers", secret=True),
    Variable(_WEBHOOK, "the webhook's public address, exactly as in Twilio's console: it is part of the signature"),
    Variable(_API, "Twilio's address", default="https://api.twilio.com"),
)
_STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "undelivered": "failed", "failed": "failed"}
_CLOSED, _UNSUBSCRIBED, _TOO_FAST = 63016, 21610, {14107, 20429, 30001, 63018}
_WHATSAPP = "whatsapp:"
_REFERENCE = "ref"  # in the address that Twilio calls with what became of a message


class TwilioAdapter(Adapter):
    webhook = "twilio"
    content_type = "text/xml; charset=utf-8"
    answer = "<Response/>"
    receipts = "sent, delivered"
    once = "once: a status tells of a message whose answer was lost"
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
        form = {name: visible(value) for name, value in delivery.form}
        sid, sender = form.get("MessageSid", ""), form.get("From", "")
        ours = sender.startswith(_WHATSAPP) == bool(self.prefix) and form.get("AccountSid") == self.values[_ACCOUNT]
        if not ours or not sid:
            return
        if "MessageStatus" in form:
            state, error = _STATES.get(form["MessageStatus"]), form.get("ErrorCode", "")
            if state:
                reference = delivery.args.get(_REFERENCE, "")
                yield Receipt(self.name, state, sid, reference, error=f"twilio_{error}" if state == "failed" else "")
            return
        if form.get("OptOutType"):  # STOP, START and HELP, which Twilio answers as the law wants it
            return
        # Twilio tells no time; it delivers in order.
        about: dict[str, Any] = {"channel": self.name, "address": sender, "at": moment(None)}
        chosen = form.get("ButtonPayload") or form.get("ListId") or ""
        for number in range(min(int(form.get("NumMedia") or 0), 10)):
            kind = form.get(f"MediaContentType{number}", "")
            attachment = Attachment(_kind(kind), form.get(f"MediaUrl{number}", ""), kind)
            yield Incoming(**about, key=f"{sid}.{number}", attachment=attachment)
        if form.get("Body", "").strip() or not int(form.get("NumMedia") or 0):
            yield Incoming(**about, key=sid, text=form.get("Body", ""), order=1, choice=chosen)

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
                "Body": part.text,
                "StatusCallback": f"{self.values[_WEBHOOK]}?{urlencode({_REFERENCE: part.reference})}",
            },
        )
        if not (sid := text_at(answer.body, "sid")):
            raise Unclear("no_id")
        return [sid]

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
    cannot = ("buttons: they are numbered", "answers after the window", "an advisor's name beside each message")
    prefix = _WHATSAPP


def _kind(media_type: str) -> str:
    kinds = {"image": "photo", "audio": "voice message", "video": "video"}
    return kinds.get(media_type.partition("/")[0], "file" if media_type else "attachment")
