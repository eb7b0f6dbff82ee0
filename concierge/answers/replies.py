"""The replies of the domain, compiled and checked: every placeholder must be a figure or a value of ``values.yml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from concierge.answers.buttons import language_of
from concierge.answers.filling import Filling
from concierge.answers.template import Template
from concierge.answers.values import REGISTRY, registry
from concierge.languages import lexicon
from concierge.policy import load_house
from concierge.settings import get_settings


class BadReply(ValueError):
    """One line per problem, each naming the reply, its file and what to write instead."""


class Variant:
    """One wording of a reply: its language, the other slots it asks for, its channel, and its parts."""

    def __init__(self, response: Mapping[str, Any]) -> None:
        self.conditions = {c["name"]: c["value"] for c in response.get("condition") or [] if c.get("type") == "slot"}
        self.conditions.pop("language", None)
        self.language = language_of(response)
        self.channel = response.get("channel")
        self.words = str(response.get("text") or "")
        self.text = Template(self.words)
        self.says_something = bool(response.get("text"))
        self.buttons = [(Template(str(b["title"])), b) for b in response.get("buttons") or []]
        self._rest = {k: v for k, v in response.items() if k in {"image", "custom", "attachment", "elements"}}

    def names(self) -> set[str]:
        return set(self.text.names()).union(*(title.names() for title, _ in self.buttons))

    def suits(self, slots: Mapping[str, Any]) -> bool:
        return all(_same(slots.get(name), value) for name, value in self.conditions.items())

    def fill(self, filling: Filling) -> dict[str, Any]:
        message: dict[str, Any] = dict(self._rest)
        if self.says_something:
            message["text"] = lexicon.inflect(self.text.render(filling), self.language)
        if self.buttons:
            message["buttons"] = [{**button, "title": title.render(filling)} for title, button in self.buttons]
        return message


class Replies:
    """Raises ``BadReply``."""

    def __init__(self, responses: Mapping[str, list[dict[str, Any]]]) -> None:
        known = (set(load_house().figures()) | set(registry()["values"])) if responses else set()
        self._variants: dict[str, list[Variant]] = {}
        problems: list[str] = []
        for name, variants in responses.items():
            try:
                self._variants[name] = compiled = [Variant(variant) for variant in variants]
            except ValueError as error:
                problems.append(f"{name} in {_file_of(name)}: {error}")
                continue
            for unknown in sorted(set().union(*(variant.names() for variant in compiled)) - known):
                problems.append(
                    f"{name} in {_file_of(name)}: nothing is called {{{unknown}}}. Name a figure of "
                    f"concierge/policy/figures, or a value of {REGISTRY.parent.name}/{REGISTRY.name}"
                )
        if problems:
            raise BadReply("\n".join(problems))

    def matching(self, name: str, language: str, channel: str, slots: Mapping[str, Any]) -> list[Variant]:
        """The best wordings in this language: those for this channel before those for all, and of these the ones
        that ask for the most of what is known."""
        suited = [
            variant
            for variant in self._variants.get(name, ())
            if variant.language == language and variant.channel in {None, channel} and variant.suits(slots)
        ]
        best = max(((v.channel is not None, len(v.conditions)) for v in suited), default=None)
        return [v for v in suited if (v.channel is not None, len(v.conditions)) == best]


def _same(actual: Any, wanted: Any) -> bool:
    if isinstance(actual, str) and isinstance(wanted, str):
        return actual.casefold() == wanted.casefold()
    return bool(actual == wanted)


def _file_of(reply: str) -> str:
    """Only searched for when there is an error to report."""
    root: Path = get_settings().root
    line = re.compile(rf"^\s*[\"']?{re.escape(reply)}[\"']?:\s*$", re.MULTILINE)
    for path in [root / "domain.yml", *sorted((root / "data").rglob("*.yml"))]:
        if path.exists() and line.search(path.read_text(encoding="utf-8")):
            return str(path.relative_to(root))
    return "an unknown file"
