"""The registry of intents: all of them, each once, and with what code asks of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

from concierge import intents
from concierge.conversations.model import PRIORITIES
from concierge.intents import Kind
from concierge.languages.keys import KEYS
from concierge.languages.registry import complete
from concierge.orders.model import Category, Status
from concierge.settings import ROOT

FILE = ROOT / intents.FILE
INTENTS = intents.registry().intents
GROUPS = intents.registry().groups


def test_every_intent_of_the_domain_is_in_the_registry_and_no_other() -> None:
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")]
    )
    of_rasa = {"restart", "back", "session_start"}
    assert set(importer.get_domain().intents) - of_rasa - set(INTENTS) == set()
    assert set(INTENTS) - set(importer.get_domain().intents) == set()


def test_every_intent_is_written_once() -> None:
    content = yaml.compose(FILE.read_text(encoding="utf-8"))
    named = Counter(
        name.value
        for kind, entries in content.value
        for name, _ in entries.value
        if kind.value not in {"groups", "facets"}
    )
    assert [name for name, times in named.items() if times > 1] == []
    assert set(named) == set(INTENTS)


def test_rasa_takes_none_of_it_for_its_own() -> None:
    assert not RasaYAMLReader.is_yaml_nlu_file(str(FILE))
    assert not YAMLStoryReader.is_stories_file(str(FILE))
    assert not Domain.is_domain_file(str(FILE))


@pytest.mark.parametrize("language", complete())
def test_what_is_offered_has_a_title_of_its_own_in_every_language(language: str) -> None:
    titles = {name: INTENTS[name].title.get(language) for name in intents.offered()}
    assert [name for name, title in titles.items() if not title] == []
    assert [title for title, times in Counter(titles.values()).items() if times > 1] == []


def test_what_is_offered_asks_for_something() -> None:
    assert intents.offered() == intents.of_kind(Kind.TOPIC, Kind.TASK) | {"talk_to_advisor"}


def test_what_entries_name_is_there() -> None:
    assert {handoff.priority for handoff in intents.handoffs().values()} <= set(PRIORITIES)
    assert {state for intent in INTENTS.values() for state in intent.order_states} <= {
        status.value for status in Status
    }
    assert {part for group in GROUPS.values() for part in group.parts} <= set(KEYS["follow_up"].parts)
    assert {kind for group in GROUPS.values() for kind in group.products} <= {each.value for each in Category}
    assert {intent.group for intent in INTENTS.values()} - {""} == set(GROUPS)


def test_a_title_is_in_the_language_or_the_one_that_answers_for_it() -> None:
    assert intents.title("lost_label", "fr") == intents.title("lost_label", "fr-CH") == "J'ai perdu l'étiquette"
    assert intents.title("lost_label", "ja") == "I lost the label"


def test_an_unknown_intent_is_told_what_to_do() -> None:
    for ask in (intents.get, lambda name: intents.title(name, "en")):
        with pytest.raises(intents.UnknownIntent, match=r"no intent “gift_wrapping”\. Add it to data/intents\.yml"):
            ask("gift_wrapping")
    with pytest.raises(intents.NoTitle, match="follow_up is not offered"):
        intents.title("follow_up", "en")


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("topic: {hats: {title: {en: Hats}}}\ntask: {hats: {title: {en: Hats}}}", ["hats is there twice"]),
        ("task: {hats: {next: [caps], title: {en: Hats}}}", ["hats names the intent caps, which is not there"]),
        ("topic: {hats: {group: heads, title: {en: Hats}}}", ["hats is in the group heads, which is not there"]),
        ("topic: {hats: {}}", ["hats needs a title in “en”"]),
        ("event: {hats: {title: {fr: Chapeaux}}}", ["hats needs a title in “en”"]),
        ("groups: {heads: {parts: {time: hats}}}", ["the group heads names the intent hats, which is not there"]),
        ("topics: {hats: {}}", ["it cannot be read", "topics"]),
        ("topic: {hats: {colour: red}}", ["it cannot be read", "colour"]),
        ("topic: [hats]", ["it cannot be read"]),
        ("", ["it cannot be read"]),
        ("topic: {", ["it cannot be read"]),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, problems: list[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / intents.FILE).write_text(text)
    with pytest.raises(intents.BadIntents) as said:
        intents.read(tmp_path)
    assert [problem for problem in ["data/intents.yml: ", *problems] if problem not in str(said.value)] == []
