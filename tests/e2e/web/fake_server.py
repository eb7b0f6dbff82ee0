"""A small stand-in for the assistant's website channel and the desk's API, to try the web parts in a browser alone.

It keeps one log per conversation in memory and answers a few sentences by rote. It speaks the same HTTP as the real
ones: whatever it answers is held against the descriptions of their interfaces, and what differs is in ``World.wrong``.
It sends stricter headers than a shop would, so that what works here works there.
"""

from __future__ import annotations

import argparse
import itertools
import json
import mimetypes
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema

from concierge.handoff.names import channels, names
from tests.openapi import CHANNELS, DESK, Description

STATIC = Path(__file__).resolve().parents[3] / "concierge" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types concierge lit-html"
)
ORDER_CARD = {
    "type": "order",
    "title": "On its way",
    "subtitle": "BA10000003",
    "lead": {"label": "Expected", "value": "2–4 December"},
    "steps": [
        {"title": "Confirmed", "value": "27 November", "done": True},
        {"title": "Being prepared", "value": "", "done": True},
        {"title": "On its way", "value": "28 November", "done": True},
        {"title": "Delivered", "value": "", "done": False},
    ],
    "items": [
        {"title": "Hourglass Small", "detail": "Black, S", "value": "€2,390"},
        {"title": "Speed Recycled", "detail": "Bone, 39", "value": "€795"},
    ],
    "rows": [
        {"label": "Carrier", "value": "UPS"},
        {"label": "Tracking", "value": "1Z999AA10123456784"},
    ],
    "url": "https://www.ups.com/track",
    "link": "Follow the parcel",
    "buttons": [],
}


PORTRAIT = "a-name"
NAMES = {"intents": ["exchange_item", "return_item"], "titles": {}, "translator": False}
_TOLD = ("event", "advisor", "position", "ask", "score")  # of an event, to the customer


def now() -> str:
    return datetime.now(timezone.utc).isoformat()


def _status(owner: str, advisor: str | None = None, position: int | None = None) -> dict[str, Any]:
    more = {"portrait": None, "read": 0, "wait": None, "address": None}
    return {"owner": owner, "advisor": advisor, "position": position, "typing": None, **more}


