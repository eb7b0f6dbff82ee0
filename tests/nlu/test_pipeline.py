"""The components as Rasa trains, keeps and loads them, on a few intents."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from concierge import yaml_files
from concierge.evaluation.understanding import Assistant
from concierge.nlu.importer import TopicImporter
from concierge.nlu.offline import Pipeline, brands_of, examples_of, load_training_data, settings_of
from concierge.settings import ROOT

CHOSEN = ("lost_label", "own_courier", "care_leather", "store_pickup")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    (root / "data").mkdir()
    for topic in CHOSEN:
        content = yaml_files.read(ROOT / "data" / "faq" / f"{topic}.yml")
        (root / "data" / f"{topic}.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": content["nlu"]}))
    for path in ("data/entities.yml", "config.yml"):
        (root / path).write_text((ROOT / path).read_text(encoding="utf-8"), encoding="utf-8")
    others = yaml_files.read(ROOT / "data" / "out_of_scope" / "nlu.yml")
    outside = [block for block in others["nlu"] if block["intent"] == "out_of_scope"]
    (root / "data" / "outside.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": outside}))
    return root


@pytest.fixture(scope="module")
def trained(project: Path) -> Assistant:
    from rasa.model_training import train_nlu

    model = train_nlu(str(project / "config.yml"), str(project / "data"), str(project / "models"))
    assert model
    return Assistant(Path(model))


QUESTIONS = ["my label is gone", "can I use dhl", "how to clean a bag", "collect it in the shop", "who won the match"]


def test_what_is_trained_is_what_is_loaded_and_what_offline_measures(project, trained):
    data = load_training_data(project / "data")
    offline = Pipeline(settings_of(project / "config.yml"), brands_of(data)).train(examples_of(data))
    for parsed, understood in zip(trained.parse(QUESTIONS), offline.understand(QUESTIONS), strict=True):
        assert parsed["intent"]["name"] == understood["acted"]
        assert parsed["scope"]["score"] == pytest.approx(understood["scope"], abs=0.02)


def test_what_is_learnt_does_not_depend_on_the_file_an_example_stands_in(project, tmp_path):
    """Rasa's fingerprint of the examples ignores their order; the folds of the fit do not."""
    for number, path in enumerate(sorted((project / "data").iterdir(), reverse=True)):
        shutil.copy(path, tmp_path / f"{number}.yml")
    here, there = (TopicImporter(training_data_paths=str(folder)) for folder in (project / "data", tmp_path))
    expected = examples_of(here.get_nlu_data())
    assert len({intent for _, intent in expected}) == len(CHOSEN) + 1
    assert examples_of(there.get_nlu_data()) == expected
    (tmp_path / "rules.yml").write_text('version: "3.1"\nrules: []\n', encoding="utf-8")  # of the dialogue alone
    assert examples_of(load_training_data(tmp_path)) == expected


def test_no_component_has_a_name_of_rasa_s_own():
    from rasa.engine.recipes.default_components import DEFAULT_COMPONENTS

    own = set(settings_of(ROOT / "config.yml"))
    assert own.isdisjoint(component.__name__ for component in DEFAULT_COMPONENTS)


def test_names_are_found_by_what_the_data_says(trained):
    found = trained.parse(["the hourglass I bought in Deutschland, order BA10000003"])[0]["entities"]
    assert {entity["entity"]: entity["value"] for entity in found} == {
        "product_family": "Hourglass",
        "country": "DE",
        "order_number": "BA10000003",
    }
    assert all(entity["extractor"] == "HouseEntityExtractor" for entity in found)
