"""The fakes of the providers. Shapes, limits, errors as in their public documentation: the adapters say where."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from concierge.channels.messaging.adapter import Adapter
from tests.channels.messaging.fake_apple import FakeApple
from tests.channels.messaging.fake_callback import FakeCallback
from tests.channels.messaging.fake_mail import FakeMail
from tests.channels.messaging.provider import AS_MP4, Call, Fake, Refusal, Sent, delivery_of, fields_of
from tests.files.movies import movie

WEBHOOK = "https://house.example/webhooks/messaging"  # what operators entered at the providers


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class FakeTelegram(Fake):
    name = webhook = family = "telegram"
    token, secret = "123:bot", "telegram-secret"

    def __init__(self) -> None:
        super().__init__()
        self.ids: dict[int, int] = {}  # of customers' messages: all private chats of the bot's are counted together

    def noted(self, adapter: Adapter, customer: str) -> dict[str, Any]:
        (incoming,) = adapter.parse(delivery_of(self.text(customer, "hello", -len(self.ids))))
        return {"key": incoming.key}

    def environment(self, url: str) -> dict[str, str]:
        names = {"TOKEN": self.token, "SECRET": self.secret, "API": url}
        return {f"CONCIERGE_TELEGRAM_{name}": value for name, value in names.items()}

    def update(self, number: int, **event: Any) -> dict[str, Any]:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret, "Content-Type": "application/json"}
        return {"content": json.dumps({"update_id": number, **event}), "headers": headers}

    def message(self, customer: str, number: int, at: float | None = None, **content: Any) -> dict[str, Any]:
        chat = {"id": int(customer), "type": "private"}
        sender = {"id": int(customer), "is_bot": False, "first_name": "A", "language_code": "en"}
        with self.lock:
            if number not in self.ids:
                self.count += 1
                self.ids[number] = self.count
        about = {"message_id": self.ids[number], "date": int(at or time.time()), "chat": chat, "from": sender}
        return {**about, **content}

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        return self.update(number, message=self.message(customer, number, at, text=text))

    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        if kind == "photo":
            sizes = [{"file_id": self.holds(f"{size}-{number}"), "width": size, "height": size} for size in (90, 800)]
            return self.update(number, message=self.message(customer, number, photo=sizes))
        file = {"file_id": self.holds(f"f-{number}", kind), "mime_type": self.sample(kind)[0]}
        name = {"voice message": "voice", "video": "video", "file": "document"}[kind]
        return self.update(number, message=self.message(customer, number, **{name: file}))

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        title, data = choice
        shown = {"inline_keyboard": [[{"text": title, "callback_data": data}]]}
        message = self.message(customer, number, text="…", reply_markup=shown)
        query = {"id": f"q{number}", "from": message["from"], "message": message, "data": data}
        return self.update(number, callback_query=query)

    def expires(self) -> None:
        self.token = f"{self.token}-new"

    def is_send(self, call: Call) -> bool:
        return call.path.endswith(("/sendMessage", "/sendPhoto", "/sendDocument"))

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path.startswith(f"/file/bot{self.token}/"):
            return self.download(call.path.rpartition("/")[2])
        known, _, method = call.path.lstrip("/").partition("/")
        if known != f"bot{self.token}":
            raise Refusal(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        body, files = fields_of(call)
        if method == "getMe":
            return 200, {"ok": True, "result": {"id": 123, "is_bot": True, "username": "house_bot"}}
        if method == "getWebhookInfo":
            return 200, {"ok": True, "result": {"url": f"{WEBHOOK}/telegram", "pending_update_count": 0}}
        if method == "getFile":
            return 200, {"ok": True, "result": {"file_id": body["file_id"], "file_path": f"photos/{body['file_id']}"}}
        rows = body.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        choices = [(each["text"], each["callback_data"]) for each in buttons if "url" not in each]
        self.demand(all(1 <= len(data.encode()) <= 64 for _, data in choices), "BUTTON_DATA_INVALID")
        self.demand(all(len({"url", "callback_data"} & set(each)) == 1 for each in buttons), "BUTTON_TYPE_INVALID")
        self.demand(all(http(each.get("url", "https:")) for each in buttons), "BUTTON_URL_INVALID")
        if method == "sendPhoto" and not files:
            self.demand(http(body["photo"]), "Bad Request: wrong remote file identifier specified")
            self.demand(utf16(body.get("caption", "")) <= 1024, "Bad Request: message caption is too long")
            self.take(body["chat_id"], Sent(body["caption"], choices, raw=body))
            return 200, {"ok": True, "result": {"message_id": self.count}}
        if method in ("sendPhoto", "sendDocument"):
            file = files["photo" if method == "sendPhoto" else "document"]
            known = file[1] in ("image/jpeg", "image/png") and len(file[2]) <= 10_000_000
            self.demand(method == "sendDocument" or known, "Bad Request: IMAGE_PROCESS_FAILED")
            self.take(body["chat_id"], Sent("", raw=body, file=file))
            return 200, {"ok": True, "result": {"message_id": self.count}}
        if method == "editMessageReplyMarkup":
            return self.edited(body)
        if method != "sendMessage":
            return 200, {"ok": True, "result": True}
        if body["chat_id"] == "403":
            raise Refusal(
                403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
            )
        self.demand(1 <= utf16(body["text"]) <= 4096, "Bad Request: message is too long")
        sent = self.take(body["chat_id"], Sent(body["text"], choices, raw=body))
        return 200, {"ok": True, "result": {"message_id": self.count, "text": sent.text}}

    def edited(self, body: dict[str, Any]) -> tuple[int, Any]:
        """Of the bot's own messages in that chat alone, and not where nothing would change."""
        id = f"{self.name}-{body['message_id']}"
        known = next((each for each in self.taken.get(body["chat_id"], []) if each.id == id), None)
        why = "message is not modified: specified new message content and reply markup are exactly the same as …"
        if known is None:
            mine = body["message_id"] in self.ids.values()
            why = "message can't be edited" if mine else "message to edit not found"
        elif known.raw.get("reply_markup") != body.get("reply_markup"):
            self.demand(False, "another message was changed")
        raise Refusal(400, {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"})


def http(address: str) -> bool:
    return address.startswith(("http:", "https:"))


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

    def expires(self) -> None:
        self.token = f"{self.token}-new"

    def authorised(self, call: Call) -> None:
        if call.headers.get("authorization") != f"Bearer {self.token}":
            raise meta_error(190, 401)


class FakeWhatsApp(FakeMeta):
    name = "whatsapp"
    token, account, business = "whatsapp-token", "106540352242922", "102290129340398"

    def __init__(self) -> None:
        super().__init__()
        self.uploaded: dict[str, tuple[str, str, bytes]] = {}
        self.templates: list[dict[str, Any]] = []

    def is_for(self, call: Call) -> bool:
        return super().is_for(call) or call.path.split("/")[1] in ("lookaside", "gone-1", self.business, *self.media)

    def environment(self, url: str) -> dict[str, str]:
        self.url = url
        own = {"TOKEN": self.token, "PHONE_ID": self.account, "BUSINESS_ID": self.business}
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

    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        file = {"id": self.holds(f"media-{number}", kind), "mime_type": self.sample(kind)[0], "sha256": "…"}
        name = {"photo": "image", "voice message": "audio", "video": "video", "file": "document"}[kind]
        more = {"audio": {"voice": True}, "document": {"filename": "receipt.pdf"}}.get(name, {})
        return self.batch(self.value(messages=[self.message(customer, number, type=name, **{name: {**file, **more}})]))

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        title, data = choice
        reply = {"type": "button_reply", "button_reply": {"id": data, "title": title}}
        message = self.message(customer, number, type="interactive", interactive=reply)
        return self.batch(self.value(messages=[message]))

    def status(self, sent: Sent, status: str, **more: Any) -> dict[str, Any]:
        told = {"id": sent.id, "status": status, "timestamp": str(int(time.time())), **more}
        return self.batch(self.value(statuses=[{**told, "biz_opaque_callback_data": sent.reference}]))

    def is_send(self, call: Call) -> bool:
        return call.path.endswith("/messages") and call.json.get("recipient_type") == "individual"

    def answer(self, call: Call) -> tuple[int, Any]:
        self.authorised(call)
        if call.path.startswith("/lookaside/"):
            return self.download(call.path.rpartition("/")[2])
        if call.path == f"/{self.business}/message_templates":  # two to a page
            first = int(call.query.get("after", "0"))
            cursors = {"cursors": {"before": str(first), "after": str(first + 2)}}
            more = {"next": "https://graph…"} if len(self.templates) > first + 2 else {}
            return 200, {"data": self.templates[first : first + 2], "paging": {**cursors, **more}}
        if call.method == "GET" and call.path.lstrip("/") in self.media:
            return 200, {"url": f"{self.url}/lookaside{call.path}", "messaging_product": "whatsapp"}
        if call.method == "GET" and not call.path.startswith(f"/{self.account}"):
            raise meta_error(100)
        if call.method == "GET":
            return 200, {"id": self.account, "display_phone_number": "15550783881", "quality_rating": "GREEN"}
        body, files = fields_of(call)
        if call.path == f"/{self.account}/media":
            file = files["file"]
            self.demand(body == {"messaging_product": "whatsapp", "type": file[1]}, "(#100) type")
            largest = {"image/jpeg": 5_000_000, "image/png": 5_000_000, "application/pdf": 100_000_000}
            self.demand(len(file[2]) <= largest.get(file[1], 0), "(#131053) Media upload error")
            self.uploaded[f"up-{len(self.uploaded)}"] = file
            return 200, {"id": f"up-{len(self.uploaded) - 1}"}
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
        kind = body["type"]
        by_id = kind in ("image", "document") and "id" in body[kind]
        file = self.uploaded[body[kind]["id"]] if by_id else None
        self.demand(file is None or file[1].startswith("image/") == (kind == "image"), "(#131053) Media upload error")
        if kind == "document":
            self.demand(body[kind]["filename"] == file[0], "(#100) filename")
        text, choices = self._content(body) if file is None else ("", [])
        sent = self.take(customer, Sent(text, choices, reference=body["biz_opaque_callback_data"], raw=body, file=file))
        sent.id = f"wamid.out.{self.count}"
        contacts = [{"input": customer, "wa_id": customer}]
        return 200, {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": sent.id}]}

    def _content(self, body: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
        if body["type"] == "template":
            template = body["template"]
            self.demand(template["language"]["code"], "(#100) language")
            filled = [each["text"] for part in template["components"] for each in part["parameters"]]
            self.demand(all(filled), "(#131008) Required parameter is missing")
            return f"{template['name']}: {', '.join(filled)}", []
        if body["type"] == "image":
            self.demand(http(body["image"]["link"]) and len(body["image"]["caption"]) <= 1024, "(#131009) image")
            return body["image"]["caption"], []
        if body["type"] == "text":
            text = body["text"]["body"]
            self.demand(1 <= len(text) <= 4096, "(#100) Param text['body'] must be at most 4096 characters long.")
            return text, []
        shown = body["interactive"]
        self.demand(1 <= len(shown["body"]["text"]) <= 1024, "(#131009) body too long")
        header = shown.get("header", {"type": "image", "image": {"link": "https:"}})
        self.demand(header["type"] == "image" and http(header["image"]["link"]), "(#131009) header")
        if shown["type"] == "cta_url":
            self.demand(shown["action"]["name"] == "cta_url", "(#100) action")
            opens = shown["action"]["parameters"]
            self.demand(1 <= len(opens["display_text"]) <= 20 and http(opens["url"]), "(#131009) parameters")
            return shown["body"]["text"], []
        if shown["type"] == "button":
            replies = [button["reply"] for button in shown["action"]["buttons"]]
            self.demand(1 <= len(replies) <= 3, "(#131009) Button count")
            self.demand(all(1 <= len(each["title"]) <= 20 for each in replies), "(#131009) Button title length")
        else:
            replies = [row for section in shown["action"]["sections"] for row in section["rows"]]
            self.demand(1 <= len(replies) <= 10, "(#131009) Total row count")
            self.demand(all(1 <= len(each["title"]) <= 24 for each in replies), "(#131009) Row title length")
            self.demand(1 <= len(shown["action"]["button"]) <= 20, "(#131009) Button label length")
            self.demand(all(1 <= len(each.get("description", "-")) <= 72 for each in replies), "(#131009) description")
            self.demand("header" not in shown or header["type"] == "text", "(#131009) a list has a header of words")
        choices = [(each["title"], each["id"]) for each in replies]
        self.demand(len({title for title, _ in choices}) == len(choices), "(#131009) Duplicate titles")
        return shown["body"]["text"], choices


class FakeMessenger(FakeMeta):
    name, object = "messenger", "page"
    token, account = "page-token", "1122334455"
    variable = "PAGE_ID"
    limit, tagged = 2000, True

    def __init__(self) -> None:
        super().__init__()
        self.personas: dict[str, str] = {"8": "Somebody else"}

    def environment(self, url: str) -> dict[str, str]:
        own = {"TOKEN": self.token, self.variable: self.account}
        if self.name == "messenger":
            own["PICTURE"] = "https://house.example/advisor.jpg"
        found = {f"CONCIERGE_{self.name.upper()}_{name}": value for name, value in own.items()}
        self.url = url
        return {**found, **self.meta_environment(url)}

    def source(self, id: str) -> str:
        return f"{self.url}/{self.account}/cdn/{id}"

    def batch(self, *events: dict[str, Any], secret: str | None = None) -> dict[str, Any]:
        entry = {"id": self.account, "time": int(time.time() * 1000), "messaging": list(events)}
        return self.signed({"object": self.object, "entry": [entry]}, secret)

    def event(self, customer: str, at: float | None = None, **content: Any) -> dict[str, Any]:
        ends = {"sender": {"id": customer}, "recipient": {"id": self.account}}
        return {**ends, "timestamp": int((at or time.time()) * 1000), **content}

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        return self.batch(self.event(customer, at, message={"mid": f"m_{number}", "text": text}))

    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        name = {"photo": "image", "voice message": "audio"}.get(kind, kind)
        attachments = [{"type": name, "payload": {"url": self.holds(f"cdn-{number}", kind)}}]
        return self.batch(self.event(customer, message={"mid": f"m_{number}", "attachments": attachments}))

    def sample(self, kind: str) -> tuple[str, bytes]:
        return AS_MP4 if kind == "voice message" else super().sample(kind)

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        title, data = choice
        message = {"mid": f"m_{number}", "text": title, "quick_reply": {"payload": data}}
        return self.batch(self.event(customer, message=message))

    def echo(self, customer: str, sent: Sent) -> dict[str, Any]:
        message = {"mid": sent.id, "is_echo": True, "app_id": 1, "text": sent.text, "metadata": sent.reference}
        ends = {"sender": {"id": self.account}, "recipient": {"id": customer}}
        return self.batch({**ends, "timestamp": int(time.time() * 1000), "message": message})

    def is_send(self, call: Call) -> bool:
        return call.method == "POST" and "message" in fields_of(call)[0]

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path.startswith(f"/{self.account}/cdn/"):  # public, for a while
            return self.download(call.path.rpartition("/")[2])
        self.authorised(call)
        if call.path == "/me":
            return 200, {"id": self.account, "user_id": self.account}
        if call.path == f"/{self.account}/personas":
            return self.persona(call)
        form, files = fields_of(call)
        body = {
            name: json.loads(form[name]) if files and name in ("recipient", "message") else form[name] for name in form
        }
        customer = body["recipient"]["id"]
        if "sender_action" in body:
            self.demand("message" not in body, "(#100) a sender action goes alone")
            return 200, {"recipient_id": customer}
        message = body["message"]
        attached = message.get("attachment")
        self.demand(("text" in message) != bool(attached), "(#100) text or attachment")
        text = message.get("text", "")
        self.demand(attached or 1 <= self.length(text) <= self.limit, "(#100) Length of param message[text]")
        self.demand(body["messaging_type"] == "RESPONSE" or body.get("tag") == "HUMAN_AGENT", "(#100) messaging_type")
        choices = [(each["title"], each["payload"]) for each in message.get("quick_replies", [])]
        self.demand(len(choices) <= 13 and all(len(title) <= 20 for title, _ in choices), "(#100) quick_replies")
        file, link = files.get("filedata"), ((attached or {}).get("payload") or {}).get("url", "")
        if attached and attached["type"] == "template":
            text, choices = self.generic(attached["payload"], choices)
        elif attached:
            self.demand(self.takes(attached["type"], file, link), "(#100) attachment")
        persona = body.get("persona_id", "")
        if persona and persona not in self.personas:
            raise meta_error(100)
        about: dict[str, Any] = {"reference": message.get("metadata", ""), "raw": body, "file": file, "link": link}
        about["author"] = self.personas.get(persona, "")
        sent = self.take(customer, Sent(text, choices, **about))
        return 200, {"recipient_id": customer, "message_id": sent.id}

    def persona(self, call: Call) -> tuple[int, Any]:
        """One to a page."""
        if call.method == "GET":
            first = int(call.query.get("after", "0"))
            some = [{"id": id, "name": name} for id, name in self.personas.items()][first : first + 1]
            more = {"next": "https://graph…"} if len(self.personas) > first + 1 else {}
            return 200, {"data": some, "paging": {"cursors": {"after": str(first + 1)}, **more}}
        self.demand(1 <= len(call.json["name"]) <= 50 and http(call.json["profile_picture_url"]), "(#100) persona")
        self.personas[f"9{len(self.personas)}"] = call.json["name"]
        return 200, {"id": f"9{len(self.personas) - 1}"}

    def generic(self, payload: dict[str, Any], below: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
        self.demand(payload["template_type"] == "generic", "(#100) template_type")
        elements = payload["elements"]
        self.demand(1 <= len(elements) <= 10, "(#100) elements")
        for each in elements:
            self.demand(1 <= len(each["title"]) <= 80 and len(each.get("subtitle", "")) <= 80, "(#100) title, subtitle")
            self.demand(len(each) > 1, "(#100) a title alone is no element")
            self.demand(http(each.get("image_url", "https:")), "(#100) image_url")
            self.demand("buttons" not in each or 1 <= len(each["buttons"]) <= 3, "(#100) buttons")
        buttons = [button for each in elements for button in each.get("buttons", [])]
        self.demand(all(1 <= len(each["title"]) <= 20 for each in buttons), "(#100) button title")
        taps = [each for each in buttons if each["type"] == "postback"]
        self.demand(all(http(each["url"]) for each in buttons if each not in taps), "(#100) url")
        own = [(each["title"], each["payload"]) for each in taps]
        return "\n".join(each["title"] for each in elements), [*own, *below]

    def postback(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        """What a tap on a card brings."""
        title, data = choice
        return self.batch(self.event(customer, postback={"mid": f"m_{number}", "title": title, "payload": data}))

    def takes(self, kind: str, file: tuple[str, str, bytes] | None, link: str) -> bool:
        """A file in the form, of the kind that is said."""
        return file is not None and not link and (kind == "image") == file[1].startswith("image/")

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

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path != "/me/conversations":
            return super().answer(call)
        self.authorised(call)
        self.demand(call.query.get("platform") == "instagram", "(#100) platform")
        self.demand("messages{" in call.query.get("fields", ""), "(#100) fields")
        whole = [self.listed(each, self.account) for each in self.taken.get(call.query["user_id"], [])]
        if "attachments" not in call.query["fields"]:
            whole = [{name: value for name, value in each.items() if name != "attachments"} for each in whole]
        return 200, {"data": [{"id": "conversation", "messages": {"data": whole[::-1][:20]}}] if whole else []}

    def listed(self, sent: Sent, sender: str) -> dict[str, Any]:
        at = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(sent.at))
        shown = sent.raw["message"].get("attachment")
        found = {"id": sent.id, "created_time": at, "from": {"username": "house", "id": sender}}
        if shown is None:
            return {**found, "message": sent.text}
        picture = {"image_data": {"width": 30, "height": 20, "url": "https://cdn.example/1"}}
        card = {"generic_template": {"title": sent.text.partition("\n")[0]}}
        return {**found, "message": "", "attachments": {"data": [card if shown["type"] == "template" else picture]}}

    def takes(self, kind: str, file: tuple[str, str, bytes] | None, link: str) -> bool:
        """Pictures alone, by their address."""
        return kind == "image" and file is None and link != ""


class FakeLine(Fake):
    name = webhook = family = "line"
    token, secret = "line-token", "line-secret"

    def __init__(self) -> None:
        super().__init__()
        self.reply_tokens: dict[str, str] = {}  # those that are good still, and whose they are
        self.keys: set[str] = set()
        self.pushed = 0
        self.preparing: dict[str, int] = {}  # what is heard or moves: how often it is not ready yet

    def environment(self, url: str) -> dict[str, str]:
        names = {"TOKEN": self.token, "SECRET": self.secret, "API": url, "DATA_API": url}
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

    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        about: dict[str, Any] = {"contentProvider": {"type": "line"}}
        name = {"photo": "image", "voice message": "audio"}.get(kind, kind)
        if kind == "file":
            about = {"fileName": "receipt.pdf", "fileSize": 18}
        elif kind != "photo":
            about["duration"] = 6000
            self.preparing[str(number)] = 1
        message = {"id": self.holds(str(number), kind), "type": name, **about}
        return self.batch(self.event(customer, number, type="message", message=message))

    def sample(self, kind: str) -> tuple[str, bytes]:
        return ("audio/mp4", movie(b"M4A ", b"soun")) if kind == "voice message" else super().sample(kind)

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        return self.batch(self.event(customer, number, type="postback", postback={"data": choice[1]}))

    def expires(self) -> None:
        self.token = f"{self.token}-new"

    def is_send(self, call: Call) -> bool:
        return call.method == "POST" and call.path.startswith("/v2/bot/message/")

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.headers.get("authorization") != f"Bearer {self.token}":
            raise Refusal(401, {"message": "Authentication failed"})
        if call.path.startswith("/v2/bot/message/") and call.path.endswith("/content"):
            id = call.path.split("/")[4]
            status, content = self.download(id)
            return status, b"" if status == 200 and id in self.preparing else content
        if call.path.endswith("/content/transcoding"):
            return 200, {"status": self.prepared(call.path.split("/")[4])}
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

    def prepared(self, id: str) -> str:
        left = self.preparing.pop(id, 0)
        if left:
            self.preparing[id] = left - 1
        return "processing" if left else "succeeded"

    def _check(self, message: dict[str, Any]) -> None:
        if message["type"] == "image":
            links = [message["originalContentUrl"], message["previewImageUrl"]]
            self.demand(all(0 < len(each) <= 2000 for each in links), "originalContentUrl, previewImageUrl")
        elif message["type"] == "flex":
            self.demand(1 <= len(message["altText"]) <= 1500, "altText: length")
            self.demand(1 <= len(bubbles(message)) <= 12, "carousel: 1 to 12 bubbles")
            self.demand(len(json.dumps(message["contents"])) <= 50_000, "carousel: 50 KB")
            for bubble in bubbles(message):
                self.demand(len(json.dumps(bubble)) <= 30_000, "bubble: 30 KB")
                self.demand(all(each["text"] for each in bubble["body"]["contents"]), "text: empty")
            self.demand(all(1 <= len(each["label"]) <= 20 for each in actions(message)), "action/label: length")
            self.demand(all(http(each.get("uri", "https:")) for each in actions(message)), "action/uri: scheme")
            self.demand(all(len(each.get("data", "")) <= 300 for each in actions(message)), "action/data: length")
        else:
            self.demand(message["type"] == "text" and 1 <= utf16(message["text"]) <= 5000, "text: length")
        self.demand(len(message.get("sender", {}).get("name", "")) <= 20, "sender/name: length")
        items = message.get("quickReply", {}).get("items", [])
        self.demand(len(items) <= 13, "quickReply/items: size")
        self.demand(all(1 <= len(each["action"]["label"]) <= 20 for each in items), "action/label: length")
        self.demand(all(len(each["action"]["data"]) <= 300 for each in items), "action/data: length")

    def _sent(self, message: dict[str, Any]) -> Sent:
        items = [each["action"] for each in message.get("quickReply", {}).get("items", [])]
        items = [*(each for each in actions(message) if each["type"] == "postback"), *items]
        author = message.get("sender", {}).get("name", "")
        choices, link = [(each["label"], each["data"]) for each in items], message.get("originalContentUrl", "")
        return Sent(message.get("text") or message.get("altText", ""), choices, author, raw=message, link=link)


def bubbles(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Of a Flex Message."""
    contents = message.get("contents")
    return contents.get("contents", [contents]) if contents else []


def actions(message: dict[str, Any]) -> list[dict[str, Any]]:
    footers = [bubble.get("footer", {"contents": []}) for bubble in bubbles(message)]
    return [button["action"] for footer in footers for button in footer["contents"]]


class FakeTwilio(Fake):
    name, webhook, family, prefix, variable = "sms", "twilio", "twilio", "", "SMS_FROM"
    buttons = False
    account, token, number = "AC0123456789", "twilio-token", "+15550001111"
    contents: list[dict[str, Any]]

    def environment(self, url: str) -> dict[str, str]:
        self.url = url
        names = {"ACCOUNT_SID": self.account, "AUTH_TOKEN": self.token, "API": url, "WEBHOOK": f"{WEBHOOK}/twilio"}
        names |= {"CONTENT_API": url, "MESSAGING_API": url}
        return {f"CONCIERGE_TWILIO_{name}": value for name, value in {**names, self.variable: self.number}.items()}

    def source(self, id: str) -> str:
        return f"{self.url}/2010-04-01/Accounts/{self.account}/Messages/MM1/Media/{id}"

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

    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        media = {"MediaUrl0": self.holds(f"ME-{self.name}-{number}", kind), "MediaContentType0": self.sample(kind)[0]}
        return self.message(customer, number, NumMedia="1", **media)

    def sample(self, kind: str) -> tuple[str, bytes]:
        as_mms = {"voice message": ("audio/amr", b"#!AMR\n a voice"), "video": ("video/3gpp", movie(b"3gp4", b"vide"))}
        return as_mms.get(kind) or super().sample(kind) if not self.prefix else super().sample(kind)

    def status(self, customer: str, sent: Sent, status: str) -> dict[str, Any]:
        told = {"From": self.prefix + self.number, "To": customer, "AccountSid": self.account, "MessageSid": sent.id}
        return self.form({**told, "MessageStatus": status}, sent.reference)

    def is_for(self, call: Call) -> bool:
        if "/Media/" in call.path:
            return call.path.rpartition("/")[2] in self.media
        if call.path == "/v1/ContentAndApprovals":
            return bool(self.prefix)
        form = dict(parse_qsl(call.body.decode()))
        if call.path == "/v2/Indicators/Typing.json":
            return (form.get("channel") == "whatsapp") == bool(self.prefix)
        return form.get("To", self.prefix).startswith("whatsapp:") == bool(self.prefix)

    def expires(self) -> None:
        self.token = f"{self.token}-new"

    def is_send(self, call: Call) -> bool:
        return call.path.endswith("/Messages.json")

    def answer(self, call: Call) -> tuple[int, Any]:
        given = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {given}":
            raise Refusal(401, {"code": 20003, "status": 401})
        if call.path == f"/2010-04-01/Accounts/{self.account}.json":
            return 200, {"sid": self.account, "status": "active"}
        if "/Media/" in call.path:
            return self.download(call.path.rpartition("/")[2])
        if call.path == "/v1/ContentAndApprovals":
            first = int(call.query.get("Page", "0")) * 2  # two to a page
            following = f"{self.url}{call.path}?PageSize=1000&Page={first // 2 + 1}"
            more = following if len(self.contents) > first + 2 else None
            return 200, {"contents": self.contents[first : first + 2], "meta": {"next_page_url": more}}
        form = dict(parse_qsl(call.body.decode()))
        if call.path == "/v2/Indicators/Typing.json":
            self.demand(re.fullmatch(r"(SM|MM)\w+", form.get("messageId", "")), "messageId", body={"code": 20001})
            self.demand(form.get("channel") == "whatsapp", "channel", body={"code": 20001})
            return 200, {"success": True}
        text, link = form.get("Body", ""), form.get("MediaUrl", "")
        if content := form.get("ContentSid"):
            self.demand(content.startswith("HX") and self.prefix and not text, "ContentSid", body={"code": 21656})
            text = f"order_news: {', '.join(json.loads(form['ContentVariables']).values())}"
        self.demand(text or link, "A text message body or media urls must be specified", body={"code": 21619})
        self.demand(len(text) <= 1600, "The concatenated message body exceeds the limit", body={"code": 21617})
        self.demand(not link or self.prefix, "media in an SMS is for a few countries alone", body={"code": 21620})
        self.demand(form["From"] == self.prefix + self.number, "From", body={"code": 21606})
        self.demand(form["To"].startswith(self.prefix), "To", body={"code": 21211})
        reference = form["StatusCallback"].partition("?")[2]
        sent = self.take(form["To"].removeprefix(self.prefix), Sent(text, reference=reference, raw=form, link=link))
        return 201, {"sid": sent.id, "status": "queued"}


class FakeTwilioWhatsApp(FakeTwilio):
    name, prefix, variable = "twilio_whatsapp", "whatsapp:", "WHATSAPP_FROM"

    def __init__(self) -> None:
        super().__init__()
        self.contents: list[dict[str, Any]] = []

    def address_of(self, customer: str) -> str:
        return f"whatsapp:{customer}"


class FakeSlack(Fake):
    name = webhook = family = "slack"
    token, secret = "xoxb-token", "slack-secret"

    def __init__(self) -> None:
        super().__init__()
        self.uploaded: dict[str, tuple[str, str, bytes]] = {}
        self.names: dict[str, str] = {}  # of what is uploaded
        self.upload_count = 0
        self.customizes = True  # has chat:write.customize

    def environment(self, url: str) -> dict[str, str]:
        self.url = url
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

    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        files = [{"id": self.holds(f"F{number}", kind), "mimetype": self.sample(kind)[0]}]
        return self.event(customer, number, subtype="file_share", text="", files=files)

    def sample(self, kind: str) -> tuple[str, bytes]:
        return AS_MP4 if kind == "voice message" else super().sample(kind)

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        title, data = choice
        action = {"type": "button", "value": data, "action_ts": f"{time.time():.6f}", "text": {"text": title}}
        ends = {"channel": {"id": customer}, "user": {"id": "U1"}, "container": {"message_ts": f"{number}.1"}}
        payload = {"type": "block_actions", **ends, "actions": [action]}
        return self.signed(
            urlencode({"payload": json.dumps(payload)}).encode(), kind="application/x-www-form-urlencoded"
        )

    def expires(self) -> None:
        self.token = f"{self.token}-new"

    def is_send(self, call: Call) -> bool:
        return call.path in ("/chat.postMessage", "/files.completeUploadExternal")

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path.startswith("/upload/"):  # no token: the address is one
            self.uploaded[call.path.rpartition("/")[2]] = fields_of(call)[1]["file"]
            return 200, {}
        if call.headers.get("authorization") != f"Bearer {self.token}":
            return 200, {"ok": False, "error": "invalid_auth"}
        if call.path.startswith("/files-pri/"):
            return self.download(call.path.rpartition("/")[2])
        if call.path == "/files.info":
            id = dict(parse_qsl(call.body.decode()))["file"]
            return 200, {"ok": True, "file": {"id": id, "url_private": f"{self.url}/files-pri/{id}"}}
        if call.path == "/conversations.history":
            form = dict(parse_qsl(call.body.decode()))
            return 200, {"ok": True, "messages": self.history(form), "has_more": False}
        if call.path == "/files.getUploadURLExternal":
            form = dict(parse_qsl(call.body.decode()))
            self.demand(form.get("filename") and int(form["length"]) > 0, "invalid_arguments")
            self.upload_count += 1
            name = f"F{self.upload_count}"
            self.names[name] = form["filename"]
            return 200, {"ok": True, "upload_url": f"{self.url}/upload/{name}", "file_id": name}
        if not self.is_send(call):
            return 200, {"ok": True, "user_id": "U0"}
        author = call.json.get("username", "")
        if author and not self.customizes:
            return 200, {"ok": False, "error": "missing_scope", "needed": "chat:write.customize"}
        if call.path == "/files.completeUploadExternal":
            (one,) = call.json["files"]
            _, media_type, content = self.uploaded[one["id"]]
            raw, file = {**call.json, "name": self.names[one["id"]]}, (one["title"], media_type, content)
            self.take(call.json["channel_id"], Sent("", author=author, id=self.stamp(), raw=raw, file=file))
            return 200, {"ok": True, "files": [{"id": one["id"]}]}
        body = call.json
        blocks = body.get("blocks", [])
        self.demand(body["text"], "no_text", 200, {"ok": False, "error": "no_text"})
        wrong = {"ok": False, "error": "invalid_blocks"}
        sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
        self.demand(all(1 <= len(text) <= 3000 for text in sections), "section: 3000", 200, wrong)
        buttons = [button for block in blocks if block["type"] == "actions" for button in block["elements"]]
        self.demand(len(blocks) <= 50, "50 blocks", 200, wrong)
        about = body.get("metadata", {"event_type": "x", "event_payload": {}})
        named = re.fullmatch(r"\w+", about["event_type"]) and isinstance(about["event_payload"], dict)
        self.demand(named, "invalid_metadata_format", 200, {"ok": False, "error": "invalid_metadata_format"})
        rows = [block["elements"] for block in blocks if block["type"] == "actions"]
        self.demand(all(1 <= len(row) <= 25 for row in rows), "actions: 25 elements", 200, wrong)
        named = [len({each["action_id"] for each in row}) == len(row) for row in rows]
        self.demand(all(named), "action_id: once in a block", 200, wrong)
        pictures = [block["accessory"] for block in blocks if "accessory" in block]
        self.demand(all(http(each["image_url"]) and each["alt_text"] for each in pictures), "image", 200, wrong)
        self.demand(all(1 <= len(each["text"]["text"]) <= 75 for each in buttons), "button: 75", 200, wrong)
        self.demand(all(http(each.get("url", "https:")) for each in buttons), "button: url", 200, wrong)
        choices = [(each["text"]["text"], each["value"]) for each in buttons if "url" not in each]
        shown = body["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        sent = self.take(body["channel"], Sent(shown, choices, author, id=self.stamp(), raw=body))
        return 200, {"ok": True, "channel": body["channel"], "ts": sent.id, "message": {"text": sent.text}}

    def stamp(self) -> str:
        """Each of its own."""
        return f"{time.time():.0f}.{self.count:06d}"

    def history(self, form: dict[str, str]) -> list[dict[str, Any]]:
        """The latest first; without metadata, unless it is asked for."""
        sent = self.taken.get(form["channel"], [])[::-1][: int(form.get("limit", "100"))]
        shown = [{"type": "message", "bot_id": "B0", "ts": each.id, "text": each.text, **told(each)} for each in sent]
        if form.get("include_all_metadata") != "true":
            for each in shown:
                each.pop("metadata", None)
        return shown


def told(sent: Sent) -> dict[str, Any]:
    """Of a message in Slack's history, besides its words."""
    if sent.file:
        return {"files": [{"name": sent.raw["name"], "title": sent.file[0], "mimetype": sent.file[1]}]}
    return {"metadata": sent.raw["metadata"]} if "metadata" in sent.raw else {}


class FakeWeChat(Fake):
    name = webhook = family = "wechat"
    sends = frozenset({"photo", "voice message", "video"})
    app, secret, token, key = "wx0123456789abcdef", "wechat-secret", "wechat-token", "A" * 43

    def __init__(self) -> None:
        super().__init__()
        self.access = "access-1"
        self.allowed: dict[str, int] = {}  # by customer who has written: how many more it takes
        self.accounts = {"camille@house": "Camille", "gone@house": "Jeanne"}

    def environment(self, url: str) -> dict[str, str]:
        self.url = url
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
        if fields.get("MsgType") in ("text", "image") or fields.get("Event") == "subscribe":
            self.allowed[customer] = 3 if "Event" in fields else 5
        inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in every.items())
        return self.encrypted(f"<xml>{inner}</xml>".encode())

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        return self.message(customer, number, at, MsgType="text", Content=text)

    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        name = {"photo": "image", "voice message": "voice"}.get(kind, kind)
        more = {"image": {"PicUrl": "http://mmbiz.example/1"}, "voice": {"Format": "amr"}}.get(name, {})
        return self.message(customer, number, MsgType=name, MediaId=self.holds(f"m{number}", kind), **more)

    def sample(self, kind: str) -> tuple[str, bytes]:
        return ("audio/amr", b"#!AMR\n a voice") if kind == "voice message" else super().sample(kind)

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        return self.message(customer, number, MsgType="text", Content=choice[0], bizmsgmenuid=choice[1])

    def expires(self) -> None:
        self.access = f"{self.access}-new"

    def is_send(self, call: Call) -> bool:
        return call.path.endswith("/custom/send")

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path == "/cgi-bin/stable_token":
            if call.json["secret"] != self.secret:
                return 200, {"errcode": 40125, "errmsg": "invalid appsecret"}
            return 200, {"access_token": self.access, "expires_in": 7200}
        if call.path.startswith("/video/"):
            return self.download(call.path.rpartition("/")[2])
        if call.query.get("access_token") != self.access:
            return 200, {"errcode": 42001, "errmsg": "access_token expired"}
        if call.path == "/cgi-bin/media/get":
            id = call.query["media_id"]
            if self.media.get(id) == self.sample("video")[1]:
                return 200, {"video_url": f"{self.url}/video/{id}"}
            found = self.download(id)
            return found if found[0] != 404 else (200, {"errcode": 40007, "errmsg": "invalid media_id"})
        if call.path == "/cgi-bin/customservice/getkflist":
            listed = [{"kf_account": account, "kf_nick": nick} for account, nick in self.accounts.items()]
            return 200, {"kf_list": listed}
        if not self.is_send(call):
            return 200, {"errcode": 0, "errmsg": "ok"}
        self.demand(b"\\u" not in call.body, "escaped characters are shown as they are")
        body = call.json
        menu = body.get("msgmenu", {})
        text = menu["head_content"] if menu else body["text"]["content"]
        self.demand(1 <= len(text.encode()) <= 2048, "content: 2048 bytes", 200, {"errcode": 45002})
        choices = [(each["content"], each["id"]) for each in menu.get("list", [])]
        account = body.get("customservice", {}).get("kf_account", "")
        if account.startswith("gone@"):
            raise Refusal(200, {"errcode": 65401, "errmsg": "invalid kf_account"})
        left = self.allowed.get(body["touser"], 1)
        if left < 1:  # no complaint: what it took while ours was on its way counts there and not here
            raise Refusal(200, {"errcode": 45047, "errmsg": "out of response count limit"})
        if body["touser"] in self.allowed:
            self.allowed[body["touser"]] = left - 1
        self.take(body["touser"], Sent(text, choices, self.accounts.get(account, ""), raw=body))
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
    FakeApple,
    FakeCallback,
)