class World:
    """Everything both servers know. ``changed`` wakes the streams."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.logs: dict[str, list[dict[str, Any]]] = {}
        self.owners: dict[str, dict[str, Any]] = {}
        self.cases: dict[str, dict[str, Any]] = {}
        self.versions = itertools.count(1)
        self.version = 0
        self.down = False
        self.delay = 0.35
        self.wrong: list[str] = []
        until = "2026-12-01T19:00:00+01:00"
        self.hours: dict[str, Any] = {
            "open": True,
            "place": "Milan",
            "zone": "Europe/Rome",
            "until": until,
            "opens": None,
        }

    def touch(self) -> None:
        with self.changed:
            self.version = next(self.versions)
            self.changed.notify_all()

    def open(self, conversation: str | None = None) -> str:
        with self.changed:
            name = conversation or f"c{len(self.logs) + 1}"
            self.logs.setdefault(name, [])
            self.owners.setdefault(name, _status("assistant"))
            return name

    def append(self, conversation: str, role: str, text: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        with self.changed:
            log = self.logs[conversation]
            key = more.get("client_key")
            for row in log:
                if key and row["client_key"] == key:
                    return row
            row = {
                "conversation_id": conversation,
                "seq": len(log) + 1,
                "role": role,
                "kind": kind,
                "text": text,
                "payload": more.get("payload", {}),
                "author": more.get("author", ""),
                "client_key": key,
                "created_at": more.get("created_at", now()),
                "lang": more.get("lang", "en"),
                "state": "done",
                "meta": more.get("meta", {}),
            }
            log.append(row)
            self.touch()
            return row

    def own(self, conversation: str, owner: str, advisor: str | None = None, position: int | None = None) -> None:
        with self.changed:
            self.owners[conversation] = _status(owner, advisor, position)
            self.touch()

    def answer(self, conversation: str, text: str) -> None:
        """By rote, a little later, as the assistant would."""
        time.sleep(self.delay)
        words = text.lower()
        if "advisor" in words or "person" in words:
            self.append(conversation, "assistant", "Of course. I am passing you to one of our client advisors.")
            self.hand_over(conversation)
        elif "where is my order" in words:
            self.append(
                conversation,
                "assistant",
                "Your order left our warehouse and is on its way.",
                "cards",
                payload={
                    "cards": [ORDER_CARD],
                    "buttons": [{"title": "Change the delivery address"}, {"title": "Cancel it"}],
                },
            )
        elif "label" in words:
            self.append(
                conversation,
                "assistant",
                "You can send it back without the original label:\n\n1. Take a **UPS blank waybill**.\n"
                "2. Choose *Standard* and name the **Receiver** as payer.\n"
                "3. Read about it on [the help page](https://example.com/returns).\n\nNever use "
                "[this](javascript:alert) one. <b>Tags</b> stay text.",
                "quick_replies",
                payload={"buttons": [{"title": "Where do I send it?"}, {"title": "Speak with an advisor"}]},
            )
        else:
            self.append(conversation, "assistant", f"You wrote: {text}")

    def hand_over(self, conversation: str, case: str | None = None, **more: Any) -> str:
        with self.changed:
            case = case or f"case{len(self.cases) + 1}"
            position = 1 + sum(c["status"] == "queued" for c in self.cases.values())
            self.cases[case] = {
                "id": case,
                "conversation_id": conversation,
                "customer": {"name": "Claire Fontaine", "email": "claire@example.com"},
                "channel": "website",
                "language": "en",
                "region": "EU",
                "reason": "customer_asked",
                "topic": "Wishes to speak with an advisor",
                "piece": None,
                "answers_until": None,
                "moved": 0,
                "stopped": "",
                "left": None,
                "customer_gone": False,
                "looks_at": None,
                "snoozed_until": None,
                "before": None,
                "merged_into": None,
                "priority": "normal",
                "queue": "client_service",
                "queue_title": "Client service",
                "due_at": None,
                "replied_at": None,
                "escalated_at": None,
                "status": "queued",
                "summary": "Asks for a person.",
                "note": "",
                "advisor": None,
                "waiting_since": now(),
                "claimed_at": None,
                "closed_at": None,
                "version": 1,
                "details": {},
                **more,
            }
            self.append(conversation, "system", "", "event", payload={"event": "handoff_queued", "position": position})
            self.own(conversation, "queue", position=position)
            return case

    def row(self, case: dict[str, Any]) -> dict[str, Any]:
        spoken = [m for m in self.logs[case["conversation_id"]] if m["role"] in {"customer", "advisor"}]
        last = spoken[-1] if spoken else None
        brief = last and {key: last[key] for key in ("seq", "role", "kind", "text", "author", "created_at")}
        last_seq = len(self.logs[case["conversation_id"]])
        return {**{k: v for k, v in case.items() if k != "details"}, "last_seq": last_seq, "last_message": brief}

    def detail(self, case: dict[str, Any], advisor: dict[str, Any]) -> dict[str, Any]:
        holds = case["status"] == "accepted" and case["advisor"]["id"] == advisor["id"]
        nothing = {"package": None, "decisions": [], "commitments": [], "order": None, "trail": [], "revealed": False}
        nothing |= {"package_problem": None, "order_problem": None, "drafts": {}, "earlier": []}
        nothing |= {"reading": None, "marks": [], "deliveries": {}, "handoffs": []}
        nothing |= {"merged": [], "same_customer": [], "mail_to": None}
        messages = [_as_the_desk_says(row) for row in self.logs[case["conversation_id"]]]
        return {"case": self.row(case), **nothing, "may_reveal": holds, **case["details"], "messages": messages}

    def close(self, case: dict[str, Any], status: str, event: str, note: str) -> None:
        with self.changed:
            case.update(status=status, closed_at=now(), note=note)
            payload = {"event": event, "note": note}
            self.append(case["conversation_id"], "system", "", "event", payload=payload)
            self.own(case["conversation_id"], "assistant")
            words = {"returned": "I am with you again. May I help with anything else?"}
            self.append(case["conversation_id"], "assistant", words.get(status, "Your request is closed. Thank you."))


def _as_the_page_sees(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen = []
    for row in rows:
        if row["payload"].get("audience") == "desk":
            continue
        public = {key: value for key, value in row.items() if key not in ("conversation_id", "state", "meta")}
        if row["kind"] == "event":
            public["payload"] = {key: row["payload"][key] for key in _TOLD if key in row["payload"]}
        seen.append(public if row["role"] == "customer" else {**public, "client_key": None})
    return seen


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    name = row["author"] if row["role"] == "advisor" else ""
    return {
        "seq": row["seq"],
        "at": row["created_at"],
        "from": row["role"],
        "name": name,
        "text": row["text"],
        "file": None,
    }


def _as_the_desk_says(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "lang"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world: World
    description: Description

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def body(self) -> dict[str, Any]:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return json.loads(raw) if raw else {}

    def json(self, value: Any, status: int = 200, **headers: str) -> None:
        data = b"" if status == 204 else json.dumps(value).encode()
        path = self.description.path_of(urlsplit(self.path).path)
        if path is not None:
            content = value if data else None
            self.hold(self.description.answered, path, self.command, status, "application/json", content)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status: int, error: str, message: str = "Refused.", **more: str) -> None:
        self.json({"error": error, "message": message, **more}, status)

    def hold(self, described: Callable[..., None], *what: Any) -> None:
        try:
            described(*what)
        except jsonschema.ValidationError as problem:
            self.world.wrong.append(f"{self.command} {self.path}: {problem.json_path}: {problem.message}")
        except AssertionError as problem:
            self.world.wrong.append(f"{self.command} {self.path}: {problem}")

    def file(self, name: str) -> None:
        path = (STATIC / name).resolve()
        if path.is_dir():
            path = path / "index.html"
        if not path.is_relative_to(STATIC) or not path.exists():
            self.refuse(404, "not_found")
            return
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", mimetypes.guess_type(path.name)[0] or "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(data)

    def begin_stream(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()

    def emit(self, event: str, data: Any, seq: int | str | None = None) -> None:
        self.hold(self.description.streamed, event, data)
        head = f"id: {seq}\n" if seq is not None else ""
        self.wfile.write(f"{head}event: {event}\ndata: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()


class Assistant(Handler):
    PREFIX = "/webhooks/website"
    description = CHANNELS

    def conversation(self) -> str | None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        return token if token in self.world.logs else None

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/widget.js" or url.path.startswith(("/shop/", "/widget/")):
            return self.file(url.path.lstrip("/"))
        conversation = self.conversation()
        if self.world.down:
            return self.refuse(503, "busy")
        if url.path == f"{self.PREFIX}/hours":
            return self.json(self.world.hours)
        if url.path == f"{self.PREFIX}/portraits/{PORTRAIT}":
            return self.file("shop/icon.svg")
        if not conversation:
            return self.refuse(401, "not_signed_in")
        after = int(parse_qs(url.query).get("after", ["0"])[0])
        log, owners = self.world.logs[conversation], self.world.owners
        if url.path == f"{self.PREFIX}/events":
            status = owners[conversation]
            queue = {"position": status["position"]} if status["owner"] == "queue" else None
            return self.json({"messages": _as_the_page_sees(log[after:]), **status, "queue": queue})
        if url.path == f"{self.PREFIX}/stream":
            return self.stream(conversation, after)
        if url.path == f"{self.PREFIX}/transcript":
            if parse_qs(url.query).get("format") == ["json"]:
                said = [_kept(row) for row in log if row["role"] != "system"]
                return self.json({"conversation": conversation, "language": "en", "messages": said})
            return self.paper()
        return self.refuse(404, "not_found")

    def stream(self, conversation: str, after: int) -> None:
        self.begin_stream()
        told: Any = None
        try:
            while not self.world.down:
                with self.world.changed:
                    rows = self.world.logs[conversation][after:]
                    status = dict(self.world.owners[conversation])
                    if not rows and status == told:
                        self.world.changed.wait(1)
                        continue
                for row in _as_the_page_sees(rows):
                    self.emit("message", row, row["seq"])
                after += len(rows)
                if status != told:
                    self.emit("status", status)
                    told = status
        except OSError:
            pass

    def paper(self) -> None:
        data = b"%PDF-1.7\n"
        self.send_response(200)
        self.send_header("Content-Type", "application/pdf")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        body, world = self.body(), self.world
        if world.down:
            return self.refuse(503, "busy")
        path = urlsplit(self.path).path.removeprefix(self.PREFIX)
        if path == "/sessions":
            old = body.get("link") or body.get("token")
            name = old if old in world.logs else world.open()
            opened = {"conversation": name, "token": name, "last_seq": len(world.logs[name]), "identified": False}
            return self.json(opened, 201)
        conversation = self.conversation()
        if not conversation:
            return self.refuse(401, "not_signed_in")
        if path == "/messages":
            return self.message(conversation, body)
        if path == "/ways":
            address = f"http://{self.headers['Host']}/shop/#concierge-link={conversation}"
            whatsapp = {"channel": "whatsapp", "title": "WhatsApp", "address": "https://wa.me/33100000000?text=ticket"}
            return self.json({"ways": [whatsapp], "device": address, "mail": None})
        if path == "/satisfaction":
            if type(body.get("score")) is not int or body["score"] not in range(1, 6):
                return self.refuse(400, "bad_request")
            if not any(row["payload"].get("ask") for row in world.logs[conversation]):
                return self.refuse(404, "not_found")
            told = {"event": "satisfaction", "score": body["score"]}
            world.append(conversation, "system", body["comment"], "event", payload=told)
            return self.json({}, 204)
        if path == "/leave":
            for case in world.cases.values():
                if case["conversation_id"] == conversation and case["status"] in {"queued", "accepted"}:
                    case.update(status="left", closed_at=now())
            world.append(conversation, "system", "", "event", payload={"event": "customer_left"})
            world.own(conversation, "assistant")
            return self.json({"owner": "assistant"})
        return self.json({}, 204)

    def message(self, conversation: str, body: dict[str, Any]) -> None:
        world = self.world
        choice, text = body.get("choice"), body.get("text", "")
        if choice:
            buttons = world.logs[conversation][choice["seq"] - 1]["payload"]["buttons"]
            text = buttons[choice["index"]]["title"]
        if "refuse me" in text:
            return self.refuse(400, "bad_request", "This message cannot be sent.")
        before = len(world.logs[conversation])
        row = world.append(conversation, "customer", text, client_key=body["client_key"])
        if row["seq"] > before and world.owners[conversation]["owner"] == "assistant":
            threading.Thread(target=world.answer, args=(conversation, text), daemon=True).start()
        return self.json({"seq": row["seq"]}, 202)


ADVISORS = {
    "camille": {"id": "a1", "login": "camille", "name": "Camille", "role": "lead"},
    "antoine": {"id": "a2", "login": "antoine", "name": "Antoine", "role": "advisor"},
}


class Desk(Handler):
    description = DESK

    def advisor(self) -> dict[str, Any] | None:
        cookie = self.headers.get("Cookie") or ""
        return next((a for login, a in ADVISORS.items() if f"desk={login}" in cookie), None)

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if not path.path.startswith("/api/"):
            return self.file("desk" + path.path)
        advisor = self.advisor()
        if not advisor:
            return self.refuse(401, "signed_out")
        if path.path == "/api/me":
            return self.json({"advisor": advisor})
        if path.path == "/api/stream":
            return self.stream()
        if path.path == "/api/names":
            return self.json({"codes": names(), "channels": channels(), "files": ["website"], **NAMES})
        if path.path.endswith(("/replies", "/mentions", "/suggestions", "/advisors", "/elsewhere")):
            return self.json([])
        with self.world.changed:
            if path.path == "/api/cases":
                closed = "closed=1" in path.query
                live = {"queued", "accepted"}
                return self.json(
                    [self.world.row(c) for c in self.world.cases.values() if closed or c["status"] in live]
                )
            case = self.world.cases.get(path.path.split("/")[3])
            if not case:
                return self.refuse(404, "no_such_case")
            return self.json(self.world.detail(case, advisor))

    def stream(self) -> None:
        self.begin_stream()
        sent: dict[str, Any] = {}
        seen = {c: len(log) for c, log in self.world.logs.items()}
        try:
            self.emit("ready", {"resumed": False}, "0-0")
            while True:
                with self.world.changed:
                    rows = [self.world.row(case) for case in self.world.cases.values()]
                    changed = [row for row in rows if sent.get(row["id"]) != row]
                    fresh = []
                    for case in self.world.cases.values():
                        name = case["conversation_id"]
                        log = self.world.logs[name]
                        new = log[seen.get(name, 0) :]
                        fresh += [{"case": case["id"], "message": _as_the_desk_says(row)} for row in new]
                        seen[name] = len(log)
                    if not changed and not fresh:
                        self.world.changed.wait(1)
                        continue
                if changed:
                    self.emit("cases", changed)
                    sent.update({row["id"]: row for row in changed})
                for item in fresh:
                    self.emit("message", item)
        except OSError:
            pass

    def do_POST(self) -> None:
        body, parts, world = self.body(), urlsplit(self.path).path.split("/")[2:], self.world
        if self.headers.get("X-Concierge") != "desk":
            return self.refuse(403, "not_from_here")
        if parts == ["login"]:
            advisor = ADVISORS.get(body.get("login", ""))
            if not advisor or body.get("password") != "secret":
                return self.refuse(401, "wrong_login", "The name or the password is not right.")
            cookie = f"desk={advisor['login']}; Path=/; HttpOnly; SameSite=Strict"
            return self.json({"advisor": advisor}, Set_Cookie=cookie)
        if parts == ["logout"]:
            return self.json({}, 204, Set_Cookie="desk=; Path=/; Max-Age=0")
        advisor = self.advisor()
        if advisor and parts == ["search"]:
            with world.changed:
                cases, wanted = world.cases.values(), body["words"].lower()
                return self.json([world.row(case) for case in cases if wanted in case["customer"]["name"].lower()])
        if not advisor or len(parts) != 3:
            return self.refuse(401, "signed_out")
        with world.changed:
            case, action = world.cases[parts[1]], parts[2]
            owner = case["advisor"]
            if action not in {"draft", "seen"} and owner and owner["id"] != advisor["id"]:
                name = owner["name"]
                return self.refuse(409, "already_claimed", f"{name} has already taken this case.", by=name)
            if action == "claim":
                case.update(status="accepted", advisor={"id": advisor["id"], "name": advisor["name"]}, claimed_at=now())
                payload = {"event": "advisor_joined", "advisor": advisor["name"]}
                world.append(case["conversation_id"], "system", "", "event", payload=payload)
                world.own(case["conversation_id"], "advisor", advisor["name"])
            elif action == "messages":
                key, name = body["client_key"], advisor["name"]
                row = world.append(case["conversation_id"], "advisor", body["text"], author=name, client_key=key)
                return self.json({"message": _as_the_desk_says(row)}, 201)
            elif action == "hand-back":
                world.close(case, "returned", "handed_back", body.get("note", ""))
            elif action == "resolve":
                world.close(case, "resolved", "case_resolved", body.get("note", ""))
            elif action == "notes":
                payload = {"event": "noted", "advisor": advisor["name"], "note": body["text"], "audience": "desk"}
                world.append(case["conversation_id"], "system", "", "event", payload=payload)
                return self.json(world.detail(case, advisor), 201)
            elif action == "reveal":
                case["details"]["revealed"] = True
                return self.json(world.detail(case, advisor))
            elif action in {"typing", "draft", "seen"}:
                return self.json({}, 204)
            return self.json({"case": world.row(case)})


def serve(world: World, handler: type[Handler], port: int = 0) -> ThreadingHTTPServer:
    """Serves in the background; ``server_port`` says where, ``shutdown()`` ends it."""
    bound = type(handler.__name__, (handler,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", port), bound)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


def ago(**span: float) -> str:
    return (datetime.now(timezone.utc) - timedelta(**span)).isoformat()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5120)
    options = parser.parse_args()
    world = World()
    serve(world, Assistant, options.port)
    serve(world, Desk, options.port + 1)
    print(f"http://127.0.0.1:{options.port}/shop/ and http://127.0.0.1:{options.port + 1}/")  # noqa: T201
    threading.Event().wait()


if __name__ == "__main__":
    main()
