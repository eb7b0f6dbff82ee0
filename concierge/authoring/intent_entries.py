"""The registry of intents as an editor fills it in: what its entries lack, and the beginning of a new one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from concierge import intents
from concierge.intents import Kind
from concierge.languages.registry import DEFAULT, complete

_TOPICS = f"{Kind.TOPIC.value}:\n"
_ENTRY = re.compile(r"^  (\w+):", re.MULTILINE)


def read(root: Path) -> intents.Registry:
    """That of a project; empty where it has none. Raises ``BadIntents``."""
    return intents.read(root) if (root / intents.FILE).exists() else intents.Registry({}, {})


def problems(
    root: Path, homes: Mapping[str, str], used: Collection[str], topics: Collection[str]
) -> Iterator[tuple[str, str]]:
    """File and what is wrong. ``homes``: the file of each intent's examples; ``used``: those with examples or a rule;
    ``topics``: those that are a topic's file. Raises ``BadIntents``."""
    known = read(root)
    for name in sorted(set(used) - set(known.intents)):
        yield homes.get(name, str(intents.FILE)), f"{name} is not in {intents.FILE}: add it there, under its kind"
    for name, intent in known.intents.items():
        for what in _lacking(intent, name in used, name in topics, known.groups):
            yield str(intents.FILE), f"{name} {what}"


def _lacking(intent: intents.Intent, used: bool, topic: bool, groups: Collection[str]) -> Iterator[str]:
    if not used:
        yield "has neither examples nor a rule: take it out"
    if topic is not (intent.kind is Kind.TOPIC):
        yield f"is a {intent.kind.value} there: a topic is what has a file in data/faq, and nothing else"
    if intent.kind in intents.QUESTIONS and not intent.group:
        yield f"needs a group, one of {', '.join(groups)}"
    languages = [code for code in complete() if code not in intent.title]
    if languages and (intent.title or intent.kind in intents.QUESTIONS):
        yield f"has no title in {', '.join(languages)}"


def add_topic(root: Path, name: str) -> Path:
    """Writes the entry of a new topic at its place in the alphabet, to be filled in."""
    path = root / intents.FILE
    text = path.read_text(encoding="utf-8") if path.exists() else _TOPICS
    groups = ", ".join(read(root).groups)
    titles = [name.replace("_", " ").capitalize() if code == DEFAULT else "" for code in complete()]
    lines = [f"      {code}: {title}".rstrip() for code, title in zip(complete(), titles, strict=True)]
    entry = "\n".join([f"  {name}:", f"    group: # {groups}".rstrip(" #"), "    title:", *lines]) + "\n"
    start = text.index(_TOPICS) + len(_TOPICS)
    end = next((match.start() for match in re.finditer(r"^(?=\S|\n)", text[start:], re.MULTILINE)), len(text) - start)
    section = text[start : start + end]
    later = next((match.start() for match in _ENTRY.finditer(section) if match[1] > name), len(section))
    at = start + later
    path.write_text(text[:at] + entry + text[at:], encoding="utf-8")
    return path
