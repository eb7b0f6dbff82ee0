"""What asks nothing after an answer, and what only looks like that."""

from __future__ import annotations

from typing import Any

import pytest

from concierge import intents
from concierge.evaluation.understanding import Assistant
from concierge.nlu.behind_topic import REMARKS, behind, of_remarks, read_remarks, titles
from concierge.nlu.context_ranking import Before
from concierge.nlu.read_on import Asked, read_on
from concierge.nlu.remarks import AGAINST_AN_OBJECTION, AGAINST_WHAT_IS_CLEAR, AGAINST_WHAT_IS_TOLD, LEAST, remark
from concierge.selection import BEHIND, SELECTOR
from concierge.settings import ROOT


def parsed(text: str, name: str, confidence: float = 0.5, **shares: float) -> dict[str, Any]:
    """The house's answers are weighed beside the kinds of remark."""
    behind_topic = {"care_leather": 0.0, **{f"~{kind}": share for kind, share in shares.items()}}
    return {"text": text, "intent": {"name": name, "confidence": confidence}, BEHIND: {"care_leather": behind_topic}}


def test_the_likeliest_kind_of_remark_is_meant_where_all_are_believed_enough() -> None:
    said = parsed("the car is far away", "care_leather", told=LEAST / 2, aside=LEAST / 2 + 0.01, leave=0.01)
    assert remark(said, "care_leather", offered=False) == ("remark", pytest.approx(LEAST + 0.02))
    assert remark(said, "care_sneakers", offered=False) is None
    assert remark({**said, "text": "is the car far away"}, "care_leather", offered=False) is None


def test_against_what_is_clear_by_itself_a_remark_has_to_be_believed_more() -> None:
    share = (LEAST + AGAINST_WHAT_IS_CLEAR) / 2
    for said in (parsed("my zip went", "repair_item", told=share), parsed("a zip", "care_leather", 0.9, told=share)):
        assert remark(said, "care_leather", offered=False) is None
    assert remark(parsed("my zip is fine", "care_leather", told=share), "care_leather", offered=False) is not None
    assert remark(parsed("a zip", "care_leather", 0.9, told=0.95), "care_leather", offered=False) is not None


def test_what_is_clearly_none_of_the_houses_business_wishes_for_something() -> None:
    said = parsed("tell me a joke", "out_of_scope", 0.9, told=0.99)
    assert remark(said, "care_leather", offered=False) is None
    doubted = {**said, "intent": {"name": "out_of_scope", "confidence": 0.5}}
    assert remark(doubted, "care_leather", offered=False) is not None


def test_alarms_and_people_are_no_remarks() -> None:
    for name in ("alarm_injury", "talk_to_advisor", "complaint"):
        assert remark(parsed("he cut himself", name, told=0.99), "care_leather", offered=False) is None


def test_a_yes_answers_what_is_offered() -> None:
    said = parsed("ok, fine", "affirm", reaction=0.9)
    assert remark(said, "care_leather", offered=True) is None
    assert remark(said, "care_leather", offered=False) == ("reaction", 1.0)


