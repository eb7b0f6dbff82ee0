"""Messages that a provider has approved: what may be sent where the customer has not written for long.

``CONCIERGE_TEMPLATES`` names a YAML file of the house, by channel, by the template's name at the provider, and by
language; docs/channels/whatsapp.md shows one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from concierge import yaml_files
from concierge.channels.messaging.model import KnownTemplate
from concierge.channels.messaging.registry import kinds
from concierge.languages.registry import DEFAULT, candidates, languages

_BRACES = re.compile(r"\{(\w*)\}")
_NUMBERS = re.compile(r"\{\{(\w+)\}\}")  # providers' own
_TITLE = "title"


class BadTemplates(ValueError):
    """What is wrong with the file, in a sentence."""


@dataclass(frozen=True)
class Template:
    """``code``: its language at the provider; ``text``: as it was approved, with names in braces in place of the
    provider's numbers; ``id``: what a provider knows it by that gives it one."""

    channel: str
    name: str
    title: str
    language: str
    text: str
    code: str = ""
    id: str = ""

    @property
    def blanks(self) -> list[str]:
        """In the order of the provider's numbers."""
        return list(dict.fromkeys(_BRACES.findall(self.text)))

    def said(self, values: Mapping[str, str]) -> str:
        return _BRACES.sub(lambda found: values[found[1]], self.text)


class Templates:
    def __init__(self, path: Path | None, known: Iterable[str] = ()) -> None:
        """``known``: what braces may hold. Raises ``BadTemplates``."""
        self._all = list(_read(path, set(known))) if path is not None else []

    def of(self, channel: str) -> list[Template]:
        return [each for each in self._all if each.channel == channel]

    def for_customer(self, channel: str, language: str) -> list[Template]:
        """One of each name, in the language or the one that answers for it."""
        order = [*candidates(language), DEFAULT]
        best: dict[str, Template] = {}
        for each in self.of(channel):
            other = best.get(each.name)
            if each.language in order and (other is None or order.index(each.language) < order.index(other.language)):
                best[each.name] = each
        return list(best.values())


def differences(ours: Iterable[Template], known: Iterable[KnownTemplate]) -> Iterator[str]:
    """What an operator has to do before each of ours can be sent, a sentence each."""
    every = list(known)
    by_id = {each.id: each for each in every if each.id}
    by_name = {(each.name, each.code): each for each in every}
    for each in ours:
        here = f"the template {each.name} in {each.language}"
        there = by_id.get(each.id) if each.id else by_name.get((each.name, each.code or each.language))
        if there is None:
            yield f"{here} is not known there. Have it approved, or put name, code or id right in CONCIERGE_TEMPLATES."
        elif there.state != "approved":
            yield f"{here} is {there.state or 'not submitted'} there, and cannot be sent until it is approved."
        elif there.text and _numbered(there.text, _NUMBERS) != _numbered(each.text, _BRACES):
            yield f"{here} reads otherwise there. Write into CONCIERGE_TEMPLATES what was approved."


def _numbered(text: str, blanks: re.Pattern[str]) -> str:
    """The words, with the blanks by their order."""
    names = list(dict.fromkeys(blanks.findall(text)))
    return " ".join(blanks.sub(lambda found: f"[{names.index(found[1])}]", text).split())


def _read(path: Path, known: set[str]) -> Iterator[Template]:
    try:
        written = yaml_files.read(path)
    except (OSError, yaml.YAMLError) as problem:
        raise BadTemplates(f"{path} cannot be read: {problem}") from None
    takers = {kind.name for kind in kinds() if kind.templates}
    for channel, entries in _pairs(written, str(path)):
        if channel not in takers:
            raise BadTemplates(f"{path}: {channel} takes no templates. There are: {', '.join(sorted(takers))}")
        for name, entry in _pairs(entries, f"{path}, {channel}"):
            where = f"{path}, {channel}, {name}"
            for language, each in _pairs(entry, where):
                if language == _TITLE:
                    continue
                if language not in languages():
                    raise BadTemplates(f"{where}: {language} is no language. Write one of: {', '.join(languages())}")
                told = dict(_pairs(each, f"{where}, {language}"))
                template = Template(channel, name, str(entry.get(_TITLE) or name), language, **_texts(told, where))
                if other := [blank for blank in template.blanks if known and blank not in known]:
                    there_are = f"There are: {', '.join(sorted(known))}"
                    raise BadTemplates(f"{where}: {{{other[0]}}} cannot be filled. {there_are}")
                yield template


def _texts(told: Mapping[str, Any], where: str) -> dict[str, str]:
    if not isinstance(told.get("text"), str) or not set(told) <= {"text", "code", "id"}:
        raise BadTemplates(f"{where}: a language has a text, and the provider's code or id of it, nothing else")
    return {name: str(value) for name, value in told.items()}


def _pairs(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise BadTemplates(f"{where}: a list of names with what belongs to each was expected")
    yield from ((str(name), each) for name, each in value.items())
