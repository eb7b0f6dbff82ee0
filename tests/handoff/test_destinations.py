"""Handoffs that go elsewhere: signed, tried again until they are taken, and each case once on record."""

from __future__ import annotations

import asyncio
import email
import hmac
import http.server
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from concierge.conversations import Case, Cases, ConversationLog, Notifications, upgrade
from concierge.handoff import dispatcher as dispatcher_module
from concierge.handoff.destinations import SIGNATURE, TIMESTAMP, Mailbox, NotDelivered, Webhook, configured, sign
from concierge.handoff.dispatcher import HandoffDispatcher
from concierge.handoff.package import build
from concierge.settings import Settings
from concierge.storage.database import open_engine


class Receiver:
    """A real HTTP server that answers with the next of ``answers``, then 200."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(outer.answers.pop(0) if outer.answers else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"


class Post(socketserver.StreamRequestHandler):
    """Enough of SMTP to take a letter."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                letter = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    letter += part
                self.server.letters.append(letter)  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def letters() -> Iterator[tuple[str, list[bytes]]]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post)
    server.letters = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"smtp://127.0.0.1:{server.server_address[1]}", server.letters  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ConversationLog]:
    engine = open_engine(f"sqlite:///{tmp_path / 'log.db'}")
    upgrade(engine)
    yield ConversationLog(engine)
    engine.dispose()


def handed_over(log: ConversationLog, whole: bool = True) -> Case:
    conversation = log.open("website")
    log.append(conversation.id, "customer", "Un problème sérieux")
    package = build(
        log,
        conversation.id,
        reason="complaint",
        priority="high",
        queue="EU",
        slots={},
        latest_intent="complaint",
        order=None,
        decisions=[],
    )
    return Cases(log).start(
        conversation.id, "complaint", priority="high", queue="EU", package=package if whole else {"odd": True}
    )


def sent(log: ConversationLog, case: Case) -> list[str]:
    rows = log.messages(case.conversation_id)
    return [row.payload["destination"] for row in rows if row.payload.get("event") == dispatcher_module.SENT]


async def rounds(dispatcher: HandoffDispatcher, number: int) -> None:
    for _ in range(number):
        await dispatcher.round()


async def test_a_case_goes_out_once_and_signed(log: ConversationLog, receiver: Receiver) -> None:
    case = handed_over(log)
    await rounds(HandoffDispatcher(log, [Webhook(receiver.url, "hush")]), 3)
    await rounds(HandoffDispatcher(log, [Webhook(receiver.url, "hush")]), 1)  # after a restart
    ((headers, body),) = receiver.got
    assert json.loads(body)["case_id"] == case.id
    assert hmac.compare_digest(headers[SIGNATURE], sign("hush", headers[TIMESTAMP], body))
    assert headers["Idempotency-Key"] == json.loads(body)["idempotency_key"]
    assert abs(time.time() - int(headers[TIMESTAMP])) < 60
    assert sent(log, case) == ["webhook"]


async def test_a_webhook_that_is_down_gets_it_later(
    log: ConversationLog, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher_module, "FIRST_PAUSE", 0.05)
    receiver.answers = [500, 404, 429]
    case = handed_over(log)
    dispatcher = HandoffDispatcher(log, [Webhook(receiver.url, "hush")])
    assert await dispatcher.round() <= 0.06
    await dispatcher.round()
    assert len(receiver.got) == 1, "not before its time"
    for _ in range(5):
        await asyncio.sleep(0.25)
        await dispatcher.round()
    assert len(receiver.got) == 4
    assert sent(log, case) == ["webhook"]


async def test_one_destination_that_is_down_does_not_hold_up_another(
    log: ConversationLog, letters: tuple[str, list[bytes]]
) -> None:
    case = handed_over(log)
    server, got = letters
    nobody = Webhook("http://127.0.0.1:1/", "hush")
    await rounds(HandoffDispatcher(log, [nobody, Mailbox(server, "from@example.com", "to@example.com")]), 2)
    assert len(got) == 1
    assert sent(log, case) == ["e-mail"]


async def test_the_letter(log: ConversationLog, letters: tuple[str, list[bytes]]) -> None:
    case = handed_over(log)
    server, got = letters
    await rounds(HandoffDispatcher(log, [Mailbox(server, "from@example.com", "to@example.com")]), 1)
    letter = email.message_from_bytes(got[0], _class=EmailMessage, policy=email.policy.default)
    assert letter["subject"] == "[high] complaint"
    assert letter["to"] == "to@example.com"
    assert "A customer makes a complaint" in letter.get_body().get_content()
    (attached,) = letter.iter_attachments()
    assert json.loads(attached.get_content())["case_id"] == case.id


async def test_a_case_without_a_whole_package_goes_out_all_the_same(log: ConversationLog, receiver: Receiver) -> None:
    handed_over(log, whole=False)
    await rounds(HandoffDispatcher(log, [Webhook(receiver.url, "hush")]), 1)
    package = json.loads(receiver.got[0][1])
    assert (package["reason"], package["priority"], package["event"]) == ("complaint", "high", "handoff.initiate")


async def test_a_closed_case_is_not_sent(log: ConversationLog, receiver: Receiver) -> None:
    case = handed_over(log)
    Cases(log).leave(case.id)
    await rounds(HandoffDispatcher(log, [Webhook(receiver.url, "hush")]), 1)
    assert receiver.got == []


async def test_it_wakes_for_a_new_case(log: ConversationLog, receiver: Receiver) -> None:
    notifications = Notifications(log)
    running = asyncio.create_task(HandoffDispatcher(log, [Webhook(receiver.url, "hush")]).run(notifications))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(handed_over, log)
    for _ in range(100):
        if receiver.got:
            break
        await asyncio.sleep(0.03)
    running.cancel()
    await notifications.close()
    assert receiver.got


def test_a_password_is_not_sent_in_the_clear(letters: tuple[str, list[bytes]]) -> None:
    server, got = letters
    mailbox = Mailbox(server.replace("smtp://", "smtp://user:secret@"), "from@example.com", "to@example.com")
    with pytest.raises(NotDelivered):
        mailbox.deliver(
            {"idempotency_key": "k", "case_id": "c", "reason": "r", "priority": "high", "queue": "EU", "summary": "s"}
        )
    assert got == []


def test_what_is_configured() -> None:
    def settings(**values: Any) -> Settings:
        return Settings(_env_file=None, **values)

    assert configured(settings()) == []
    both = settings(
        handoff_webhook_url="https://example.com/hook",
        handoff_webhook_secret="hush",
        handoff_smtp="smtps://mail.example.com",
        handoff_mail_from="from@example.com",
        handoff_mail_to="to@example.com",
    )
    assert [each.name for each in configured(both)] == ["webhook", "e-mail"]
    for half in ({"handoff_webhook_url": "https://example.com"}, {"handoff_smtp": "smtp://localhost"}):
        with pytest.raises(ValueError, match="CONCIERGE_HANDOFF"):
            configured(settings(**half))
