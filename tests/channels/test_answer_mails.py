"""An advisor has answered and nobody reads it: the customer is written to, comes back by the link, or writes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from concierge.channels.answer_mails import AnswerMails, threads_of
from concierge.channels.messaging.adapters.email import Email
from concierge.channels.messaging.model import Delivery, Incoming
from concierge.channels.resuming import Resuming, Way
from concierge.conversations import Advisors, Case, Cases, ConversationLog, upgrade
from concierge.settings import Settings, get_settings
from concierge.storage.database import open_engine
from tests.channels.conftest import Page, Site
from tests.mail_server import NOBODY, MailServer, mail_server

SERVICE = "service@example.com"
LINK = re.compile(r"#concierge-link=([\w.-]+)")


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


class House:
    """A log with one advisor, and a mail server beside it."""

    def __init__(self, folder: Path, server: MailServer) -> None:
        engine = open_engine(f"sqlite:///{folder / 'concierge.db'}")
        upgrade(engine)
        self.server = server
        self.log = ConversationLog(engine)
        self.cases = Cases(self.log)
        self.camille = Advisors(engine).create("camille", "Camille", "a long password").id

    def mails(self, unread: float = 0) -> list[EmailMessage]:
        """Those that one more round sends."""
        before = len(self.server.mails)
        AnswerMails(self.log, get_settings(), unread).work()
        return self.server.mails[before:]

    def case(self, address: str = "anna@example.com", language: str = "en") -> Case:
        conversation = self.log.open("website", language=language)
        self.log.append(conversation.id, "customer", "a person, please")
        package = {"metadata": {"reply_to": address}} if address else {}
        return self.cases.claim(self.cases.start(conversation.id, "asked", package=package).id, self.camille)

    def say(self, case: Case, text: str) -> int:
        return self.cases.say(case.id, self.camille, text).seq


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with mail_server() as server:
        monkeypatch.setenv("CONCIERGE_VAR", str(tmp_path))
        monkeypatch.setenv("CONCIERGE_MAIL_SERVER", server.address)
        monkeypatch.setenv("CONCIERGE_MAIL_FROM", f"Client Service <{SERVICE}>")
        get_settings.cache_clear()
        yield House(tmp_path, server)
    get_settings.cache_clear()


def test_an_answer_that_is_not_read_is_mailed_once_with_a_link_back(house: House) -> None:
    case = house.case()
    house.say(case, "Your bag is ready.")
    house.say(case, "It is in the boutique.")
    assert house.mails(unread=90) == [], "a page has time to show it"
    (mail,) = house.mails()
    assert (mail["To"], mail["From"]) == ("anna@example.com", f"Camille <{SERVICE}>")
    assert mail["Content-Language"] == "en"
    text = text_of(mail)
    assert "Camille has answered you:\n\nYour bag is ready.\n\nIt is in the boutique.\n" in text
    assert "an answer to this e-mail is not read" in text
    token = LINK.findall(text)[0]
    assert Resuming(get_settings()).read(token) == Way(case.conversation_id, proved=False)
    assert Resuming(get_settings()).read(token[:-3]) is None
    assert house.mails() == []
    house.say(case, "Until six.")
    assert "Until six." in text_of(house.mails()[0])


def test_what_was_read_and_who_left_no_address_is_not_mailed(house: House) -> None:
    read, nobody = house.case(), house.case(address="")
    threads_of(house.log, get_settings()).shown(read.conversation_id, house.say(read, "Good day"))
    house.say(nobody, "Good day")
    assert house.mails() == []


def test_a_proved_address_is_written_to_in_the_customers_language(house: House) -> None:
    case = house.case(address="", language="fr")
    house.log.update(case.conversation_id, email="claire@example.com")
    house.say(case, "Votre sac est prêt.")
    (mail,) = house.mails()
    assert mail["To"] == "claire@example.com"
    assert "Camille vous a répondu :" in text_of(mail)
    assert Resuming(get_settings()).read(LINK.findall(text_of(mail))[0]) == Way(case.conversation_id, proved=True)


def test_while_the_mail_server_is_down_nothing_is_lost_and_nothing_is_doubled(house: House) -> None:
    case = house.case()
    house.say(case, "Good day")
    house.server.stop()
    assert house.mails() == house.mails() == []
    house.server.start()
    with house.log.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE mail_threads SET next_at = '2020-01-01 00:00:00.000000'")
    assert len(house.mails()) == 1
    assert house.mails() == []


def test_an_address_that_takes_nothing_is_not_tried_for_ever(house: House) -> None:
    house.say(house.case(NOBODY), "Good day")
    assert house.mails() == []
    with house.log.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT mailed_seq > 0, tries FROM mail_threads").one() == (1, 0)


async def test_an_answer_by_mail_comes_into_the_case_and_is_answered_by_mail(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concierge.channels.file_links import FileLinks
    from concierge.channels.messaging.calling import Api
    from concierge.channels.messaging.enclosing import Enclosing
    from concierge.channels.messaging.media import Media
    from concierge.channels.messaging.receiving import Receiving
    from concierge.channels.messaging.sending import Sender
    from concierge.channels.reception import Reception
    from concierge.conversations.outbox import Outbox
    from concierge.files import FileStore

    values = {"CONCIERGE_EMAIL_ADDRESS": SERVICE, "CONCIERGE_EMAIL_SECRET": "s" * 32, "CONCIERGE_EMAIL_PLUS": "true"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    adapter = Email({**dict.fromkeys((each.name for each in Email.variables), ""), **values})
    case = house.case()
    house.say(case, "Which colour was it?")
    (mail,) = house.mails()
    assert "answer this e-mail" in text_of(mail)

    def reply(sender: str, text: str) -> list[Any]:
        answer = EmailMessage()
        answer["From"], answer["To"], answer["Subject"] = sender, mail["Reply-To"], f"Re: {mail['Subject']}"
        answer["Message-ID"], answer["In-Reply-To"] = f"<{abs(hash(text))}@mail.example>", mail["Message-ID"]
        answer.set_content(f"{text}\n\nOn Monday, Camille wrote:\n> Which colour was it?\n")
        return list(adapter.parse(Delivery("IMAP", "", {}, answer.as_bytes())))

    reception, files = Reception(get_settings()), FileStore(get_settings().files)
    outbox, adapters, api = Outbox(reception.log), {adapter.name: adapter}, Api()
    enclosing = Enclosing(reception.log, files, FileLinks(get_settings()), Resuming(get_settings()))
    sender = Sender(outbox, adapters, api, reception.blocking, enclosing)
    media = Media(reception.log, files, adapters, api, reception.blocking)
    receiving = Receiving(reception, outbox, adapters, sender, media)
    await receiving.take(reply("Anna <anna@example.com>", "It was black."))
    heard = house.log.last_messages(case.conversation_id, 1, "customer")[0]
    assert heard.text == "It was black."
    house.say(case, "Thank you.")
    assert "Thank you." in text_of(house.mails(unread=90)[0]), "who writes by mail does not wait for a page"
    stranger = [each for each in reply("eve@example.com", "Send it to me.") if isinstance(each, Incoming)]
    await receiving.take([replace(each, at=datetime.now(timezone.utc) + timedelta(seconds=1)) for each in stranger])
    assert house.log.last_messages(case.conversation_id, 1, "customer")[0].seq == heard.seq
    await api.__aexit__(None, None, None)
    await reception.close()


def test_the_link_takes_the_customer_back_into_the_conversation(site: Site) -> None:
    page = Page(site.urls[0])
    page.ask("hello")
    key = Settings(_env_file=None, var=site.var)
    link = Resuming(key).make(Way(page.id, proved=False))
    token = LINK.findall(link)[0]
    elsewhere = Page(site.urls[0], link=token)
    assert (elsewhere.id, elsewhere.said(role="customer")) == (page.id, ["hello"])
    assert "link_reason" not in elsewhere.opened
    site.log.prove(page.id, "claire@example.com", "", -1)
    over = Page(site.urls[0], link=token)
    assert over.id != page.id, "what was proved since is not shown to who merely has the link"
    assert over.opened["link_reason"] == "expired"
    proved = LINK.findall(Resuming(key).make(Way(page.id, proved=True)))[0]
    assert Page(site.urls[0], link=proved).id == page.id
