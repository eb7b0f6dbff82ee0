"""What the server says in English has its words in the desk's other languages."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from concierge.handoff.names import channels, names, titles
from concierge.queues.reader import queues
from concierge.settings import ROOT

TEXTS = ROOT / "concierge" / "web" / "src" / "desk" / "texts"
# Told to who writes programs: the page never brings them about.
FOR_PROGRAMS = {"bad_request", "bad_client_key", "not_built", "bad_intent", "bad_language"}
BRANDS = {"Apple Messages for Business", "Instagram", "LINE", "Messenger", "Slack", "Telegram", "WeChat", "WhatsApp"}


def refusals() -> Iterator[str]:
    """The sentences of the desk's code, as patterns: what is filled in may be anything."""
    for file in (ROOT / "concierge" / "desk").glob("*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
        named = {getattr(each.targets[0], "id", ""): each.value for each in nodes if isinstance(each, ast.Assign)}
        for node in nodes:
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Refusal" or len(node.args) < 3:
                continue
            code, said = node.args[1:3]
            said = named.get(said.id, said) if isinstance(said, ast.Name) else said
            if isinstance(code, ast.Constant) and code.value not in FOR_PROGRAMS:
                yield from pattern(said)


def pattern(said: ast.expr) -> Iterator[str]:
    if isinstance(said, ast.Constant):
        yield re.escape(said.value)
    elif isinstance(said, ast.JoinedStr):
        yield "".join(re.escape(each.value) if isinstance(each, ast.Constant) else ".+" for each in said.values)


def texts(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(Path(TEXTS / f"server.{language}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("language", ["fr", "it"])
def test_what_the_server_says_has_words(language: str) -> None:
    known = texts(language)
    named = {*names().values(), *(queue.title for queue in queues().all), *channels().values()} - BRANDS
    assert sorted(named - known.keys() - titles(language).keys()) == []
    missing = [each for each in refusals() if not any(re.fullmatch(each, sentence) for sentence in known)]
    assert sorted(missing) == []


def test_both_languages_say_the_same() -> None:
    assert texts("fr").keys() == texts("it").keys()
    for language in ("fr", "it"):
        for sentence, said in texts(language).items():
            assert sorted(re.findall(r"\{\w+\}", sentence)) == sorted(re.findall(r"\{\w+\}", said))
            assert "!" not in said
