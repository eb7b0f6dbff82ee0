"""What helps an advisor: drafts to begin with, marks of what was understood wrongly, read marks, translations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from concierge.cli import main
from concierge.demo.documented import documented_orders
from concierge.desk import suggestions
from concierge.desk.misunderstood import Marks, masked
from concierge.desk.suggestions import Known
from concierge.languages.registry import complete
from concierge.orders.model import Status
from concierge.policy import load_house
from concierge.settings import get_settings
from tests.desk.conftest import Desk, start, stop
from tests.loopback import Answer, Asked, Server

NOW = datetime.now(timezone.utc)
KEY = "a key of ours"


def known(**more: Any) -> Known:
    given = {"first_name": "Claire", "advisor": "Camille", "language": "en", "region": "EU", "channel": "website"}
    return Known(**{**given, "order": None, "decisions": (), **more})


# --- drafts


@pytest.mark.parametrize("language", complete())
def test_drafts_come_from_the_decision_and_the_order_in_the_customers_language(desk: Desk, language: str) -> None:
    order = next(each for each in documented_orders(NOW) if each.number == "BA10000005")
    decision = load_house().decide("return", order, line=order.lines[0].id, on=NOW)
    conversation = desk.log.open("website", f"drafts-{language}", language, "EU")
    desk.log.record_decision(conversation.id, "return", decision.outcome, decision.to_dict(), order.number)
    decisions = tuple(desk.log.decisions(conversation.id))
    found = {
        each.because: each
        for each in suggestions.suggestions(known(language=language, order=order, decisions=decisions))
    }
    assert set(found) == {"decision", "order", "missing"}
    for each in found.values():
        assert each.language == language
        assert "Claire" in each.text
        assert "Camille" in each.text
        assert "{" not in each.text
        assert "!" not in each.text
    assert decision.deadline
    assert str(decision.deadline.day) in found["decision"].text
    assert "BA10000005" in found["order"].text


def test_every_sentence_of_drafts_is_there_in_every_language() -> None:
    written = yaml.safe_load(suggestions.FILE.read_text("utf-8"))
    assert {f"order_{each.value}" for each in Status} <= set(written)
    for name, wordings in written.items():
        assert set(wordings) == set(complete()), name
        assert len({len(each) for each in wordings.values()}) == 1, name


def test_drafts_claim_nothing_that_is_not_known(desk: Desk) -> None:
    found = suggestions.suggestions(known(first_name=""))
    assert [(each.because, each.text) for each in found] == [
        ("missing", "Good day, this is Camille. May I have your order number? Then I can look into it with you.")
    ]
    assert suggestions.suggestions(known(greeted=True))[0].text.startswith("May I have")
    client, case = desk.client("camille"), desk.case()
    desk.log.record_decision(case.conversation_id, "return", "no", {"deadline": "2031-12-03"})  # of an older version
    assert [each["because"] for each in client.get(f"/api/cases/{case.id}/suggestions").json()] == ["missing"]
    assert client.get("/api/cases/nobody/suggestions").status_code == 404


# --- marked as wrong


def test_what_was_understood_wrongly_is_marked_and_handed_out_masked(desk: Desk, tmp_path: Path) -> None:
    client, case = desk.client("camille"), desk.case()
    parts = [
        {"text": "Where is BA10000003", "intent": "track_order", "confidence": 0.9},
        {"text": "write to claire@example.com or 0044 20 7946 0958", "intent": "return_item", "confidence": 0.4},
    ]
    meta = {"intent": "track_order", "confidence": 0.9, "parts": parts, "language": "fr"}
    message = desk.log.append(case.conversation_id, "customer", "Both.", meta=meta)
    mark = {"seq": message.seq, "part": 1, "intent": "exchange_item"}
    at = f"/api/cases/{case.id}"
    assert client.post(f"{at}/meant", json=mark).status_code == 204
    assert client.post(f"{at}/meant", json={**mark, "intent": "no_such_topic"}).json()["error"] == "bad_intent"
    for wrong in ({"part": 2}, {"part": -1}, {"seq": 99}, {"seq": 2**40}, {"seq": True}, {"seq": "1"}):
        assert client.post(f"{at}/meant", json={**mark, **wrong}).status_code in (400, 404)
    assert client.get(at).json()["marks"] == [{"seq": message.seq, "part": 1, "meant": "exchange_item"}]
    file = tmp_path / "marked.yml"
    environment = {"CONCIERGE_DATABASE_URL": str(desk.log.engine.url)}
    get_settings.cache_clear()
    done = CliRunner().invoke(main, ["marked", "--to", str(file)], env=environment)
    get_settings.cache_clear()
    assert done.exit_code == 0, done.output
    [told] = yaml.safe_load(file.read_text("utf-8"))["marked_wrong"]
    assert told["intent"] == "exchange_item"
    [example] = told["examples"]
    assert example["language"] == "fr"
    assert example["understood_as"] == "return_item"
    assert "claire" not in example["text"]
    assert "7946" not in example["text"]
    assert client.post(f"{at}/meant", json={**mark, "intent": ""}).status_code == 204
    assert client.get(at).json()["marks"] == []
    assert Marks(desk.log.engine).all() == []


def test_a_mark_goes_with_its_conversation(desk: Desk) -> None:
    client, case = desk.client("camille"), desk.case()
    assert client.post(f"/api/cases/{case.id}/meant", json={"seq": 1, "intent": "return_item"}).status_code == 204
    assert len(Marks(desk.log.engine).all()) == 1
    with desk.log.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM conversations WHERE id = '{case.conversation_id}'")
    assert Marks(desk.log.engine).all() == []


def test_long_numbers_are_masked_and_sizes_are_not() -> None:
    assert masked("BA10000003 in 38, by\n1Z999AA10123456784") == "[number] in 38, by [number]"
    assert masked("30 days for €950.00") == "30 days for €950.00"


# --- how far they have read


def test_the_desk_is_told_how_far_a_customer_has_read(desk: Desk) -> None:
    client, case = desk.client("camille"), desk.case()
    assert client.get(f"/api/cases/{case.id}").json()["reading"] is None
    with desk.stream(client) as stream:
        stream.next("ready")
        desk.log.seen(case.conversation_id, 1)
        assert (read := stream.next("reading").data)["case"] == case.id
        assert read["seq"] == 1
    desk.log.seen(case.conversation_id, 2**20)
    last = desk.log.messages(case.conversation_id)[-1].seq
    reading = client.get(f"/api/cases/{case.id}").json()["reading"]
    assert reading["seq"] == last, "nobody has read what was not said"
    assert datetime.fromisoformat(reading["at"]) > NOW - timedelta(minutes=1)


# --- translation


class FakeLibreTranslate:
    """Answers, and refuses, as LibreTranslate does."""

    LANGUAGES = ("en", "fr", "it", "de", "es")

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.down = False
        self.server = Server(self.answer)

    def answer(self, asked: Asked) -> Answer:
        if self.down:
            return Answer({"error": "Slowdown: too many requests"}, 429)
        if (asked.method, asked.path) != ("POST", "/translate"):
            return Answer({"error": "Not Found"}, 404)
        body = asked.json
        self.asked.append(body)
        if body.get("api_key") != KEY:
            return Answer({"error": "Invalid API key"}, 403)
        if missing := [each for each in ("q", "source", "target") if not body.get(each)]:
            return Answer({"error": f"Invalid request: missing {missing[0]} parameter"}, 400)
        if unknown := [body[each] for each in ("source", "target") if body[each] not in self.LANGUAGES]:
            return Answer({"error": f"{unknown[0]} is not supported"}, 400)
        return Answer({"translatedText": [f"{body['target']}: {each}" for each in body["q"]]})


@pytest.fixture(scope="module")
def translated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, FakeLibreTranslate]]:
    fake = FakeLibreTranslate()
    more = {"CONCIERGE_TRANSLATOR_URL": fake.server.url, "CONCIERGE_TRANSLATOR_KEY": KEY}
    running = start(tmp_path_factory.mktemp("translated"), **more)
    yield running, fake
    stop(running)
    fake.server.close()


def test_customers_words_are_translated_beside_their_own_and_masked(
    translated: tuple[Desk, FakeLibreTranslate],
) -> None:
    desk, fake = translated
    client = desk.client("camille")
    assert client.get("/api/names").json()["translator"] is True
    case = desk.case("Bonjour, claire@example.com, BA10000003", language="fr")
    english = desk.log.append(case.conversation_id, "customer", "In English", meta={"language": "en"})
    found = client.post(f"/api/cases/{case.id}/translations", json={"to": "en"}).json()
    assert [each["seq"] for each in found] == [1]
    assert english.seq not in {each["seq"] for each in found}
    assert found[0]["text"].startswith("en: Bonjour, ")
    assert "claire" not in str(fake.asked)
    assert "10000003" not in str(fake.asked)
    asked = len(fake.asked)
    assert client.post(f"/api/cases/{case.id}/translations", json={"to": "en"}).json() == found
    assert len(fake.asked) == asked, "what was translated is not asked for again"
    assert client.post(f"/api/cases/{case.id}/translations", json={"to": "xx"}).status_code == 400


def test_a_translator_that_refuses_leaves_the_original(translated: tuple[Desk, FakeLibreTranslate]) -> None:
    desk, fake = translated
    client, case = desk.client("camille"), desk.case("Guten Tag", language="de")
    fake.down = True
    refused = client.post(f"/api/cases/{case.id}/translations", json={"to": "it"})
    assert (refused.status_code, refused.json()["error"]) == (503, "not_translated")
    fake.down = False
    assert client.post(f"/api/cases/{case.id}/translations", json={"to": "it"}).json()[0]["text"] == "it: Guten Tag"
    unsupported = desk.case("こんにちは", language="ja")
    assert client.post(f"/api/cases/{unsupported.id}/translations", json={"to": "it"}).status_code == 503


def test_without_a_translator_nothing_is_offered(desk: Desk) -> None:
    client, case = desk.client("camille"), desk.case("Bonjour", language="fr")
    assert client.get("/api/names").json()["translator"] is False
    assert client.post(f"/api/cases/{case.id}/translations", json={"to": "en"}).json()["error"] == "no_translator"
