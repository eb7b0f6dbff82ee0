"""Handoffs that go elsewhere: signed, tried again until they are taken, and each case once on record."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from concierge.conversations import Advisors, Case, Cases, ConversationLog, Notifications
from concierge.conversations.handoffs import SENT, Handoffs
from concierge.handoff import dispatcher as dispatcher_module
from concierge.handoff.destination import NotDelivered, Progress
from concierge.handoff.destinations import SIGNATURE, TIMESTAMP, Mailbox, Webhook, configured, sign
from concierge.handoff.dispatcher import HandoffDispatcher
from concierge.handoff.names import name
from concierge.handoff.parcels import package_of
from concierge.settings import Settings
from tests.handoff.conftest import complaint
from tests.loopback import Answer, Asked, Server
from tests.mail_server import MailServer, mail_server


class Receiver:
    """Answers with the next of ``answers``, then 200."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[Asked] = []
        self.server = Server(self._answer)
        self.url = f"{self.server.url}/hook"

    def _answer(self, asked: Asked) -> Answer:
        self.got.append(asked)
        return Answer(status=self.answers.pop(0) if self.answers else 200)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.server.close()


@pytest.fixture
def mailed() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def handed_over(log: ConversationLog, whole: bool = True) -> Case:
    conversation = log.open("website")
    log.append(conversation.id, "customer", "Un problème sérieux")
    if whole:
        return complaint(log, conversation.id, queue="EU")
    return Cases(log).start(conversation.id, "complaint", priority="high", queue="EU", package={"odd": True})


def sent(log: ConversationLog, case: Case) -> list[str]:
    rows = log.messages(case.conversation_id)
    return [row.payload["destination"] for row in rows if row.payload.get("event") == SENT]


async def rounds(dispatcher: HandoffDispatcher, number: int, *names: str) -> None:
    for _ in range(number):
        for each in names or ("webhook",):
            await dispatcher.round(each)


async def test_a_case_goes_out_once_and_signed(log: ConversationLog, receiver: Receiver) -> None:
    case = handed_over(log)
    await rounds(HandoffDispatcher(log, [Webhook(receiver.url, "hush")]), 3)
    await rounds(HandoffDispatcher(log, [Webhook(receiver.url, "hush")]), 1)  # after a restart
    (asked,) = receiver.got
    signed, at = asked.headers[SIGNATURE.lower()], asked.headers[TIMESTAMP.lower()]
    assert asked.json["case_id"] == case.id
    assert hmac.compare_digest(signed, sign("hush", at, asked.body))
    assert asked.headers["idempotency-key"] == asked.json["idempotency_key"]
    assert abs(time.time() - int(at)) < 60
    assert sent(log, case) == ["webhook"]


async def test_a_webhook_that_is_down_gets_it_later(
    log: ConversationLog, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher_module, "FIRST_PAUSE", 1.0)
    receiver.answers = [500, 404, 503]
    case = handed_over(log)
    dispatcher = HandoffDispatcher(log, [Webhook(receiver.url, "hush")])
    assert 0.05 <= await dispatcher.round("webhook") <= 1.0
    await dispatcher.round("webhook")
    assert len(receiver.got) == 1, "not before its time"
    monkeypatch.setattr(dispatcher_module, "FIRST_PAUSE", 0.05)
    for _ in range(8):
        await asyncio.sleep(0.25)
        await dispatcher.round("webhook")
    assert len(receiver.got) == 4
    assert sent(log, case) == ["webhook"]


async def test_one_destination_that_is_down_does_not_hold_up_another(log: ConversationLog, mailed: MailServer) -> None:
    case = handed_over(log)
    nobody = Webhook("http://127.0.0.1:1/", "hush")
    both = HandoffDispatcher(log, [nobody, Mailbox(mailed.address, "from@example.com", "to@example.com")])
    await rounds(both, 2, "webhook", "e-mail")
    assert len(mailed.mails) == 1
    assert sent(log, case) == ["e-mail"]


async def test_the_letter(log: ConversationLog, mailed: MailServer) -> None:
    case = handed_over(log)
    await rounds(HandoffDispatcher(log, [Mailbox(mailed.address, "from@example.com", "to@example.com")]), 1, "e-mail")
    (letter,) = mailed.mails
    assert letter["subject"] == f"[high] {name('complaint')}"
    assert letter["to"] == "to@example.com"
    assert "A customer makes a complaint" in letter.get_body().get_content()
    (attached,) = letter.iter_attachments()
    assert json.loads(attached.get_content())["case_id"] == case.id


async def test_a_case_without_a_whole_package_goes_out_all_the_same(log: ConversationLog, receiver: Receiver) -> None:
    handed_over(log, whole=False)
    await rounds(HandoffDispatcher(log, [Webhook(receiver.url, "hush")]), 1)
    package = receiver.got[0].json
    assert (package["reason"], package["priority"], package["event"]) == ("complaint", "high", "handoff.initiate")


async def test_a_case_that_its_customer_took_back_is_not_sent(log: ConversationLog, receiver: Receiver) -> None:
    case = handed_over(log)
    Cases(log).leave(case.id)
    await rounds(HandoffDispatcher(log, [Webhook(receiver.url, "hush")]), 1)
    assert receiver.got == []


async def test_a_case_that_was_closed_at_the_desk_before_it_could_be_sent_is_told_to_be(
    log: ConversationLog, receiver: Receiver
) -> None:
    advisor = Advisors(log.engine).create("ada", "Ada", "a password that is long")
    dispatcher = HandoffDispatcher(log, [Webhook(receiver.url, "hush")])
    case = handed_over(log)
    Cases(log).claim(case.id, advisor.id)
    Cases(log).resolve(case.id, advisor.id)
    await rounds(dispatcher, 1)
    assert receiver.got[0].json["metadata"]["case_status"] == "resolved"


async def test_what_programs_of_before_have_sent_is_not_sent_again(log: ConversationLog, receiver: Receiver) -> None:
    case = handed_over(log)
    told = {"event": SENT, "case": case.id, "destination": "webhook", "audience": "desk"}
    key = f"sent:webhook:{case.id}"
    log.append(case.conversation_id, "system", "", kind="event", payload=told, client_key=key)
    await rounds(HandoffDispatcher(log, [Webhook(receiver.url, "hush")]), 1)
    assert receiver.got == []
    assert [each["state"] for each in Handoffs(log).of(case.id)] == ["sent"]


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


def test_a_password_is_not_sent_in_the_clear(log: ConversationLog, mailed: MailServer) -> None:
    with_login = mailed.address.replace("smtp://", "smtp://user:secret@")
    mailbox = Mailbox(with_login, "from@example.com", "to@example.com")
    with pytest.raises(NotDelivered):
        mailbox.deliver(package_of(log, handed_over(log).id), Progress())
    assert mailed.mails == []


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
        handoff_directline_secret="hush",
        handoff_chatwoot_url="https://chat.example.com",
        handoff_chatwoot_account=1,
        handoff_chatwoot_inbox=2,
        handoff_chatwoot_token="hush",
        handoff_zendesk_url="https://house.zendesk.com",
        handoff_zendesk_user="agent@example.com",
        handoff_zendesk_token="hush",
    )
    names = ["webhook", "e-mail", "Bot Framework", "Chatwoot", "Zendesk"]
    assert [each.name for each in configured(both)] == names
    halves = ("handoff_webhook_url", "handoff_smtp", "handoff_chatwoot_url", "handoff_zendesk_url")
    for half in ({each: "smtp://example.com"} for each in halves):
        with pytest.raises(ValueError, match="CONCIERGE_HANDOFF"):
            configured(settings(**half))
