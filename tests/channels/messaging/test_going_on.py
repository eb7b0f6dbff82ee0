"""From the website into a messenger, and back: one conversation, by a ticket that nobody can make or use twice."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from concierge.channels.file_links import FileLinks
from concierge.channels.links import page_of
from concierge.channels.messaging import enclosing, tickets
from concierge.channels.messaging.enclosing import TO_THE_WEBSITE, Enclosing
from concierge.channels.messaging.model import Incoming
from concierge.channels.messaging.receiving import Receiving
from concierge.channels.messaging.tickets import Ticket, Tickets
from concierge.channels.resuming import Resuming, Way
from concierge.channels.sentences import sentence
from concierge.channels.website_ways import Ways
from concierge.conversations import Cases
from concierge.files import FileStore
from concierge.settings import get_settings
from tests.channels.conftest import until
from tests.channels.messaging.adapters.parsing import parsed
from tests.channels.messaging.conftest import HTTP, Alone, Customer
from tests.channels.messaging.fakes import FakeMessenger
from tests.channels.messaging.provider import Providers
from tests.channels.messaging.test_receiving import receiving

__all__ = ["receiving"]  # the fixture


def incoming(text: str, address: str = "7", key: str = "1") -> Incoming:
    return Incoming("telegram", key, address, datetime.now(timezone.utc), text)


def ticket(receiving: Receiving, conversation_id: str) -> str:
    return receiving._tickets.make(conversation_id)


def of_the_website(alone: Alone) -> str:
    one = alone.log.open("website").id
    alone.log.append(one, "customer", "Where is BA10000003?")
    return one


def said(alone: Alone, conversation_id: str) -> list[str]:
    return [row.text for row in alone.log.messages(conversation_id) if row.role == "assistant"]


async def test_the_conversation_goes_on_as_the_same_one(
    alone: Alone, receiving: Receiving, providers: Providers
) -> None:
    site = of_the_website(alone)
    written = ticket(receiving, site)
    for _ in range(2):
        await receiving.take([incoming(f"/start {written}")])
    here = alone.log.find("telegram", "7")
    assert here.id == site
    assert said(alone, site) == [sentence("went_on")]
    rows = alone.log.messages(site)
    assert written not in str(rows)
    assert [row.payload for row in rows if row.kind == "event"] == [
        {"event": "went_on", "channel": "telegram", "audience": "desk"}
    ]
    await receiving.take([incoming("and when?", key="2")])
    alone.log.append(site, "advisor", "Tomorrow", author="Camille")
    async with alone.sender():
        await alone.drained()
    assert providers.fakes["telegram"].said("7") == [sentence("went_on"), "Tomorrow"]
    assert [row.text for row in alone.log.messages(site) if row.role == "customer"][-1] == "and when?"


async def test_a_ticket_is_used_once_and_a_later_one_goes_before_it(alone: Alone, receiving: Receiving) -> None:
    site = of_the_website(alone)
    written = ticket(receiving, site)
    await receiving.take([incoming(written)])
    await receiving.take([incoming(written, address="8")])
    assert alone.log.find("telegram", "7").id == site
    other = alone.log.find("telegram", "8")
    assert (other.id == site, said(alone, other.id)) == (False, [sentence("not_gone_on")])


async def test_what_was_at_the_address_keeps_its_words_but_not_with_an_open_case(
    alone: Alone, receiving: Receiving
) -> None:
    await receiving.take([incoming("hello", key="0")])
    before, site = alone.log.find("telegram", "7").id, of_the_website(alone)
    await receiving.take([incoming(ticket(receiving, site))])
    assert alone.log.find("telegram", "7").id == site
    assert alone.log.get(before).address is None
    assert alone.log.messages(before)[-1].text == "hello"
    Cases(alone.log).start(site, "customer_asked")
    second = of_the_website(alone)
    await receiving.take([incoming(ticket(receiving, second), key="3")])
    assert alone.log.find("telegram", "7").id == site, "somebody is to answer there"
    assert said(alone, site)[-1] == sentence("not_gone_on")


def test_tickets_that_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    made, one = Tickets("key"), "0123456789abcdef0123456789abcdef"
    written = made.make(one)
    assert made.found_in(f"Please go on: {written}.") == Ticket(one, made.found_in(written).made_at)  # type: ignore[union-attr]
    other = ("A" if written[0] != "A" else "B") + written[1:]
    for wrong in ("", written[:-1], written + "A", other, "A" * 43, "é" * 43):
        assert made.found_in(wrong) is None
    assert Tickets("another").found_in(written) is None
    later = time.time() + tickets.SECONDS + 2
    monkeypatch.setattr(tickets.time, "time", lambda: later)
    assert made.found_in(written) is None


def test_each_way_in_brings_the_ticket_back(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {
        **providers.environment(),
        "CONCIERGE_TELEGRAM_NAME": "@house_bot",
        "CONCIERGE_WHATSAPP_NUMBER": "+33 1 00",
        "CONCIERGE_LINE_ID": "@house",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = get_settings()
    ways = Ways("key", Resuming(settings))
    assert ways.of(alone.log.open("website")) == [], "nothing to go on with"
    assert ways.of(alone.log.get(alone.hear("rest", "x"))) == []
    assert ways.to_another_device(alone.log.open("website")) == ""
    mine = alone.log.get(of_the_website(alone))
    page, _, token = ways.to_another_device(mine).partition("#concierge-link=")
    assert (page, Resuming(settings).read(token)) == (page_of(settings), Way(mine.id, proved=False))
    found = {each["channel"]: each for each in ways.of(alone.log.get(of_the_website(alone)))}
    assert sorted(found) == ["line", "messenger", "telegram", "twilio_whatsapp", "whatsapp"]
    assert found["telegram"]["address"].startswith("https://t.me/house_bot?start=")
    assert found["whatsapp"]["address"].startswith("https://wa.me/33100?text=I%20would%20like")
    assert found["twilio_whatsapp"]["title"] == "WhatsApp"
    for each in found.values():
        assert Tickets("key").found_in(each["address"].replace("%20", " ").replace("=", " ")), each


@pytest.mark.parametrize("channel", ["telegram", "email", "callback"])
async def test_the_way_back_is_made_when_it_is_sent(
    alone: Alone, providers: Providers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    """Also once more after an answer that was lost, and the same then; once it would be over it is not sent."""
    settings = get_settings()
    fake, resuming = providers.fakes[channel], Resuming(settings)
    one = alone.hear(channel, fake.address_of("7"))
    alone.enclosing = Enclosing(alone.log, FileStore(tmp_path), FileLinks(settings), resuming)
    fake.trouble.append("lost")
    words = sentence("to_the_website")
    alone.log.append(one, "advisor", words, author="Camille", payload={TO_THE_WEBSITE: True})
    async with alone.sender():
        await alone.drained()
    (sent,) = fake.said("7")
    said, _, link = sent.partition("\n")
    page, _, token = link.partition("#concierge-link=")
    assert (said, page, resuming.read(token)) == (words, page_of(settings), Way(one, proved=False))
    assert token not in str(alone.log.messages(one))
    assert fake.complaints == []
    monkeypatch.setattr(enclosing, "_LEFT", timedelta(hours=1))
    alone.log.append(one, "advisor", words, author="Camille", payload={TO_THE_WEBSITE: True})
    async with alone.sender():
        await alone.drained()
    assert [letter.error for letter in alone.letters("failed")] == ["link_over"]


@pytest.mark.parametrize("fake", ["telegram", "whatsapp"], indirect=True)
def test_back_on_the_website_it_is_the_same_conversation(customer: Customer) -> None:
    site, fake = customer.site, customer.fake
    customer.write("person")
    case = until(lambda: customer.conversation and site.cases.live(customer.conversation.id))
    site.cases.claim(case.id, site.advisor())
    site.cases.say(case.id, site.advisor(), sentence("to_the_website"), payload={TO_THE_WEBSITE: True})
    sent = until(lambda: [text for text in fake.said(customer.address) if "#concierge-link=" in text])[0]
    here = f"{site.urls[0]}/webhooks/website"
    opened = HTTP.post(f"{here}/sessions", json={"link": sent.partition("#concierge-link=")[2]})
    assert opened.status_code == 201, opened.text
    bearer = {"Authorization": f"Bearer {opened.json()['token']}"}
    shown = HTTP.get(f"{here}/events?after=0", headers=bearer).json()
    assert "person" in [each["text"] for each in shown["messages"]]
    assert "concierge-link" not in str(shown)
    words = {"client_key": "k", "text": "I am on the website now"}
    assert HTTP.post(f"{here}/messages", json=words, headers=bearer).status_code == 202
    site.cases.say(case.id, site.advisor(), "Here, and there")
    until(lambda: "Here, and there" in fake.said(customer.address))
    rows = site.log.messages(customer.conversation.id)
    assert [row.text for row in rows if row.role == "customer"][-1] == "I am on the website now"
    again = HTTP.get(f"{here}/events?after=0", headers=bearer).json()
    assert again["messages"][-1]["text"] == "Here, and there"


def test_messenger_brings_it_as_a_referral() -> None:
    fake: Any = FakeMessenger()
    for event in (
        {"referral": {"ref": "T"}},
        {"postback": {"mid": "m", "payload": "GET_STARTED", "referral": {"ref": "T"}}},
    ):
        (found,) = parsed("messenger", fake.batch(fake.event("77", **event)))
        assert (found.text, found.opens, found.address) == ("T", True, "77")
