"""Bot Framework, Chatwoot, Zendesk: what they get, and that a failure at any step neither loses nor doubles it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from concierge.conversations import Case, ConversationLog
from concierge.conversations.handoffs import Handoffs
from concierge.handoff import bot_framework
from concierge.handoff import dispatcher as dispatcher_module
from concierge.handoff.bot_framework import BotFramework
from concierge.handoff.chatwoot import Chatwoot
from concierge.handoff.dispatcher import HandoffDispatcher, is_dead
from concierge.handoff.parcels import package_of
from concierge.handoff.zendesk import Zendesk
from tests.handoff.conftest import complaint
from tests.handoff.fakes import ChatwootServer, DirectLine, ZendeskServer


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher_module, "FIRST_PAUSE", 0.0)


def to(server: Any) -> Any:
    """Our side of a fake."""
    if isinstance(server, DirectLine):
        return BotFramework(server.url, server.SECRET)
    if isinstance(server, ChatwootServer):
        return Chatwoot(server.url, server.ACCOUNT, server.INBOX, server.TOKEN)
    return Zendesk(server.url, server.USER, server.TOKEN)


def handed_over(log: ConversationLog, text: str = "Mon sac est arrivé abîmé", proved: bool = False) -> Case:
    conversation = log.open("website", language="fr")
    log.update(conversation.id, name="Claire Fontaine", email="claire@example.com")
    log.append(conversation.id, "assistant", "Bonjour")
    log.append(conversation.id, "customer", text)
    return complaint(log, conversation.id, queue="client_service", verified=proved)


@pytest.fixture(params=["hub", "chatwoot", "zendesk"])
def server(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


async def until_it_is_there(log: ConversationLog, server: Any, case: Case, rounds: int = 30) -> HandoffDispatcher:
    dispatcher = HandoffDispatcher(log, [to(server)])
    for _ in range(rounds):
        await dispatcher.round(to(server).name)
        if Handoffs(log).of(case.id)[0]["state"] == "sent":
            return dispatcher
    raise AssertionError(Handoffs(log).of(case.id))


async def test_each_gets_it_once(log: ConversationLog, server: Any) -> None:
    case = handed_over(log)
    dispatcher = await until_it_is_there(log, server, case, rounds=1)
    asked = len(server.asked)
    await dispatcher.round(to(server).name)
    assert server.cases == [case.id]
    assert len(server.asked) == asked, "nothing is asked once it is there"


async def test_whatever_fails_at_whichever_step(log: ConversationLog, server: Any) -> None:
    """Each request of a delivery fails in turn, in each way: not done, done but never told, too many, broken."""
    case = handed_over(log)
    await until_it_is_there(log, server, case)
    steps = len(server.asked)
    sent = [case.id]
    for step in range(steps):
        for trouble in ("lost", 503) if step else ("lost", 503, 500, ("wait", 0)):
            case = handed_over(log, f"Encore une fois, {step} {trouble}")
            server.ahead = [None] * step + [trouble]
            await until_it_is_there(log, server, case)
            sent.append(case.id)
    server.ahead = []
    assert server.cases == sent


async def test_what_is_not_theirs_is_tried_again(log: ConversationLog, server: Any) -> None:
    """A gateway's page in place of an answer."""
    case = handed_over(log)
    honest, pages = server.answer, iter([True])

    def answer(asked: Any) -> Any:
        found = honest(asked)
        found.body = b"<html>" if next(pages, False) else found.body
        return found

    server.answer = answer
    await until_it_is_there(log, server, case)
    assert server.cases == [case.id]


