"""What leads see of what was not understood, and what they make of it."""

from __future__ import annotations

from datetime import timedelta

from concierge.conversations import satisfaction
from concierge.conversations.answered import ANSWERED
from concierge.conversations.base import now
from concierge.desk.misunderstood import Marks
from concierge.desk.not_understood import not_understood
from tests.desk.conftest import Desk

UNKNOWN = {"intent": "nlu_fallback", "confidence": 0.2}


def test_like_stands_beside_like_and_one_choice_marks_all(desk: Desk) -> None:
    log, since = desk.log, now() - timedelta(days=1)
    said = [
        "Can you emboss my initials",
        "can you emboss my initials please?",
        "Tell me about claire@example.com's dog",
    ]
    for words in said:
        log.append(log.open("website").id, "customer", words, meta=UNKNOWN)
    log.append(log.open("website", language="fr").id, "customer", "Puis-je graver mes initiales", meta=UNKNOWN)
    log.append(log.open("website").id, "customer", "Where is it", meta={"intent": "track_order", "confidence": 0.9})
    found = not_understood(log.engine, since)
    assert [len(each["questions"]) for each in found] == [2, 1, 1]
    assert "emboss" in found[0]["words"]
    assert "claire" not in str(found)
    assert [each["language"] for each in not_understood(log.engine, since, language="fr")] == ["fr"]
    assert not_understood(log.engine, since, channel="telegram") == []
    desk.person("odile", "lead")
    lead, advisor = desk.client("odile"), desk.client("camille")
    assert lead.get("/api/figures/not-understood?days=1").json() == found
    assert advisor.get("/api/figures/not-understood").status_code == 403
    chosen = {"questions": found[0]["questions"], "intent": "final_sale"}
    assert advisor.post("/api/figures/not-understood", json=chosen).status_code == 403
    for wrong in ({"intent": "no_such"}, {"questions": []}, {"questions": [{"conversation": 1, "seq": 1, "part": 0}]}):
        assert lead.post("/api/figures/not-understood", json={**chosen, **wrong}).status_code == 400
    gone = {"conversation": "nobody", "seq": 1, "part": 0}
    both = {**chosen, "questions": [*chosen["questions"], gone]}
    assert lead.post("/api/figures/not-understood", json=both).json() == {"marked": 2}
    assert {(mark.meant, mark.by) for mark in Marks(log.engine).all()} == {("final_sale", "odile")}
    marked = lead.get("/api/figures?days=1").json()["marked"]
    assert marked == [{"was": "nlu_fallback", "meant": "final_sale", "count": 2}]


def test_figures_are_narrowed_and_tell_what_is_overdue(desk: Desk) -> None:
    desk.person("odile", "lead")
    lead, before = desk.client("odile"), now() - timedelta(hours=1)
    late = desk.case("Guten Tag", language="de", due_at=before)
    desk.log.record_decision(late.conversation_id, "return", "yes", {"deadline": "2020-01-01"})
    desk.log.record_decision(
        desk.case("Bonjour", language="fr").conversation_id, "return", "yes", {"deadline": "2999-01-01"}
    )
    german = lead.get("/api/figures?days=1&language=de").json()
    assert (german["cases"], german["overdue"], german["promises_overdue"]) == (1, 1, 1)
    assert [each["what"] for each in german["by"]["language"]] == ["de"]
    assert sum(each["cases"] for each in german["by"]["week"]) == 1
    french = lead.get("/api/figures?days=1&language=fr").json()
    assert (french["cases"], french["overdue"], french["promises_overdue"]) == (1, 0, 0)
    assert lead.get("/api/figures?days=1&channel=telegram").json()["cases"] == 0
    assert "week," in lead.get("/api/figures?days=1&format=csv&language=de").text


def test_leads_read_all_comments_in_one_list(desk: Desk) -> None:
    desk.person("odile", "lead")
    lead, advisor = desk.client("odile"), desk.client("camille")

    def rated(said: str, score: int, comment: str, language: str = "en", channel: str = "website") -> str:
        case = desk.case(said, language=language, channel=channel)
        advisor.post(f"/api/cases/{case.id}/claim")
        advisor.post(f"/api/cases/{case.id}/resolve", json={"note": ""})
        payload = {"event": ANSWERED, "case": case.id, "score": score}
        key = satisfaction.key_of(case.id)
        desk.log.append(case.conversation_id, "system", comment, kind="event", payload=payload, client_key=key)
        return str(case.id)

    before = {each["case"] for each in lead.get("/api/figures/comments?days=1").json()}
    first = rated("Hello", 5, "She was patient. Write to claire@example.com")
    rated("Hello", 3, "")
    last = rated("Buenas", 2, "Nadie contestó", language="es", channel="whatsapp")
    found = [each for each in lead.get("/api/figures/comments?days=1").json() if each["case"] not in before]
    assert [(each["case"], each["score"]) for each in found] == [(last, 2), (first, 5)]
    assert found[1]["comment"].startswith("She was patient. Write to c")
    assert "claire" not in found[1]["comment"]
    assert {found[1][name] for name in ("advisor", "language", "channel")} == {"Camille", "en", "website"}
    for narrowed in ("language=es", "channel=whatsapp"):
        shown = lead.get(f"/api/figures/comments?days=1&{narrowed}").json()
        assert [each["case"] for each in shown] == [last]
    assert advisor.get("/api/figures/comments").status_code == 403
    assert lead.get("/api/figures/comments?days=93").status_code == 400
