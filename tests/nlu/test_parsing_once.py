"""Reading each data file once changes what a training costs, never what it reads or refuses."""

from __future__ import annotations

import pytest
from rasa.shared.exceptions import YamlException
from rasa.shared.utils import io, validation

from concierge.nlu import parsing_once

SCHEMA = "shared/nlu/training_data/schemas/nlu.yml"


@pytest.fixture
def installed(monkeypatch):
    reads: list[str] = []
    original = getattr(io.read_yaml, "__wrapped__", io.read_yaml)

    def counted(content, reader_type="safe"):
        reads.append(content)
        return original(content, reader_type)

    check = validation.validate_yaml_schema
    monkeypatch.setattr(io, "read_yaml", counted)
    monkeypatch.setattr(validation, "validate_yaml_schema", getattr(check, "__wrapped__", check))
    parsing_once.install()
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


def test_installing_twice_wraps_once(installed):
    before = io.read_yaml
    parsing_once.install()
    assert io.read_yaml is before