async def test_a_wrong_token_is_said_and_loses_nothing(
    log: ConversationLog, server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    case, known = handed_over(log), to(server)
    wrong = type(known)(**{**vars(known), "secret" if isinstance(known, BotFramework) else "token": "old"})
    dispatcher = HandoffDispatcher(log, [wrong])
    await dispatcher.round(wrong.name)
    (error,) = [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]
    assert "is its token right?" in error
    assert "Claire" not in error
    assert Handoffs(log).of(case.id)[0]["state"] == "waiting"
    await until_it_is_there(log, server, case)


async def test_a_limit_holds_for_everything(log: ConversationLog, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        handed_over(log)
    server.ahead = [("wait", 30)]
    dispatcher = HandoffDispatcher(log, [to(server)])
    for _ in range(3):
        pause = await dispatcher.round(to(server).name)
    late = handed_over(log)
    await dispatcher.round(to(server).name)
    assert len(server.asked) == 1, "as long as they asked for, nothing is sent"
    assert pause > 10
    assert Handoffs(log).of(late.id)[0]["state"] == "waiting"
    assert Handoffs(log).retry() == 1, "an operator may try all the same"


async def test_what_will_never_be_taken_holds_up_no_other(
    log: ConversationLog, zendesk: ZendeskServer, caplog: pytest.LogCaptureFixture
) -> None:
    first = handed_over(log)
    second = handed_over(log)
    zendesk.ahead = [422]
    dispatcher = HandoffDispatcher(log, [to(zendesk)])
    await dispatcher.round("Zendesk")
    assert zendesk.cases == [second.id]
    assert f"concierge handoffs retry --case {first.id}" in caplog.text
    (standing,) = Handoffs(log).standings()
    assert (standing.waiting, standing.refused, standing.error) == (0, 1, "Zendesk answered 422")
    assert Handoffs(log).retry(case_id=first.id) == 1
    await dispatcher.round("Zendesk")
    assert zendesk.cases == [second.id, first.id]


async def test_a_dead_one_is_told_of_once_and_so_is_its_return(
    log: ConversationLog, server: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher_module, "ALARM_AFTER", dispatcher_module.timedelta(0))
    handed_over(log)
    server.down = True
    dispatcher = HandoffDispatcher(log, [to(server)])
    for _ in range(3):
        await dispatcher.round(to(server).name)
    assert caplog.text.count("has taken no case since") == 1
    (standing,) = Handoffs(log).standings()
    assert is_dead(standing)
    assert standing.waiting == 1
    server.down = False
    Handoffs(log).retry()
    await dispatcher.round(to(server).name)
    assert caplog.text.count("takes cases again") == 1


async def test_what_the_hub_gets(log: ConversationLog, hub: DirectLine) -> None:
    case = handed_over(log)
    await until_it_is_there(log, hub, case)
    ((event,),) = hub.rooms.values()
    assert (event["type"], event["name"], event["conversation"]["id"]) == ("event", "handoff.initiate", "room0")
    assert event["value"]["queue"] == "client_service"
    (transcript,) = event["attachments"]
    assert (transcript["name"], transcript["contentType"]) == ("Transcript", "application/json")
    said = [(each["type"], each["from"]["role"], each["text"]) for each in transcript["content"]["activities"]]
    assert said == [("message", "bot", "Bonjour"), ("message", "user", "Mon sac est arrivé abîmé")]


def test_a_long_transcript_fits_by_its_end(log: ConversationLog) -> None:
    conversation = handed_over(log)
    package = package_of(log, conversation.id)
    (said,) = [each for each in package["attachments"][0]["content"]["activities"] if each["from"]["role"] == "user"]
    package["attachments"][0]["content"]["activities"] = [{**said, "text": f"{n} é" * 500} for n in range(900)]
    event = bot_framework.initiation(package, "room")
    kept = event["attachments"][0]["content"]["activities"]
    assert len(json.dumps(event).encode()) <= bot_framework.MOST_BYTES
    assert kept[-1]["text"].startswith("899")
    assert len(kept) > 20


async def test_what_chatwoot_gets(log: ConversationLog, chatwoot: ChatwootServer) -> None:
    case = handed_over(log)
    await until_it_is_there(log, chatwoot, case)
    (conversation,) = chatwoot.conversations
    facts, said, last = conversation["messages"]
    assert (facts["private"], said["private"]) == (True, True), "nothing of it is shown to the customer"
    assert "claire@example.com (not proved)" in facts["content"]
    assert "Bonjour" in said["content"]
    assert (last["content"], last["message_type"]) == ("Mon sac est arrivé abîmé", "incoming")
    assert (conversation["priority"], conversation["status"]) == ("high", "open")


async def test_only_who_is_proved_is_found_again(
    log: ConversationLog, chatwoot: ChatwootServer, zendesk: ZendeskServer
) -> None:
    """An address that was typed opens nobody's history, and is not written to."""
    for proved in (False, True, True):
        case = handed_over(log, proved=proved)
        await until_it_is_there(log, chatwoot, case)
        await until_it_is_there(log, zendesk, case)
    assert [each["email"] for each in chatwoot.contacts] == [None, "claire@example.com"]
    assert [each["contact_id"] for each in chatwoot.conversations] == [1, 2, 2]
    requesters = [each.get("requester", {}).get("email") for each in zendesk.tickets]
    assert requesters == [None, "claire@example.com", "claire@example.com"]


async def test_what_zendesk_gets(log: ConversationLog, zendesk: ZendeskServer) -> None:
    case = handed_over(log)
    await until_it_is_there(log, zendesk, case)
    (ticket,) = zendesk.tickets
    assert "Claire" not in ticket["subject"]
    assert ticket["comment"]["public"] is False
    assert ticket["tags"] == ["concierge", "complaint", "client_service"]
    (token,) = ticket["comment"]["uploads"]
    assert json.loads(zendesk.uploads[token])["case_id"] == case.id