def test_every_remark_is_learnt_from_behind_a_topic() -> None:
    remarks, subjects = read_remarks(ROOT), titles()
    found = of_remarks(remarks, subjects)
    assert len(found) == len(remarks) > 2000
    assert {label for _, label in found} > set(intents.of_remarks())
    assert set(intents.of_remarks()) == set(REMARKS)
    first = remarks[0]
    assert found[0] == (behind(subjects[first["after"]], first["say"]), first["answers"][0])


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("return_item", "understood."),
        ("repair_duration", "ah, thats longer than i had hoped"),
        ("exchange_item", "ma tante me l'avait rapporté de Nice"),
        ("care_sneakers", "haha my kids will laugh about that"),
        ("explain_charge", "ok that is what i thought, no worries then"),
        ("delivery_date_choice", "I will talk it over with my wife tonight"),
        ("gifts", "ah, j'y penserai la prochaine fois"),
        ("find_boutique", "mi marido siempre me espera en el coche, jaja"),
    ],
)
def test_what_asks_nothing_is_a_remark(assistant: Assistant, topic: str, said: str) -> None:
    found = read_on(assistant.parse([said])[0], Before(topic), Asked())
    assert found["intent"]["name"] in set(intents.of_remarks().values())


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("return_item", "but I have lost the label"),
        ("return_item", "id rather have it in another size"),
        ("care_leather", "it got soaked in the rain"),
        ("find_boutique", "i need to know when they close"),
        ("repair_item", "i want a person to look at this"),
        ("exchange_item", "je préférerais être remboursée"),
        ("delivery_attempts", "ich möchte lieber mit jemandem sprechen"),
    ],
)
def test_what_only_looks_like_a_remark_is_answered(assistant: Assistant, topic: str, said: str) -> None:
    found = read_on(assistant.parse([said])[0], Before(topic), Asked())
    assert found["intent"]["name"] not in set(intents.of_remarks().values())


def test_a_reaction_is_no_objection_where_it_is_believed() -> None:
    said = parsed("goodness, how brief", "unclear_answer", 0.9, reaction=AGAINST_AN_OBJECTION + 0.02)
    assert remark(said, "care_leather", offered=False) == ("reaction", pytest.approx(AGAINST_AN_OBJECTION + 0.02))
    less = parsed("goodness, how brief", "unclear_answer", 0.9, reaction=AGAINST_AN_OBJECTION - 0.02)
    assert remark(less, "care_leather", offered=False) is None


def test_where_an_order_is_only_told_of_less_belief_is_asked_for() -> None:
    said = parsed("a surprise for my aunt", "gifts", 0.9, told=AGAINST_WHAT_IS_TOLD + 0.02)
    assert remark(said, "care_leather", offered=False) is None
    assert remark(said, "care_leather", offered=False, only_told=True) is not None
    wish = parsed("bring it back to you", "return_item", 0.9, told=AGAINST_WHAT_IS_TOLD + 0.02)
    assert remark(wish, "care_leather", offered=False, only_told=True) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I only wondered because my aunt has one", "order_of_another"),
        ("je demande ça parce que ma tante en a un", "order_of_another"),
        ("frage nur, weil meine Tante eine hat", "order_of_another"),
        ("lo pregunto porque mi tía tiene uno", "order_of_another"),
        ("lo chiedo perché ne ha uno mia zia", "order_of_another"),
        ("my aunt wore hers for years", "nlu_fallback"),
        ("we carried it home on the bus", "out_of_scope"),
        ("j'ai mis le mien au placard", "nlu_fallback"),
        ("ich hatte so etwas nie", "nlu_fallback"),
    ],
)
def test_what_tells_why_or_has_only_the_answer_of_before_is_heard_as_a_remark(text: str, name: str) -> None:
    told = {**parsed(text, name), SELECTOR: {}}
    found = read_on(told, Before("care_leather"), Asked(said="utter_care_leather"))
    assert found["intent"]["name"] == "remark"


def test_what_would_be_answered_in_the_words_of_before_is_a_remark_unless_it_asks() -> None:
    said = {**parsed("my aunt rubs hers with wax", "care_leather", 0.95), SELECTOR: {}}
    assert read_on(said, Before("care_leather"), Asked(said="utter_care_leather"))["intent"]["name"] == "remark"
    assert read_on(said, Before("care_leather"), Asked(said="utter_sizing"))["intent"]["name"] == "care_leather"
    asks = {**said, "text": "my aunt rubs hers with wax, may I?"}
    assert read_on(asks, Before("care_leather"), Asked(said="utter_care_leather"))["intent"]["name"] == "care_leather"
    fault = {**said, "text": "my strap broke again"}
    assert read_on(fault, Before("care_leather"), Asked(said="utter_care_leather"))["intent"]["name"] == "care_leather"
