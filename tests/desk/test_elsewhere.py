"""The customer's other conversations: beside the case where the same is proved in both, and nowhere else."""

from __future__ import annotations

import time
from typing import Any

import pytest

from concierge.conversations import Case, Conversation
from concierge.conversations.proof import in_common
from concierge.desk.audit import Audit
from concierge.policy.proofs import CODE, NAME_POSTCODE, NUMBER_EMAIL
from concierge.privacy.stores import Selection
from concierge.privacy.stores.log import LogStore
from tests.desk.conftest import Desk

EMAIL = "joined@example.com"


def opened(desk: Desk, said: str = "I would like to speak to somebody") -> Case:
    """A case of somebody who has proved nothing yet."""
    case = desk.case(said)
    desk.log.update(case.conversation_id, email="")
    return case


def other(desk: Desk, channel: str, said: str = "Hello from elsewhere") -> Conversation:
    found = desk.log.open(channel, f"address-{time.time_ns()}", "en", "EU")
    desk.log.append(found.id, "customer", said)
    return found


def proves(desk: Desk, one: str, email: str, kind: str = NUMBER_EMAIL, number: str = "BA1") -> None:
    desk.log.prove(one, email, "Claire Fontaine", 24, kind=kind, number=number, address=kind != NAME_POSTCODE)


def joined(desk: Desk, case: Any) -> dict[str, tuple[list[str], Any]]:
    found = desk.client("camille").get(f"/api/cases/{case.id}/elsewhere")
    assert found.status_code == 200, found.text
    return {each["id"]: (each["proofs"], each["order"]) for each in found.json()}


def test_by_an_order_by_its_address_and_by_the_shop_but_never_by_what_is_told(desk: Desk) -> None:
    case = opened(desk, "Where is it?")
    proves(desk, case.conversation_id, EMAIL)
    whatsapp, line, website, told, weak, stranger = (
        other(desk, channel) for channel in ("whatsapp", "line", "website", "telegram", "sms", "messenger")
    )
    proves(desk, whatsapp.id, EMAIL.upper(), CODE, "BA2")
    proves(desk, line.id, EMAIL, NAME_POSTCODE, "BA1")
    assert desk.log.identify(website.id, "subject-1", EMAIL, "Claire", int(time.time()) + 60)
    desk.log.append(told.id, "customer", f"My address is {EMAIL}")
    desk.log.update(told.id, email=EMAIL)  # however it came to stand there
    proves(desk, weak.id, EMAIL, NAME_POSTCODE, "BA9")  # another order, and its address is not proved
    proves(desk, stranger.id, "anna@example.org", NUMBER_EMAIL, "BA1")  # the order went to another address since
    assert joined(desk, case) == {
        whatsapp.id: (["code"], None),
        line.id: (["name_postcode"], "BA1"),
        website.id: (["shop"], None),
    }


def test_what_may_be_of_two_customers_is_joined_with_nobody(desk: Desk) -> None:
    case = opened(desk, "Where is it?")
    proves(desk, case.conversation_id, "two@example.com", number="BA31")
    both = other(desk, "whatsapp")
    proves(desk, both.id, "two@example.com", number="BA32")
    assert list(joined(desk, case)) == [both.id]
    proves(desk, both.id, "someone@example.com", number="BA33")
    assert joined(desk, case) == {}


def test_a_link_joins_by_its_order_and_an_open_case_without_proof_has_nobody(desk: Desk) -> None:
    case, nobody = opened(desk), opened(desk)
    until = int(time.time()) + 60
    assert desk.log.open_by_link(case.conversation_id, "BA41", "status", until)
    messenger = other(desk, "messenger")
    proves(desk, messenger.id, "linked@example.com", number="BA41")
    assert joined(desk, case) == {messenger.id: (["number_email"], "BA41")}
    assert joined(desk, nobody) == {}
    assert in_common({}, {}) is None


def test_its_words_are_read_by_whoever_has_the_case_and_reading_is_on_record(desk: Desk) -> None:
    case, client = opened(desk, "Where is it?"), desk.client("camille")
    proves(desk, case.conversation_id, "read@example.com", number="BA51")
    whatsapp = other(desk, "whatsapp", "Write to read@example.com, please")
    proves(desk, whatsapp.id, "read@example.com", number="BA51")
    unproved = other(desk, "line", "I am read@example.com")
    path = f"/api/cases/{case.id}/elsewhere"
    assert client.get(f"{path}/{whatsapp.id}").status_code == 409, "nobody has the case"
    client.post(f"/api/cases/{case.id}/claim")
    assert desk.client("antoine").get(f"{path}/{whatsapp.id}").status_code == 403
    found = client.get(f"{path}/{whatsapp.id}", params={"language": "fr"})
    assert (found.status_code, found.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert "WhatsApp" in found.text
    assert "please" in found.text
    assert "read@example.com" not in found.text
    assert client.get(f"{path}/{unproved.id}").json()["error"] == "not_same_customer"
    assert client.get(f"{path}/{whatsapp.id}", params={"language": "xx"}).status_code == 400
    read = [each["details"] for each in Audit(desk.log.engine).find("history_read")]
    assert read == [f"{case.id} {whatsapp.id}"]


@pytest.mark.parametrize("gone", ["whatsapp", "case"])
def test_what_is_erased_is_joined_with_nothing(desk: Desk, gone: str) -> None:
    case = opened(desk)
    proves(desk, case.conversation_id, f"{gone}@example.com", number="BA61")
    whatsapp = other(desk, "whatsapp")
    proves(desk, whatsapp.id, f"{gone}@example.com", number="BA61")
    erased = whatsapp.id if gone == "whatsapp" else case.conversation_id
    LogStore(str(desk.log.engine.url)).erase(Selection((erased,)))
    answer = desk.client("camille").get(f"/api/cases/{case.id}/elsewhere")
    assert (answer.status_code, gone) in ((200, "whatsapp"), (404, "case"))
    assert gone == "case" or answer.json() == []
