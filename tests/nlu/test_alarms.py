"""No alarm is missed, in whatever words and language, and a bag to die for is none."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from concierge import intents, yaml_files
from concierge.evaluation.understanding import Assistant
from concierge.languages import registry
from concierge.languages.keys import KEYS
from concierge.nlu.alarm_opinion import BELIEF
from concierge.nlu.alarms import DOUBTED, AlarmRecogniser, alarm_in, wants_person
from concierge.nlu.classifier import SCOPE
from concierge.nlu.feelings import feeling_in, to_answer
from concierge.nlu.multi_intent import questions
from concierge.settings import ROOT

ROUNDS: dict[str, Any] = yaml_files.read(ROOT / "tests" / "nlu" / "alarms.yml")
SAID = [text for each in ROUNDS.values() for texts in each["alarms"].values() for text in texts]
LOOK_ALIKES = [text for each in ROUNDS.values() for text in each["none"]]
FALSE_AT_MOST = 0.05


def heard(text: str, *ranking: tuple[str, float]) -> str:
    entries = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    message = Message({TEXT: text, INTENT: entries[0], INTENT_RANKING_KEY: entries, SCOPE: {"score": 1.0}})
    AlarmRecogniser(AlarmRecogniser.get_default_config()).process([message])
    assert message.get(INTENT_RANKING_KEY)[0] == message.get(INTENT)
    return str(message.get(INTENT)["name"])


def test_each_part_of_the_lexicon_is_an_alarm_with_an_intent() -> None:
    assert set(KEYS["alarms"].parts) == {alarm.reason for alarm in intents.alarms().values()} - {"safety"}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I want to kill myself", "alarm_self_harm"),
        ("Je ne veux plus vivre", "alarm_self_harm"),
        ("ich will sterben", "alarm_self_harm"),
        ("voglio morire", "alarm_self_harm"),
        ("me quiero morir", "alarm_self_harm"),
        ("I’ll burn your store down", "alarm_threat"),
        ("my baby swallowed a stud", "alarm_swallowed"),
        ("an ALLERGIC  reaction to the cream", "alarm_allergy"),
        ("the buckle cut my finger", "alarm_injury"),
        ("where is my order BA10000003, and my account was hacked", "alarm_break_in"),
        ("the guard was racist", "alarm_discrimination"),
        ("nobody helped us because my mother wears a veil", "alarm_discrimination"),
        ("on ne m'a pas laissée entrer parce que je porte le voile", "alarm_discrimination"),
        ("keiner hat mich bedient, weil ich ein Kopftuch trage", "alarm_discrimination"),
        ("mi hanno mandata via perché indosso il velo", "alarm_discrimination"),
        ("no me dejaron probar nada porque llevo hiyab", "alarm_discrimination"),
        ("which silk scarf is warmest, because I wear one daily", None),
        ("I'm 13, may I order", "alarm_minor"),
        ("I'm 13 weeks pregnant, which size", None),
        ("I am 15 minutes early", None),
        ("these boots are to die for", None),
        ("the buckle cut the leather", None),
        ("the label scratched my neck, I cut it out", None),
        ("the label scratched my neck and it bled", "alarm_injury"),
        ("the washing machine ate the button", None),
        ("my baby swallowed the magnet, I put it back", "alarm_swallowed"),
        ("my assistant will collect them, not me", None),
        ("someone used my account and will collect it, not me", "alarm_break_in"),
        ("I'm dying to see the new bag", None),
        ("die Schuhe bringen mich um", None),
        ("Je meurs d’envie de l'avoir", None),
        ("a woman phoned from your security desk and I read her the pin", "alarm_break_in"),
        ("the driver called and I gave him the gate code", None),
        ("sono vittima di una frode", "alarm_break_in"),
        ("both shins bled in the new boots", "alarm_injury"),
        ("un alfiler del vestido me pinchó el brazo", "alarm_injury"),
        ("mon frère veut se pendre", "alarm_self_harm"),
        ("ich springe gleich vom Dach", "alarm_self_harm"),
        ("ci ha detto di tornare nel nostro paese", "alarm_discrimination"),
        ("a question of life or death, I need it on Monday", None),
        ("my toes ache, is there a 41", None),
        ("je suis à l'hôpital, mon frère peut le retirer ?", None),
        ("sono avvocata e cerco una borsa", None),
        ("sie war 12", None),
        ("where is my order", None),
    ],
)
def test_what_the_words_alone_leave_no_doubt_of(text: str, intent: str | None) -> None:
    assert alarm_in(text) == intent


@pytest.mark.parametrize(
    ("text", "ranking", "intent"),
    [
        ("x", [("return_item", 0.9)], "return_item"),
        ("I want to kill myself", [("return_item", 0.9)], "alarm_self_harm"),
        ("x", [("out_of_scope", 0.6), ("alarm_self_harm", 0.4)], "alarm_self_harm"),
        (
            "x",
            [("nlu_fallback", 0.3), ("repair_item", 0.3), ("alarm_injury", 0.2), ("alarm_allergy", 0.2)],
            "alarm_injury",
        ),
        ("x", [("repair_item", 0.4), ("alarm_injury", 0.3), ("alarm_allergy", 0.3)], "alarm_injury"),
        ("x", [("repair_item", 0.7), ("alarm_injury", 0.3)], "repair_item"),
        ("I put the heel tip back", [("alarm_injury", 0.9), ("repair_item", 0.1)], "nlu_fallback"),
        ("I put the magnet back, she had it in her mouth", [("alarm_swallowed", 0.9)], "alarm_swallowed"),
        ("x", [("alarm_injury", 0.4), ("repair_item", 0.2)], "alarm_injury"),
        ("x", [("alarm_break_in", 0.55), ("no_confirmation_email", 0.2)], "nlu_fallback"),
        ("x", [("nlu_fallback", 0.3), ("alarm_threat", 0.4)], "nlu_fallback"),
        ("x", [("nlu_fallback", 0.3), ("alarm_threat", 0.65)], "alarm_threat"),
        ("this bag is to die for", [("alarm_self_harm", 0.5), ("product_information", 0.4)], "product_information"),
        ("this bag is to die for", [("alarm_self_harm", 0.9)], "nlu_fallback"),
        ("it is broken, I want to speak to someone", [("repair_item", 0.9)], "talk_to_advisor"),
        ("I want to die, let me talk to a human", [("out_of_scope", 0.9)], "alarm_self_harm"),
        ("I no longer need to speak to someone", [("stay_with_assistant", 0.9)], "stay_with_assistant"),
    ],
)
def test_an_alarm_needs_less_belief_than_a_topic(text: str, ranking: list[tuple[str, float]], intent: str) -> None:
    assert heard(text, *ranking) == intent


@pytest.mark.parametrize(
    ("told", "asked", "alarm", "belief", "heard_as", "doubted"),
    [
        ("my nephew is 13", ", what number does he take?", "alarm_minor", 0.6, "sizing", "alarm_minor"),
        ("the ring hurts my knuckle", ", is there a wider one?", "alarm_injury", 0.2, "sizing", "alarm_injury"),
        ("the ring hurts my knuckle", ", is there a wider one?", "alarm_injury", 0.7, "alarm_injury", None),
        ("there is somebody in my account", ", I see the orders", "alarm_break_in", 0.1, "alarm_break_in", None),
        ("my aunt passed away", ", it is her account", "alarm_self_harm", 0.4, "sizing", "alarm_self_harm"),
        ("tomorrow I am gone for good", ", will it fit?", "alarm_self_harm", 0.1, "alarm_self_harm", None),
    ],
)
async def test_beside_a_question_it_is_an_alarm_if_the_whole_is(told, asked, alarm, belief, heard_as, doubted):
    async def parse(text: str) -> dict[str, Any]:
        name = alarm if text.strip(", ") == told else "sizing"
        intent = {"name": name, "confidence": 0.95}
        return {"text": text, "intent": intent, "intent_ranking": [intent], "entities": [], BELIEF: belief}

    [part] = await questions(parse, told + asked)
    assert part.understood is not None
    assert part.understood["intent"]["name"] == heard_as
    assert part.understood.get(DOUBTED) == doubted


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("it arrived damaged, I want to speak to someone", True),
        ("cancel it, or get me a human", True),
        ("le sac est abîmé, je veux parler à quelqu'un", True),
        ("die Tasche ist kaputt, ich möchte mit jemandem sprechen", True),
        ("la borsa è rotta, vorrei parlare con una persona", True),
        ("el bolso está roto, quiero hablar con alguien", True),
        ("I spoke to someone in the shop yesterday, where is my order", False),
        ("may I speak with someone in the boutique of Paris", False),
        ("je veux un sac", False),
        ("I want a bag for a person with small hands", False),
    ],
)
def test_a_wish_for_a_person(text: str, wish: bool) -> None:
    assert wants_person(text) is wish


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        ("my father passed away, can the coat go back", "grief"),
        ("ma mère est décédée, je voudrais retourner le sac", "grief"),
        ("mein Vater ist gestorben", "grief"),
        ("è morta mia nonna", None),
        ("mia nonna è morta", "grief"),
        ("mi padre ha fallecido", "grief"),
        ("I was in hospital and missed the deadline", "illness"),
        ("the wedding is on Saturday", "urgency"),
        ("I fly tomorrow", "urgency"),
        ("she doesn't like the gift", "wrong_gift"),
        ("I'm furious", "anger"),
        ("your courier is a joke", "anger"),
        ("do you know a joke", None),
        ("my battery is dead", None),
        ("where is my order", None),
    ],
)
def test_what_is_told_beside_the_question(text: str, feeling: str | None) -> None:
    assert feeling_in(text) == feeling


def test_a_feeling_is_answered_once_and_not_where_it_has_words_already() -> None:
    assert to_answer("my father died", "return_item", []) == "grief"
    assert to_answer("my father died", "return_item", ["grief"]) is None
    assert to_answer("I'm furious", "complaint", []) is None


@pytest.mark.model
def test_no_alarm_is_missed(assistant: Assistant) -> None:
    understood = dict(zip(SAID, assistant.parse(SAID), strict=True))
    missed = [text for text, parsed in understood.items() if parsed["intent"]["name"] not in intents.alarms()]
    assert missed == []


@pytest.mark.model
def test_few_look_alikes_are_taken_for_alarms(assistant: Assistant) -> None:
    understood = dict(zip(LOOK_ALIKES, assistant.parse(LOOK_ALIKES), strict=True))
    wrong = [text for text, parsed in understood.items() if parsed["intent"]["name"] in intents.alarms()]
    assert len(wrong) <= FALSE_AT_MOST * len(LOOK_ALIKES), wrong


@pytest.mark.model
def test_alarms_are_heard_in_languages_that_the_house_does_not_write(assistant: Assistant) -> None:
    texts = ["quero morrer", "死にたい", "나는 죽고 싶다", "я хочу умереть", "ik wil dood", "أريد أن أموت"]
    assert [parsed["intent"]["name"] for parsed in assistant.parse(texts)] == ["alarm_self_harm"] * len(texts)


def test_every_alarm_has_words_in_every_language() -> None:
    replies: dict[str, Any] = {}
    for file in ("data/alarms/replies.yml", "data/escalations/replies.yml", "data/conversation/feelings.yml"):
        replies |= yaml_files.read(ROOT / file)["responses"]
    wanted = {f"utter_handoff_{alarm.reason}" for alarm in intents.alarms().values()}
    wanted |= {reply for alarm in intents.alarms().values() for reply in alarm.also}
    wanted |= {f"utter_heard_{feeling}" for feeling in KEYS["feelings"].parts} | {"utter_offer_exception"}
    for name in wanted:
        conditions = [{c["name"]: c["value"] for c in each.get("condition", [])} for each in replies[name]]
        assert {found.get("language", "en") for found in conditions} == set(registry.complete()), name


def test_what_the_second_opinion_thinks_next_to_impossible_is_no_alarm_but_for_words_that_leave_no_doubt() -> None:
    def named(text: str, belief: float) -> str:
        entries = [{"name": "alarm_self_harm", "confidence": 0.6}, {"name": "return_item", "confidence": 0.2}]
        message = Message({TEXT: text, INTENT: entries[0], INTENT_RANKING_KEY: entries, SCOPE: {"score": 1.0}})
        message.set(BELIEF, belief)
        AlarmRecogniser(AlarmRecogniser.get_default_config()).process([message])
        return str(message.get(INTENT)["name"])

    assert named("story of my life", 0.01) == "return_item"
    assert named("story of my life", 0.3) == "alarm_self_harm"
    assert named("I want to kill myself", 0.01) == "alarm_self_harm"
