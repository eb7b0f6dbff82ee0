"""A transcript goes to its customer by a real mail server, to the address that they proved or left; it is on record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from concierge.conversations import Case
from concierge.desk.audit import Audit
from tests.desk.conftest import Desk, start, stop
from tests.mail_server import NOBODY, MailServer


@pytest.fixture(scope="module")
def mailing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, MailServer]]:
    server = MailServer()
    server.start()
    sender = {"CONCIERGE_MAIL_SERVER": server.address, "CONCIERGE_MAIL_FROM": "Client service <care@house.example>"}
    desk = start(tmp_path_factory.mktemp("mailing"), **sender)
    yield desk, server
    stop(desk)
    server.stop()


@pytest.fixture
def case(mailing: tuple[Desk, MailServer]) -> Case:
    """Of Camille's; its customer, who has proved an address, gave a number."""
    desk, server = mailing
    server.mails.clear()
    case, client = desk.case("Call me: +33 6 12 34 56 78. \u4f60\u597d", language="fr"), desk.client("camille")
    client.post(f"/api/cases/{case.id}/claim")
    client.post(f"/api/cases/{case.id}/messages", json={"client_key": "k1", "text": "Avec plaisir."})
    client.post(f"/api/cases/{case.id}/notes", json={"client_key": "k2", "text": "For colleagues alone"})
    return case


def mail(desk: Desk, case: Case, login: str = "camille", key: str = "m1") -> tuple[int, dict]:
    response = desk.client(login).post(f"/api/cases/{case.id}/transcript/mail", json={"client_key": key})
    return response.status_code, response.json()


def test_it_is_what_the_customer_has_seen_and_goes_once(mailing: tuple[Desk, MailServer], case: Case) -> None:
    desk, server = mailing
    shown = desk.client("camille").get(f"/api/cases/{case.id}").json()
    assert shown["mail_to"] == "c••••@example.com"
    assert mail(desk, case, "antoine")[0] == 403
    status, after = mail(desk, case)
    assert (status, mail(desk, case)[0]) == (200, 200)
    (letter,) = server.mails
    assert (letter["To"], letter["Subject"], letter["Content-Language"]) == (
        "claire@example.com",
        "Notre conversation",
        "fr",
    )
    paper, words = letter.iter_attachments()
    assert (paper.get_filename(), paper.get_content()[:5]) == ("conversation.pdf", b"%PDF-")
    text = words.get_content().replace("\r", "")  # beside the paper, which lacks the Chinese letters
    assert text.startswith("Votre conversation avec nous\n")
    assert "Client\nCall me: +33 6 12 34 56 78. 你好" in text
    assert "Camille\nAvec plaisir." in text
    assert "colleagues" not in text
    assert [each["what"] for each in after["trail"]].count("mailed") == 1
    assert [each["details"] for each in Audit(desk.log.engine).find("transcript_mailed")] == [case.id]
    desk.client("camille").post(f"/api/cases/{case.id}/resolve", json={"note": ""})
    assert mail(desk, case, key="m2")[0] == 200, "who had it may send it after the end, too"


def test_an_address_that_was_only_told_gets_no_contact_details(mailing: tuple[Desk, MailServer], case: Case) -> None:
    desk, server = mailing
    desk.cases.update(case.id, package={"metadata": {"reply_to": "other@example.com"}})
    assert mail(desk, case)[0] == 200
    (letter,) = server.mails
    assert letter["To"] == "other@example.com"
    text = list(letter.iter_attachments())[1].get_content()
    assert "Avec plaisir." in text
    assert "12 34" not in text


def test_what_cannot_be_sent_is_told_and_not_recorded(mailing: tuple[Desk, MailServer], case: Case) -> None:
    desk, _ = mailing
    desk.cases.update(case.id, package={"metadata": {"reply_to": NOBODY}})
    status, told = mail(desk, case)
    assert (status, told["error"]) == (503, "not_sent")
    desk.log.update(case.conversation_id, email="")
    desk.cases.update(case.id, package={})
    assert mail(desk, case)[1]["error"] == "no_address"
    shown = desk.client("camille").get(f"/api/cases/{case.id}").json()
    assert (shown["mail_to"], [each for each in shown["trail"] if each["what"] == "mailed"]) == (None, [])


def test_a_desk_without_a_mail_server_offers_none(desk: Desk) -> None:
    case = desk.case()
    client = desk.client("camille")
    client.post(f"/api/cases/{case.id}/claim")
    assert client.get(f"/api/cases/{case.id}").json()["mail_to"] is None
    assert mail(desk, case)[1]["error"] == "no_address"
