"""The fakes of the providers. Shapes, limits, errors as in their public documentation: the adapters say where."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.channels.messaging.fake_mail import FakeMail
from tests.channels.messaging.provider import Call, Fake, Refusal, Sent

WEBHOOK = "https://house.example/webhooks/messaging"  # what operators entered at the providers


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class FakeTelegram(Fake):
    name = webhook = family = "telegram"
    token, secret = "123:bot", "telegram-secret"

    def environment(self, url: str) -> dict[str, str]:
        names = {"TOKEN": self.token, "SECRET": self.secret, "API": url}
        return {f"CONCIERGE_TELEGRAM_{name}": value for name, value in names.items()}

    def update(self, number: int, **event: Any) -> dict[str, Any]:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret, "Content-Type": "application/json"}
        return {"content": json.dumps({"update_id": number, **event}), "headers": headers}

    def message(self, customer: str, number: int, at: float | None = None, **content: Any) -> dict[str, Any]:
        chat = {"id": int(customer), "type": "private"}
        sender = {"id": int(customer), "is_bot": False, "first_name": "A", "language_code": "en"}
        return {"message_id": number, "date": int(at or time.time()), "chat": chat, "from": sender, **content}

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        return self.update(number, message=self.message(customer, number, at, text=text))

    def photo(self, customer: str, number: int) -> dict[str, Any]:
        sizes = [{"file_id": f"{size}-{number}", "width": size, "height": size} for size in (90, 800)]
        return self.update(number, message=self.message(customer, number, photo=sizes))

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        title, data = choice
        shown = {"inline_keyboard": [[{"text": title, "callback_data": data}]]}
        message = self.message(customer, number, text="…", reply_markup=shown)
        query = {"id": f"q{number}", "from": message["from"], "message": message, "data": data}
        return self.update(number, callback_query=query)

    def is_send(self, call: Call) -> bool:
        return call.path.endswith("/sendMessage")

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path.startswith(f"/file/bot{self.token}/"):
            return self.download(call.path.rpartition("/")[2])
        known, _, method = call.path.lstrip("/").partition("/")
        if known != f"bot{self.token}":
            raise Refusal(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        body = call.json
        if method == "getMe":
            return 200, {"ok": True, "result": {"id": 123, "is_bot": True, "username": "house_bot"}}
        if method == "getWebhookInfo":
            return 200, {"ok": True, "result": {"url": f"{WEBHOOK}/telegram", "pending_update_count": 0}}
        if method == "getFile":
            return 200, {"ok": True, "result": {"file_id": body["file_id"], "file_path": f"photos/{body['file_id']}"}}
        if method != "sendMessage":
            return 200, {"ok": True, "result": True}
        if body["chat_id"] == "403":
            raise Refusal(
                403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
            )
        self.demand(1 <= utf16(body["text"]) <= 4096, "Bad Request: message is too long")
        rows = body.get("reply_markup", {}).get("inline_keyboard", [])
        choices = [(button["text"], button["callback_data"]) for row in rows for button in row]
        self.demand(all(1 <= len(data.encode()) <= 64 for _, data in choices), "BUTTON_DATA_INVALID")
        sent = self.take(body["chat_id"], Sent(body["text"], choices, raw=body))
        return 200, {"ok": True, "result": {"message_id": self.count, "text": sent.text}}


def meta_error(code: int, status: int = 400) -> Refusal:
    return Refusal(status, {"error": {"message": "…", "type": "OAuthException", "code": code, "fbtrace_id": "A"}})


class FakeMeta(Fake):
    webhook, family = "meta", "graph"
    app_secret, verify_token, token, account = "meta-secret", "meta-verify", "", ""

    def meta_environment(self, url: str) -> dict[str, str]:
        names = {"APP_SECRET": self.app_secret, "VERIFY_TOKEN": self.verify_token}
        api = {"CONCIERGE_META_API": url} if self.family == "graph" else {}
        return {**{f"CONCIERGE_META_{name}": value for name, value in names.items()}, **api}

    def is_for(self, call: Call) -> bool:
        named = call.path.split("/")[1]
        return named == self.account or (named == "me" and call.headers.get("authorization") == f"Bearer {self.token}")

    def signed(self, body: Any, secret: str | None = None) -> dict[str, Any]:
        data = json.dumps(body).encode()
        digest = hmac.new((secret or self.app_secret).encode(), data, hashlib.sha256).hexdigest()
        return {"content": data, "headers": {"X-Hub-Signature-256": f"sha256={digest}"}}

    def authorised(self, call: Call) -> None:
        if call.headers.get("authorization") != f"Bearer {self.token}":
            raise meta_error(190, 401)


class FakeWhatsApp(FakeMeta):
    name = "whatsapp"
    token, account = "whatsapp-token", "106540352242922"

    def is_for(self, call: Call) -> bool:
        return super().is_for(call) or call.path.split("/")[1] in ("lookaside", "gone-1", *self.media)

    def environment(self, url: str) -> dict[str, str]:
        self.url = url
        own = {"TOKEN": self.token, "PHONE_ID": self.account}
        found = {f"CONCIERGE_WHATSAPP_{name}": value for name, value in own.items()}
        return {**found, **self.meta_environment(url)}

    def value(self, **content: Any) -> dict[str, Any]:
        metadata = {"display_phone_number": "15550783881", "phone_number_id": self.account}
        return {"messaging_product": "whatsapp", "metadata": metadata, **content}

    def batch(self, *values: dict[str, Any]) -> dict[str, Any]:
        changes = [{"field": "messages", "value": value} for value in values]
        return self.signed({"object": "whatsapp_business_account", "entry": [{"id": "WABA", "changes": changes}]})

    def message(self, customer: str, number: int, at: float | None = None, **content: Any) -> dict[str, Any]:
        return {"from": customer, "id": f"wamid.{number}", "timestamp": str(int(at or time.time())), **content}

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        message = self.message(customer, number, at, type="text", text={"body": text})
        return self.batch(self.value(messages=[message]))

    def photo(self, customer: str, number: int) -> dict[str, Any]:
        image = {"id": f"media-{number}", "mime_type": "image/jpeg", "sha256": "…"}
        return self.batch(self.value(messages=[self.message(customer, number, type="image", image=image)]))

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        title, data = choice
        reply = {"type": "button_reply", "button_reply": {"id": data, "title": title}}
        message = self.message(customer, number, type="interactive", interactive=reply)
        return self.batch(self.value(messages=[message]))

    def status(self, sent: Sent, status: str, **more: Any) -> dict[str, Any]:
        told = {"id": sent.id, "status": status, "timestamp": str(int(time.time())), **more}
        return self.batch(self.value(statuses=[{**told, "biz_opaque_callback_data": sent.reference}]))

    def is_send(self, call: Call) -> bool:
        return call.method == "POST" and call.json.get("recipient_type") == "individual"

    def answer(self, call: Call) -> tuple[int, Any]:
        self.authorised(call)
        if call.path.startswith("/lookaside/"):
            return self.download(call.path.rpartition("/")[2])
        if call.method == "GET" and call.path.lstrip("/") in self.media:
            return 200, {"url": f"{self.url}/lookaside{call.path}", "messaging_product": "whatsapp"}
        if call.method == "GET" and not call.path.startswith(f"/{self.account}"):
            raise meta_error(100)
        if call.method == "GET":
            return 200, {"id": self.account, "display_phone_number": "15550783881", "quality_rating": "GREEN"}
        body = call.json
        if call.path != f"/{self.account}/messages":
            raise meta_error(100)
        self.demand(body["messaging_product"] == "whatsapp", "(#100) messaging_product")
        if body.get("status") == "read":
            return 200, {"success": True}
        customer = body.get("to") or body["recipient"]
        self.demand(("." in customer) == ("recipient" in body), "a scoped id in 'to' is lost")
        self.demand(len(body.get("biz_opaque_callback_data", "")) <= 512, "(#100) biz_opaque_callback_data")
        if customer == "131047":
            raise meta_error(131047)
        text, choices = self._content(body)
        sent = self.take(customer, Sent(text, choices, reference=body["biz_opaque_callback_data"], raw=body))
        sent.id = f"wamid.out.{self.count}"
        contacts = [{"input": customer, "wa_id": customer}]
        return 200, {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": sent.id}]}

    def _content(self, body: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
        if body["type"] == "text":
            text = body["text"]["body"]
            self.demand(1 <= len(text) <= 4096, "(#100) Param text['body'] must be at most 4096 characters long.")
            return text, []
        shown = body["interactive"]
        self.demand(1 <= len(shown["body"]["text"]) <= 1024, "(#131009) body too long")
        if shown["type"] == "button":
            replies = [button["reply"] for button in shown["action"]["buttons"]]
            self.demand(1 <= len(replies) <= 3, "(#131009) Button count")
            self.demand(all(1 <= len(each["title"]) <= 20 for each in replies), "(#131009) Button title length")
        else:
            replies = [row for section in shown["action"]["sections"] for row in section["rows"]]
            self.demand(1 <= len(replies) <= 10, "(#131009) Total row count")
            self.demand(all(1 <= len(each["title"]) <= 24 for each in replies), "(#131009) Row title length")
            self.demand(1 <= len(shown["action"]["button"]) <= 20, "(#131009) Button label length")
        choices = [(each["title"], each["id"]) for each in replies]
        self.demand(len({title for title, _ in choices}) == len(choices), "(#131009) Duplicate titles")
        return shown["body"]["text"], choices


class FakeMessenger(FakeMeta):
    name, object = "messenger", "page"
    token, account = "page-token", "1122334455"
    variable = "PAGE_ID"
    limit, tagged = 2000, True

    def environment(self, url: str) -> dict[str, str]:
        own = {"TOKEN": self.token, self.variable: self.account}
        found = {f"CONCIERGE_{self.name.upper()}_{name}": value for name, value in own.items()}
        return {**found, **self.meta_environment(url)}

    def batch(self, *events: dict[str, Any], secret: str | None = None) -> dict[str, Any]:
        entry = {"id": self.account, "time": int(time.time() * 1000), "messaging": list(events)}
        return self.signed({"object": self.object, "entry": [entry]}, secret)

    def event(self, customer: str, at: float | None = None, **content: Any) -> dict[str, Any]:
        ends = {"sender": {"id": customer}, "recipient": {"id": self.account}}
        return {**ends, "timestamp": int((at or time.time()) * 1000), **content}

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        return self.batch(self.event(customer, at, message={"mid": f"m_{number}", "text": text}))

    def photo(self, customer: str, number: int) -> dict[str, Any]:
        attachments = [{"type": "image", "payload": {"url": "https://cdn.example/1.jpg"}}]
        return self.batch(self.event(customer, message={"mid": f"m_{number}", "attachments": attachments}))

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        title, data = choice
        message = {"mid": f"m_{number}", "text": title, "quick_reply": {"payload": data}}
        return self.batch(self.event(customer, message=message))

    def echo(self, customer: str, sent: Sent) -> dict[str, Any]:
        message = {"mid": sent.id, "is_echo": True, "app_id": 1, "text": sent.text, "metadata": sent.reference}
        ends = {"sender": {"id": self.account}, "recipient": {"id": customer}}
        return self.batch({**ends, "timestamp": int(time.time() * 1000), "message": message})

    def is_send(self, call: Call) -> bool:
        return call.method == "POST" and "message" in call.json

    def answer(self, call: Call) -> tuple[int, Any]:
        self.authorised(call)
        if call.path == "/me":
            return 200, {"id": self.account, "user_id": self.account}
        body, customer = call.json, call.json["recipient"]["id"]
        if "sender_action" in body:
            self.demand("message" not in body, "(#100) a sender action goes alone")
            return 200, {"recipient_id": customer}
        message = body["message"]
        self.demand(1 <= self.length(message["text"]) <= self.limit, "(#100) Length of param message[text]")
        self.demand(body["messaging_type"] == "RESPONSE" or body.get("tag") == "HUMAN_AGENT", "(#100) messaging_type")
        choices = [(each["title"], each["payload"]) for each in message.get("quick_replies", [])]
        self.demand(len(choices) <= 13 and all(len(title) <= 20 for title, _ in choices), "(#100) quick_replies")
        sent = self.take(customer, Sent(message["text"], choices, reference=message.get("metadata", ""), raw=body))
        return 200, {"recipient_id": customer, "message_id": sent.id}

    def length(self, text: str) -> int:
        return len(text)


class FakeInstagram(FakeMessenger):
    name = object = family = "instagram"
    token, account, variable, limit = "instagram-token", "17841400000000000", "ID", 1000
    own_secret = "instagram-secret"

    def environment(self, url: str) -> dict[str, str]:
        own = {"CONCIERGE_INSTAGRAM_APP_SECRET": self.own_secret, "CONCIERGE_INSTAGRAM_API": url}
        return {**super().environment(url), **own}

    def signed(self, body: Any, secret: str | None = None) -> dict[str, Any]:
        return super().signed(body, secret or self.own_secret)

    def length(self, text: str) -> int:
        return len(text.encode())


class FakeLine(Fake):
    name = webhook = family = "line"
    token, secret = "line-token", "line-secret"

    def __init__(self) -> None:
        super().__init__()
        self.reply_tokens: dict[str, str] = {}  # those that are good still, and whose they are
        self.keys: set[str] = set()
        self.pushed = 0

    def environment(self, url: str) -> dict[str, str]:
        names = {"TOKEN": self.token, "SECRET": self.secret, "API": url}
        return {f"CONCIERGE_LINE_{name}": value for name, value in names.items()}

    def batch(self, *events: dict[str, Any]) -> dict[str, Any]:
        data = json.dumps({"destination": "Uhouse", "events": list(events)}).encode()
        digest = base64.b64encode(hmac.new(self.secret.encode(), data, hashlib.sha256).digest()).decode()
        return {"content": data, "headers": {"X-Line-Signature": digest}}

    def event(self, customer: str, number: int, at: float | None = None, **content: Any) -> dict[str, Any]:
        token = f"reply-{number}"
        self.reply_tokens[token] = customer
        return {
            "mode": "active",
            "timestamp": int((at or time.time()) * 1000),
            "webhookEventId": f"01J{number}",
            "deliveryContext": {"isRedelivery": False},
            "replyToken": token,
            "source": {"type": "user", "userId": customer},
            **content,
        }

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        message = {"id": str(number), "type": "text", "text": text, "markAsReadToken": f"read-{number}"}
        return self.batch(self.event(customer, number, at, type="message", message=message))

    def photo(self, customer: str, number: int) -> dict[str, Any]:
        message = {"id": str(number), "type": "image", "contentProvider": {"type": "line"}}
        return self.batch(self.event(customer, number, type="message", message=message))

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        return self.batch(self.event(customer, number, type="postback", postback={"data": choice[1]}))

    def is_send(self, call: Call) -> bool:
        return call.path.startswith("/v2/bot/message/")

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.headers.get("authorization") != f"Bearer {self.token}":
            raise Refusal(401, {"message": "Authentication failed"})
        if call.path.endswith("/webhook/endpoint"):
            return 200, {"endpoint": f"{WEBHOOK}/line", "active": True}
        if not self.is_send(call):
            return 200, {}
        body, key = call.json, call.headers.get("x-line-retry-key", "")
        self.demand(1 <= len(body["messages"]) <= 5, "messages: size must be between 1 and 5")
        for message in body["messages"]:
            self._check(message)
        if call.path.endswith("/reply"):
            self.demand(not key, "X-Line-Retry-Key is not supported here")
            if body["replyToken"] not in self.reply_tokens:
                raise Refusal(400, {"message": "Invalid reply token"})
            customer = self.reply_tokens.pop(body["replyToken"])
        else:
            customer = body["to"]
            self.demand(key, "pushed without a retry key")
            if key in self.keys:
                raise Refusal(409, {"message": "The retry key is already accepted", "sentMessages": []})
            self.keys.add(key)
            self.pushed += len(body["messages"])
        taken = [self.take(customer, self._sent(message)) for message in body["messages"]]
        return 200, {"sentMessages": [{"id": sent.id} for sent in taken]}

    def _check(self, message: dict[str, Any]) -> None:
        self.demand(message["type"] == "text" and 1 <= utf16(message["text"]) <= 5000, "text: length")
        self.demand(len(message.get("sender", {}).get("name", "")) <= 20, "sender/name: length")
        items = message.get("quickReply", {}).get("items", [])
        self.demand(len(items) <= 13, "quickReply/items: size")
        self.demand(all(1 <= len(each["action"]["label"]) <= 20 for each in items), "action/label: length")
        self.demand(all(len(each["action"]["data"]) <= 300 for each in items), "action/data: length")

    def _sent(self, message: dict[str, Any]) -> Sent:
        items = [each["action"] for each in message.get("quickReply", {}).get("items", [])]
        author = message.get("sender", {}).get("name", "")
        return Sent(message["text"], [(each["label"], each["data"]) for each in items], author, raw=message)


class FakeTwilio(Fake):
    name, webhook, family, prefix, variable = "sms", "twilio", "twilio", "", "SMS_FROM"
    buttons = False
    account, token, number = "AC0123456789", "twilio-token", "+15550001111"

    def environment(self, url: str) -> dict[str, str]:
        names = {"ACCOUNT_SID": self.account, "AUTH_TOKEN": self.token, "API": url, "WEBHOOK": f"{WEBHOOK}/twilio"}
        return {f"CONCIERGE_TWILIO_{name}": value for name, value in {**names, self.variable: self.number}.items()}

    def form(self, form: dict[str, str], query: str = "") -> dict[str, Any]:
        url = f"{WEBHOOK}/twilio" + (f"?{query}" if query else "")
        signed = url + "".join(name + value for name, value in sorted(form.items()))
        digest = base64.b64encode(hmac.new(self.token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
        headers = {"X-Twilio-Signature": digest, "Content-Type": "application/x-www-form-urlencoded"}
        return {"content": urlencode(form), "headers": headers, **({"params": dict(parse_qsl(query))} if query else {})}

    def message(self, customer: str, number: int, **more: str) -> dict[str, Any]:
        ends = {"From": self.prefix + customer, "To": self.prefix + self.number, "AccountSid": self.account}
        return self.form({**ends, "MessageSid": f"SM{number}", "NumMedia": "0", "Body": "", **more})

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        return self.message(customer, number, Body=text)

    def photo(self, customer: str, number: int) -> dict[str, Any]:
        media = {"MediaUrl0": "https://api.twilio.com/media/1", "MediaContentType0": "image/jpeg"}
        return self.message(customer, number, NumMedia="1", **media)

    def status(self, customer: str, sent: Sent, status: str) -> dict[str, Any]:
        told = {"From": self.prefix + self.number, "To": customer, "AccountSid": self.account, "MessageSid": sent.id}
        return self.form({**told, "MessageStatus": status}, sent.reference)

    def is_for(self, call: Call) -> bool:
        to = dict(parse_qsl(call.body.decode())).get("To", self.prefix)
        return to.startswith("whatsapp:") == bool(self.prefix)

    def answer(self, call: Call) -> tuple[int, Any]:
        given = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {given}":
            raise Refusal(401, {"code": 20003, "status": 401})
        if call.path == f"/2010-04-01/Accounts/{self.account}.json":
            return 200, {"sid": self.account, "status": "active"}
        form = dict(parse_qsl(call.body.decode()))
        self.demand(
            1 <= len(form["Body"]) <= 1600, "The concatenated message body exceeds the limit", body={"code": 21617}
        )
        self.demand(form["From"] == self.prefix + self.number, "From", body={"code": 21606})
        self.demand(form["To"].startswith(self.prefix), "To", body={"code": 21211})
        reference = form["StatusCallback"].partition("?")[2]
        sent = self.take(form["To"].removeprefix(self.prefix), Sent(form["Body"], reference=reference, raw=form))
        return 201, {"sid": sent.id, "status": "queued"}


class FakeTwilioWhatsApp(FakeTwilio):
    name, prefix, variable = "twilio_whatsapp", "whatsapp:", "WHATSAPP_FROM"

    def address_of(self, customer: str) -> str:
        return f"whatsapp:{customer}"


class FakeSlack(Fake):
    name = webhook = family = "slack"
    token, secret = "xoxb-token", "slack-secret"

    def environment(self, url: str) -> dict[str, str]:
        names = {"TOKEN": self.token, "SIGNING_SECRET": self.secret, "API": url}
        return {f"CONCIERGE_SLACK_{name}": value for name, value in names.items()}

    def signed(self, body: Any, at: float | None = None, kind: str = "application/json") -> dict[str, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int(at or time.time()))
        digest = hmac.new(self.secret.encode(), f"v0:{stamp}:".encode() + data, hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}
        return {"content": data, "headers": headers}

    def event(self, customer: str, number: int, at: float | None = None, **content: Any) -> dict[str, Any]:
        about = {"type": "message", "channel_type": "im", "channel": customer, "user": "U1"}
        event = {**about, "ts": f"{at or time.time():.6f}", **content}
        return self.signed({"type": "event_callback", "event_id": f"Ev{number}", "event": event})

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        return self.event(customer, number, at, text=text)

    def photo(self, customer: str, number: int) -> dict[str, Any]:
        files = [{"id": f"F{number}", "mimetype": "image/jpeg"}]
        return self.event(customer, number, subtype="file_share", text="", files=files)

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        title, data = choice
        action = {"type": "button", "value": data, "action_ts": f"{time.time():.6f}", "text": {"text": title}}
        ends = {"channel": {"id": customer}, "user": {"id": "U1"}, "container": {"message_ts": f"{number}.1"}}
        payload = {"type": "block_actions", **ends, "actions": [action]}
        return self.signed(
            urlencode({"payload": json.dumps(payload)}).encode(), kind="application/x-www-form-urlencoded"
        )

    def is_send(self, call: Call) -> bool:
        return call.path == "/chat.postMessage"

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.headers.get("authorization") != f"Bearer {self.token}":
            return 200, {"ok": False, "error": "invalid_auth"}
        if not self.is_send(call):
            return 200, {"ok": True, "user_id": "U0"}
        body = call.json
        blocks = body.get("blocks", [])
        self.demand(body["text"], "no_text", 200, {"ok": False, "error": "no_text"})
        wrong = {"ok": False, "error": "invalid_blocks"}
        sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
        self.demand(all(1 <= len(text) <= 3000 for text in sections), "section: 3000", 200, wrong)
        buttons = [button for block in blocks if block["type"] == "actions" for button in block["elements"]]
        self.demand(len(buttons) <= 25, "actions: 25 elements", 200, wrong)
        self.demand(all(1 <= len(each["text"]["text"]) <= 75 for each in buttons), "button: 75", 200, wrong)
        choices = [(each["text"]["text"], each["value"]) for each in buttons]
        shown = body["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        sent = self.take(body["channel"], Sent(shown, choices, raw=body))
        return 200, {"ok": True, "channel": body["channel"], "ts": f"{time.time():.6f}", "message": {"text": sent.text}}


class FakeWeChat(Fake):
    name = webhook = family = "wechat"
    app, secret, token, key = "wx0123456789abcdef", "wechat-secret", "wechat-token", "A" * 43

    def __init__(self) -> None:
        super().__init__()
        self.access = "access-1"

    def environment(self, url: str) -> dict[str, str]:
        names = {"APP_ID": self.app, "APP_SECRET": self.secret, "TOKEN": self.token, "AES_KEY": self.key, "API": url}
        return {f"CONCIERGE_WECHAT_{name}": value for name, value in names.items()}

    def query(self, name: str, *more: str) -> dict[str, str]:
        found = {"timestamp": str(int(time.time())), "nonce": "42"}
        signed = "".join(sorted([self.token, *found.values(), *more]))
        return {**found, name: hashlib.sha1(signed.encode()).hexdigest()}

    def encrypted(self, xml: bytes, app: str | None = None) -> dict[str, Any]:
        key = base64.b64decode(f"{self.key}=")
        plain = b"r" * 16 + len(xml).to_bytes(4, "big") + xml + (app or self.app).encode()
        fill = 32 - len(plain) % 32
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        data = base64.b64encode(encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()).decode()
        body = f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{data}]]></Encrypt></xml>"
        return {"content": body.encode(), "headers": {}, "params": self.query("msg_signature", data)}

    def message(self, customer: str, number: int, at: float | None = None, **fields: str) -> dict[str, Any]:
        about = {"ToUserName": "gh_1", "FromUserName": customer, "CreateTime": str(int(at or time.time()))}
        every = {**about, "MsgId": str(number), **fields}
        inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in every.items())
        return self.encrypted(f"<xml>{inner}</xml>".encode())

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        return self.message(customer, number, at, MsgType="text", Content=text)

    def photo(self, customer: str, number: int) -> dict[str, Any]:
        return self.message(customer, number, MsgType="image", MediaId="m1", PicUrl="http://mmbiz.example/1")

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        return self.message(customer, number, MsgType="text", Content=choice[0], bizmsgmenuid=choice[1])

    def is_send(self, call: Call) -> bool:
        return call.path.endswith("/custom/send")

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path == "/cgi-bin/stable_token":
            if call.json["secret"] != self.secret:
                return 200, {"errcode": 40125, "errmsg": "invalid appsecret"}
            return 200, {"access_token": self.access, "expires_in": 7200}
        if call.query.get("access_token") != self.access:
            return 200, {"errcode": 42001, "errmsg": "access_token expired"}
        if not self.is_send(call):
            return 200, {"errcode": 0, "errmsg": "ok"}
        self.demand(b"\\u" not in call.body, "escaped characters are shown as they are")
        body = call.json
        menu = body.get("msgmenu", {})
        text = menu["head_content"] if menu else body["text"]["content"]
        self.demand(1 <= len(text.encode()) <= 2048, "content: 2048 bytes", 200, {"errcode": 45002})
        choices = [(each["content"], each["id"]) for each in menu.get("list", [])]
        self.take(body["touser"], Sent(text, choices, raw=body))
        return 200, {"errcode": 0, "errmsg": "ok"}


ALL = (
    FakeTelegram,
    FakeWhatsApp,
    FakeMessenger,
    FakeInstagram,
    FakeLine,
    FakeTwilio,
    FakeTwilioWhatsApp,
    FakeSlack,
    FakeWeChat,
    FakeMail,
)
