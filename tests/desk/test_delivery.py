"""What advisors see and do of the way to a customer on a messaging channel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from concierge.channels.sentences import sentence
from concierge.conversations.outbox import Outbox, Taken
from concierge.desk.services import Services
from concierge.settings import Settings
from tests.desk.conftest import Desk, start, stop

NOW = datetime.now(timezone.utc)
WRITTEN = """
whatsapp:
  order_news:
    title: News of an order
    en: {code: en_GB, text: "Good day {first_name}, we have news. Answer here, {first_name}. {advisor}"}
    fr: {code: fr, text: "Bonjour {first_name}"}
  about_order:
    en: {text: "Your order {order}"}
"""


@pytest.fixture(scope="module")
def messaging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    var = tmp_path_factory.mktemp("messaging")
    (var / "templates.yml").write_text(WRITTEN)
    running = start(var, CONCIERGE_TEMPLATES=str(var / "templates.yml"))
    yield running
    stop(running)


def handed_over(desk: Desk, heard_at: datetime, **fields: Any) -> Any:
    """A case that Camille has, of somebody who wrote on WhatsApp then."""
    case = desk.case(channel="whatsapp", **fields)
    Outbox(desk.log).hear(case.conversation_id, "whatsapp", heard_at, {})
    desk.cases.claim(case.id, desk.person("camille").id)
    return case


def test_until_when_words_are_taken_and_how_far_each_has_come(messaging: Desk) -> None:
    case = handed_over(messaging, NOW)
    client, outbox = messaging.client("camille"), Outbox(messaging.log)
    before = client.get(f"/api/cases/{case.id}").json()
    assert datetime.fromisoformat(before["case"]["answers_until"]) == NOW + timedelta(hours=24)
    said = client.post(f"/api/cases/{case.id}/messages", json={"client_key": "k1", "text": "Good morning"})
    seq = said.json()["message"]["seq"]

    def state() -> tuple[str, str]:
        known = client.get(f"/api/cases/{case.id}").json()["deliveries"][str(seq)]
        return known["state"], known["error"]

    assert state() == ("waiting", "")
    claim = outbox.claim(case.conversation_id, 5)
    assert claim is not None
    outbox.taken(claim, [Taken(each.seq, 0, f"w{each.seq}") for each in claim.messages], {}, 5)
    assert state() == ("sent", "")
    outbox.receipt("whatsapp", f"w{seq}", "read")
    outbox.receipt("whatsapp", f"w{seq}", "delivered")
    assert state() == ("read", ""), "never backwards"
    moved = client.get(f"/api/cases/{case.id}").json()["case"]["moved"]
    assert moved != before["case"]["moved"]
    outbox.hear(case.conversation_id, "whatsapp", NOW, {"left": 1})
    outbox.stand(case.conversation_id, "unsubscribed")
    row = client.get(f"/api/cases/{case.id}").json()
    assert (row["case"]["stopped"], row["case"]["left"]) == ("unsubscribed", 1)
    assert row["messages"][-1]["payload"]["event"] == "stopped"
    website = messaging.case()
    row = client.get(f"/api/cases/{website.id}").json()
    assert (row["case"]["answers_until"], row["case"]["moved"], row["deliveries"]) == (None, 0, {})


def test_what_failed_is_sent_again_by_who_has_the_case(messaging: Desk) -> None:
    case = handed_over(messaging, NOW)
    client, outbox = messaging.client("camille"), Outbox(messaging.log)
    message = messaging.cases.say(case.id, messaging.person("camille").id, "Good morning")
    path = f"/api/cases/{case.id}/messages/{message.seq}/retry"
    assert client.post(path, json={}).json()["error"] == "not_failed"
    claim = outbox.claim(case.conversation_id, 5)
    assert claim is not None
    outbox.fail(claim, message.seq, "meta_131026")
    shown = client.get(f"/api/cases/{case.id}").json()["deliveries"][str(message.seq)]
    assert shown == {"state": "failed", "error": "meta_131026"}
    other = messaging.client("other").post(path, json={})
    assert (other.status_code, other.json()["error"]) == (403, "not_yours")
    again = client.post(path, json={})
    assert again.json()["deliveries"][str(message.seq)] == {"state": "waiting", "error": ""}


def test_what_failed_stands_in_one_list_with_its_reason(messaging: Desk) -> None:
    case = handed_over(messaging, NOW)
    outbox, lead = Outbox(messaging.log), messaging.person("chief", "lead")
    message = messaging.cases.say(case.id, messaging.person("camille").id, "Write to me at claire@example.com")
    without = messaging.log.open("telegram", "no-case")
    outbox.hear(without.id, "telegram", NOW, {})
    messaging.log.append(without.id, "assistant", "Good morning")
    for conversation_id, seq, reason in (
        (case.conversation_id, message.seq, "meta_131026"),
        (without.id, 1, "blocked"),
    ):
        claim = outbox.claim(conversation_id, 5)
        assert claim is not None
        outbox.fail(claim, seq, reason)

    def listed(client: Any) -> list[tuple[str, Any, str]]:
        return [(each["conversation_id"], each["case_id"], each["reason"]) for each in client.get(path).json()]

    path, ours = "/api/undelivered", (case.conversation_id, case.id, "meta_131026")
    camille, chief = messaging.client("camille"), messaging.client(lead.login)
    assert (without.id, None, "blocked") in listed(chief)
    assert [each for each in listed(camille) if each[1] == case.id] == [ours]
    assert (without.id, None, "blocked") not in listed(camille)
    assert ours not in listed(messaging.client("other"))
    (shown,) = [each for each in camille.get(path).json() if each["case_id"] == case.id]
    assert (shown["role"], "claire@example.com" in shown["text"]) == ("advisor", False)
    again = f"{path}/{without.id}/1/retry"
    assert camille.post(again, json={}).json()["error"] == "not_yours"
    left = {each["conversation_id"] for each in chief.post(again, json={}).json()}
    assert without.id not in left
    assert chief.post(again, json={}).json()["error"] == "not_failed"
    mine = f"{path}/{case.conversation_id}/{message.seq}/retry"
    assert ours[0] not in {each["conversation_id"] for each in camille.post(mine, json={}).json()}


def test_templates_in_the_customers_language_filled_from_the_case(messaging: Desk) -> None:
    case = handed_over(messaging, NOW - timedelta(days=3))
    client, path = messaging.client("camille"), f"/api/cases/{case.id}/templates"
    found = {each["name"]: each for each in client.get(path).json()}
    text = "Good day Claire, we have news. Answer here, Claire. Camille"
    assert found["order_news"] == {"name": "order_news", "title": "News of an order", "text": text, "complete": True}
    assert (found["about_order"]["text"], found["about_order"]["complete"]) == ("Your order [order]", False)
    for name, error in (("about_order", "template_unfilled"), ("nothing", "no_template"), (5, "no_template")):
        assert client.post(path, json={"client_key": "x", "name": name}).json()["error"] == error
    sent = [client.post(path, json={"client_key": "t1", "name": "order_news"}) for _ in range(2)]
    assert [each.status_code for each in sent] == [201, 200]
    message = messaging.log.messages(case.conversation_id)[-1]
    assert (message.role, message.text) == ("advisor", text)
    assert message.payload["template"] == {
        "name": "order_news",
        "code": "en_GB",
        "id": "",
        "values": ["Claire", "Camille"],
    }
    french = handed_over(messaging, NOW, language="fr")
    french_texts = [each["text"] for each in client.get(f"/api/cases/{french.id}/templates").json()]
    assert french_texts == ["Bonjour Claire", "Your order [order]"]
    assert client.get(f"/api/cases/{messaging.case().id}/templates").json() == []


def test_a_link_to_the_website_is_sent_and_not_kept(messaging: Desk) -> None:
    case = handed_over(messaging, NOW, language="it")
    client, path = messaging.client("camille"), f"/api/cases/{case.id}/website-link"
    sent = [client.post(path, json={"client_key": "w1"}) for _ in range(2)]
    assert [each.status_code for each in sent] == [201, 200]
    message = messaging.log.messages(case.conversation_id)[-1]
    assert (message.role, message.author, message.text) == ("advisor", "Camille", sentence("to_the_website", "it"))
    assert (message.payload, "http" in str(sent[0].json())) == ({"to_the_website": True}, False)
    assert messaging.client("other").post(path, json={"client_key": "w2"}).json()["error"] == "not_yours"
    website = messaging.case()
    messaging.cases.claim(website.id, messaging.person("camille").id)
    refused = client.post(f"/api/cases/{website.id}/website-link", json={"client_key": "w3"})
    assert (refused.status_code, refused.json()["error"]) == (409, "no_messenger")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("telegram: {x: {en: {text: hello}}}", "telegram takes no templates"),
        ("whatsapp: {x: {tlh: {text: hello}}}", "tlh is no language"),
        ("whatsapp: {x: {en: {text: '{iban}'}}}", "{iban} cannot be filled"),
        ("whatsapp: {x: {en: hello}}", "a list of names"),
        ("whatsapp: {x: {en: {words: hello}}}", "a language has a text"),
        ("whatsapp: [", "cannot be read"),
    ],
)
def test_a_wrong_file_is_told_at_the_start(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "templates.yml").write_text(written)
    with pytest.raises(ValueError, match=told.replace("{", r"\{")):
        Services(Settings(_env_file=None, var=tmp_path, templates=tmp_path / "templates.yml"))
