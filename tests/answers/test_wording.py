"""A changed wording is said after a restart, with the model as it was; a reply more or less needs another model."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.utils import AvailableEndpoints
from rasa.shared.utils.io import read_yaml

from concierge.answers.buttons import fill_in_titles
from concierge.answers.wording import BadWording, read_wording, without_words
from concierge.settings import ROOT, get_settings
from concierge.training import ensure_model, model_path

TOPIC = "data/faq/accessibility.yml"
REPLY = "utter_accessibility"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the assistant is trained from, and the settings that name it."""
    for name in ("config.yml", "domain.yml", "endpoints.yml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    for folder in ("data", "concierge/nlu", "concierge/rasa_runtime"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setenv("CONCIERGE_ROOT", str(tmp_path))
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


def edit(project: Path, old: str, new: str) -> None:
    path = project / TOPIC
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def model(project: Path) -> str:
    return model_path(project).name


def first_words(project: Path) -> str:
    return str(read_wording(project)[REPLY][0]["text"])[:30]


def test_the_words_are_read_as_rasa_reads_them() -> None:
    files = [path for path in ROOT.glob("data/**/*.yml") if "\nresponses:" in path.read_text(encoding="utf-8")]
    assert files
    by_rasa: dict[str, Any] = {}
    for path in files:
        block = path.read_text(encoding="utf-8").partition("\nresponses:")[2].split("\nrules:")[0].split("\nnlu:")[0]
        by_rasa |= read_yaml(f"responses:{block}")["responses"]
    fill_in_titles(by_rasa)
    assert read_wording(ROOT) == by_rasa


def test_other_words_need_no_other_model(project: Path) -> None:
    before = model(project)
    assert before == model(ROOT)
    edit(project, first_words(project), "Quite other words")
    assert model(project) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"  {REPLY}:\n", f"  {REPLY}_more:\n    - text: More.\n  {REPLY}:\n"),
        (f"  {REPLY}:\n", f"  {REPLY}_renamed:\n"),
        ("    examples: |\n", "    examples: |\n      - may my dog come in\n"),
        (f"      - action: {REPLY}\n", "      - action: utter_contact_ways\n"),
    ],
)
def test_whatever_is_learnt_needs_another_model(project: Path, old: str, new: str) -> None:
    before = model(project)
    edit(project, old, new)
    assert model(project) != before


def test_a_restart_says_the_new_words_with_the_model_as_it_was(project: Path) -> None:
    edit(project, first_words(project), "Quite other words")
    endpoints = AvailableEndpoints.read_endpoints(str(project / "endpoints.yml"))
    agent = Agent.load(str(ensure_model(ROOT)[0]), generator=endpoints.nlg)
    said: dict[str, Any] = asyncio.run(_said(agent))
    assert said["text"].startswith("Quite other words")
    assert said["utter"] == REPLY


async def _said(agent: Agent) -> dict[str, Any]:
    tracker = await agent.processor.get_tracker("of the wording")
    message = await agent.processor.nlg.generate(REPLY, tracker, "website")
    assert message is not None
    return dict(message)


def test_what_is_no_yaml_is_told_with_its_file(project: Path) -> None:
    edit(project, f"  {REPLY}:\n", f"  {REPLY}: [\n")
    with pytest.raises(BadWording, match=TOPIC):
        read_wording(project)


def test_of_a_file_only_the_names_of_replies_count() -> None:
    text = (
        "nlu:\n  - intent: a\nresponses:\n  # of a\n  utter_b:\n    - text: >-\n        one: two\n\n"
        "  utter_a:\n  - text: x\nrules: []\n"
    )
    assert without_words(text) == "nlu:\n  - intent: a\nresponses:utter_a utter_b\nrules: []\n\n"
    other = text.replace("one: two", "three").replace("text: x", "text: y\n    buttons: []").replace("# of a", "# b")
    assert without_words(other) == without_words(text)
    assert without_words(text.removesuffix("rules: []\n").strip()).endswith("responses:utter_a utter_b\n")
