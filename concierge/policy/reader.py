"""Reads the policy's YAML and remembers the line of everything, so that an error can point at it.

``yes``, ``no`` and ``on`` stay words (YAML 1.2): they are outcomes and fields here, and NO is Norway.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from concierge.policy.errors import PolicyError, did_you_mean

try:  # ten times the speed, where it is built
    from yaml import CSafeLoader as _Fast
except ImportError:
    from yaml import SafeLoader as _Fast  # type: ignore[assignment]


class Loader(_Fast):
    """A safe loader to which ``yes``, ``no`` and ``on`` are words."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class Entry(dict[str, Any]):
    """A YAML mapping with the file and lines it was read from."""

    file: Path
    line: int
    lines: dict[str, int]

    def error(self, problem: str, advice: str = "", key: str | None = None) -> PolicyError:
        return PolicyError(problem, advice, file=self.file, line=self.lines.get(key or "", self.line))

    def only(self, allowed: Collection[str], what: str) -> None:
        for key in self:
            if key not in allowed:
                raise self.error(f"{what} has no field {key!r}.", did_you_mean(key, allowed), key)

    def text(self, key: str, what: str) -> str:
        value = self.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{what} needs {key!r}.", f"Write '{key}: …' with some text.", key)
        return value

    def choice(self, key: str, what: str, allowed: Collection[str]) -> str:
        value = self.text(key, what)
        if value not in allowed:
            raise self.error(f"{what}: {key} {value!r} does not exist.", did_you_mean(value, allowed), key)
        return value

    def texts(self, key: str, what: str) -> tuple[str, ...]:
        """One text, or a list of them; none when the field is absent."""
        value = self.get(key, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
            raise self.error(f"{what}: {key!r} is not a list of names.", f"Write '{key}: [first, second]'.", key)
        return tuple(values)

    def entries(self, key: str, what: str) -> list[Entry]:
        value = self.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, Entry) for item in value):
            raise self.error(f"{what}: {key!r} is not a list of fields in braces.", f"Write '{key}:\n  - {{…}}'.", key)
        return value

    def day(self, key: str, what: str) -> date:
        value = self.get(key)
        if not isinstance(value, date):
            raise self.error(f"{what}: {key!r} is {value!r}, not a date.", f"Write '{key}: 2026-01-31'.", key)
        return value


def read(file: Path) -> Entry:
    """The file's top mapping; raises ``PolicyError`` where it is not YAML or says one thing twice."""
    try:
        loader = Loader(file.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            if not isinstance(node, yaml.MappingNode):
                raise PolicyError("The file is empty or not a mapping.", "Write 'name:' entries.", file=file, line=1)
            found = _value(loader, node, file)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        advice = "Check the indentation, and put texts that hold ': ' or '#' in quotes."
        raise PolicyError(f"This is not YAML ({error.problem}).", advice, file=file, line=line) from None
    assert isinstance(found, Entry)
    return found


def _value(loader: Loader, node: yaml.Node, file: Path) -> Any:
    if isinstance(node, yaml.MappingNode):
        entry = Entry()
        entry.file, entry.line, entry.lines = file, node.start_mark.line + 1, {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in entry:
                problem = f"{key!r} is written twice (first in line {entry.lines[key]})."
                raise PolicyError(problem, "Keep one of them.", file=file, line=line)
            entry.lines[key] = line
            entry[key] = _value(loader, value_node, file)
        return entry
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, file) for item in node.value]
    return loader.construct_object(node)
