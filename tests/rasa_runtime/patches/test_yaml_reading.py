"""Reading each data file once changes what a training costs, never what it reads or refuses."""

from __future__ import annotations

import pytest
from rasa.shared.exceptions import YamlException
from rasa.shared.utils import io, validation

from concierge.nlu.importer import TopicImporter
from concierge.rasa_runtime.patches import install, yaml_reading

SCHEMA = "shared/nlu/training_data/schemas/nlu.yml"


@pytest.fixture
def installed(monkeypatch):
    reads: list[str] = []
    read, check = (patch.original for patch in yaml_reading.PATCHES)

    def counted(content, reader_type="safe"):
        reads.append(content)
        return read(content, reader_type)

    monkeypatch.setattr(io, "read_yaml", yaml_reading.reading_once(counted))
    monkeypatch.setattr(validation, "validate_yaml_schema", yaml_reading.checking_once(check))
    return reads


def test_a_text_is_parsed_once_and_what_is_done_to_it_stays_with_who_did_it(installed):
    text = "nlu:\n- intent: greet\n  examples: |\n    - hello\n"
    first = io.read_yaml(text)
    first["nlu"].append("spoilt")
    validation.validate_yaml_schema(text, SCHEMA)
    validation.validate_yaml_schema(text, SCHEMA)
    assert io.read_yaml(text) == {"nlu": [{"intent": "greet", "examples": "- hello\n"}]}
    assert installed.count(text) == 1


def test_what_is_wrong_is_still_refused_with_its_line_each_time(installed):
    for _ in range(2):
        with pytest.raises(YamlException) as refused:
            validation.validate_yaml_schema("nlu:\n- intent: greet\n  examples: [1]\n  nonsense: 3\n", SCHEMA)
        assert "line" in str(refused.value).lower()


def test_installing_twice_wraps_once():
    install(["yaml_reading"])
    before = io.read_yaml
    install(["yaml_reading"])
    assert io.read_yaml is before


def test_examples_are_made_of_the_files_once_and_again_when_a_file_has_changed(tmp_path):
    topic = tmp_path / "topic.yml"
    topic.write_text("nlu:\n- intent: greet\n  examples: |\n    - hello\n")
    examples = TopicImporter(training_data_paths=str(tmp_path)).get_nlu_data()
    assert TopicImporter(training_data_paths=str(tmp_path)).get_nlu_data() is examples
    assert TopicImporter(training_data_paths=str(tmp_path)).get_domain().intents.count("greet") == 1
    topic.write_text("nlu:\n- intent: greet\n  examples: |\n    - good day\n")
    assert [m.get("text") for m in TopicImporter(training_data_paths=str(tmp_path)).get_nlu_data().nlu_examples] == [
        "good day"
    ]
