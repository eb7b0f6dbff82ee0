"""Which languages there are, and in which of them a customer is answered."""

from __future__ import annotations

import json
import re

import pytest

from concierge.languages import registry
from concierge.settings import ROOT


def test_customers_are_answered_in_five_languages_english_first():
    assert registry.complete() == ("en", "fr", "it", "de", "es")


def test_the_file_reads_as_it_is_written(project):
    before = (project / registry.FILE).read_text(encoding="utf-8")
    registry.write(project, registry.read(project))
    assert (project / registry.FILE).read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("language", "region", "locale"),
    [("en", "EU", "en_GB"), ("en", "US", "en_US"), ("de", "US", "de"), ("fr-CH", "", "fr_CH"), ("pt", "", "pt")],
)
def test_the_house_writes_british_english_except_to_americans(language, region, locale):
    assert str(registry.locale_of(language, region)) == locale


def test_wordings_are_looked_for_in_the_language_then_in_english():
    assert registry.candidates("fr-CH") == ("fr-CH", "fr", "en")
    assert registry.candidates("en") == ("en",)
    assert registry.candidates("ja") == ("ja", "en")


@pytest.mark.parametrize(("code", "name"), [("fr", "French"), ("pt-BR", "Portuguese"), ("xx", "xx"), ("", "")])
def test_advisors_read_a_language_by_its_english_name(code, name):
    assert registry.english_name(code) == name


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"name": "Português", "locale": "pt"}, "the fallback of “pt” must be a complete language, such as “en”"),
        ({"name": "Português", "locale": "pt", "fallback": "ja"}, "the fallback of “pt” must be a complete language"),
        ({"name": "Português", "locale": "q!", "fallback": "en"}, "the locale of “pt”"),
        ({"nom": "Português"}, "it holds"),
    ],
)
def test_a_registry_that_does_not_fit_says_where(project, entry, problem):
    groups = json.loads((project / registry.FILE).read_text(encoding="utf-8"))
    groups["begun"]["pt"] = entry
    (project / registry.FILE).write_text(json.dumps(groups), encoding="utf-8")
    with pytest.raises(registry.BadLanguages, match=r"data/languages\.json") as raised:
        registry.read(project)
    assert problem in str(raised.value)


def test_no_module_lists_the_languages_again():
    """Two codes beside each other in quotes are a list; parsers of other things stand in their own rooms."""
    codes = "|".join(registry.complete())
    listed = []
    for path in [*(ROOT / "concierge").rglob("*.py"), *(ROOT / "actions").rglob("*.py")]:
        if "node_modules" not in path.parts and re.search(
            rf"[\"'](?:{codes})[\"'](?::[^,\n]+)?,\s*[\"'](?:{codes})[\"']", path.read_text(encoding="utf-8")
        ):
            listed.append(path.relative_to(ROOT).as_posix())
    assert listed == []
