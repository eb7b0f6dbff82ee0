"""domain.yml and the training data agree, and no message can set what only actions set."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from concierge import intents, yaml_files
from concierge.answers.buttons import buttons_of
from concierge.dialogue.tasks import BY_INTENT
from concierge.settings import ROOT


def load(path: Path) -> dict[str, Any]:
    return yaml_files.read(path) or {}


DOMAIN = load(ROOT / "domain.yml")
DATA = {path: load(path) for path in sorted((ROOT / "data").rglob("*.yml"))}
# What it asks depends on what was said before.
WITHOUT_A_RULE = {"follow_up"}
TASKS = {
    path: content
    for path, content in DATA.items()
    if path.parent.parent == ROOT / "data" / "tasks" and "nlu" in content
}


@pytest.fixture(scope="module")
def domain() -> Any:
    from rasa.shared.importers.importer import TrainingDataImporter

    root = str(ROOT)
    return TrainingDataImporter.load_from_config(
        f"{root}/config.yml", f"{root}/domain.yml", [f"{root}/data"]
    ).get_domain()


def trained() -> dict[str, list[str]]:
    examples: dict[str, list[str]] = {}
    for content in DATA.values():
        for entry in content.get("nlu") or []:
            if "intent" in entry:
                examples.setdefault(entry["intent"].partition("/")[0], []).extend(
                    re.findall(r"^- (.+)$", entry["examples"], re.MULTILINE)
                )
    return examples


def rules() -> list[dict[str, Any]]:
    return [rule for content in DATA.values() for rule in content.get("rules") or []]


def test_every_trained_intent_is_known_and_has_a_rule(domain: Any) -> None:
    assert set(trained()) <= set(domain.intents)
    answered = {step["intent"] for rule in rules() for step in rule["steps"] if "intent" in step}
    assert set(trained()) - answered == WITHOUT_A_RULE


def test_every_listed_intent_is_trained_or_comes_from_outside() -> None:
    listed = {intent if isinstance(intent, str) else next(iter(intent)) for intent in DOMAIN["intents"]}
    outside = {name for name in listed if name.startswith("EXTERNAL_")} | {"nlu_fallback"}
    in_context = set(intents.of_remarks().values())  # known from what was said before: concierge/nlu/remarks.py
    assert listed - outside - in_context <= set(trained())


def test_what_has_no_rule_is_decided_by_stories_and_else_by_the_fallback() -> None:
    told = {
        step.get("intent")
        for content in DATA.values()
        for story in content.get("stories") or []
        for step in story["steps"]
    }
    assert told >= WITHOUT_A_RULE
    (policy,) = (each for each in load(ROOT / "config.yml")["policies"] if each["name"] == "RulePolicy")
    assert policy["core_fallback_action_name"] == "action_follow_up"


def test_every_action_of_a_rule_exists(domain: Any) -> None:
    named = {step["action"] for rule in rules() for step in rule["steps"] if "action" in step}
    assert named <= set(domain.action_names_or_texts)


def test_every_action_listed_is_written_and_every_one_written_is_listed() -> None:
    from actions.executor import HouseActions

    assert set(HouseActions().actions) == set(DOMAIN["actions"])


def test_slots_are_set_by_actions_alone() -> None:
    for name, slot in DOMAIN["slots"].items():
        assert slot["mappings"] == [{"type": "custom"}], name


def test_sessions_never_expire() -> None:
    assert DOMAIN["session_config"]["session_expiration_time"] == 0


def test_a_task_is_a_folder_with_its_examples_and_rules() -> None:
    """What asks for a task, in whatever language, and what is done about it stand beside each other."""
    for path, content in TASKS.items():
        answered = WITHOUT_A_RULE | {
            step["intent"]
            for rule in load(path.with_name("rules.yml"))["rules"]
            for step in rule["steps"]
            if "intent" in step
        }
        assert {entry["intent"].partition("/")[0] for entry in content["nlu"]} <= answered, path.parent.name
    homes = {entry["intent"].partition("/")[0] for content in TASKS.values() for entry in content["nlu"]}
    assert set(BY_INTENT) <= homes


def test_the_readme_names_every_place_of_the_data() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    places = {path.relative_to(ROOT).parts[1] for path in DATA}
    assert {place for place in places if f"`data/{place}" not in readme} == set()


@pytest.mark.parametrize("path", TASKS, ids=lambda path: path.parent.name)
def test_a_task_has_varied_examples(path: Path) -> None:
    for entry in TASKS[path]["nlu"]:
        examples = re.findall(r"^- (.+)$", entry["examples"], re.MULTILINE)
        assert len(examples) >= 14, entry["intent"]
        assert len({example.casefold() for example in examples}) == len(examples), entry["intent"]


def test_every_payload_of_a_button_is_an_intent(domain: Any) -> None:
    for path, content in DATA.items():
        for name, variants in (content.get("responses") or {}).items():
            for button in (button for variant in variants for button in variant.get("buttons") or []):
                intent = re.match(r"/(\w+)", button["payload"])
                assert intent, f"{path.name}: {name}"
                assert intent[1] in domain.intents, f"{path.name}: {name}: {button['payload']}"


def test_in_the_domain_that_rasa_gets_every_button_has_a_title(domain: Any) -> None:
    """Most replies leave it to data/intents.yml; `rasa shell` and `rasa test` know nothing of that."""
    for name, language, button in buttons_of(domain.responses):
        assert button["title"], f"{name} in {language}: {button}"
    policy = domain.responses["utter_cancel_policy"]
    titles = {button["title"] for _, _, button in buttons_of({"": policy})}
    assert {"Look at my order", "Meine Bestellung ansehen"} <= titles


def test_every_reply_that_an_action_names_is_written(domain: Any) -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "concierge" / "dialogue").glob("*.py"))
    named = set(re.findall(r'"(utter_[a-z_]+)"', source))
    assert named - set(domain.responses) == set()
