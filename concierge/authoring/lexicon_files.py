"""A lexicon as a file for people: each key with what it is for and, in a new one, the English beside it."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from concierge.languages.keys import KEYS, Key, Kind

WIDTH = 120
# What YAML reads as it is written, and as a text.
_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[^\W\d_](?:[\w'’ -]*[\w'’])?", re.IGNORECASE)


def lexicon_file(name: str, content: Mapping[str, Any], english: Mapping[str, Any] | None = None) -> str:
    """The text of a lexicon. ``english`` stands beside what has no words, as a comment."""
    lines = [f"# The words of {name} that the code needs. A list of words is written [one, two]."]
    for kind in Kind:
        lines += comment(f"{kind.name.capitalize()} are {kind.value}.")
    for key_name, key in KEYS.items():
        lines += ["", *comment(f"{key.about} ({kind_of(key)})")]
        lines += _key(key_name, key, content.get(key_name), (english or {}).get(key_name))
    return "\n".join(lines) + "\n"


def kind_of(key: Key) -> str:
    return f"{key.kind.name.lower()}{', may be empty' if key.may_be_empty else ''}"


def flow(entries: Sequence[str]) -> str:
    return f"[{', '.join(map(scalar, entries))}]"


def scalar(text: str) -> str:
    """The text as YAML has it, quoted where it must be."""
    if _PLAIN.fullmatch(text):
        return text
    return "'" + text.replace("'", "''") + "'" if "\\" in text or '"' in text else json.dumps(text, ensure_ascii=False)


def _key(name: str, key: Key, written: Any, english: Any) -> Iterator[str]:
    if key.kind is Kind.REWRITES:
        yield from _rules(name, written or [])
    elif not key.parts:
        yield from _list(f"{name}: ", written or [], english or [])
    else:
        yield f"{name}:"
        for part in key.parts:
            yield from _list(f"  {part}: ", (written or {}).get(part, []), (english or {}).get(part, []))


def _list(beginning: str, entries: Sequence[str], english: Sequence[str]) -> Iterator[str]:
    indent = " " * (len(beginning) - len(beginning.lstrip()))
    if not entries and english:
        yield from (indent + line for line in comment(f"English: {flow(english)}", WIDTH - len(indent)))
    line = beginning + flow(entries)
    if len(line) <= WIDTH:
        yield line
        return
    yield beginning + "["
    yield from _wrapped([scalar(entry) + "," for entry in entries], indent + "  ")
    yield indent + "]"


def _wrapped(pieces: Sequence[str], indent: str) -> Iterator[str]:
    line = indent
    for piece in pieces:
        if len(line) + len(piece) >= WIDTH and line.strip():
            yield line.rstrip()
            line = indent
        line += piece + " "
    yield line.rstrip()


def _rules(name: str, rules: Sequence[Mapping[str, str]]) -> Iterator[str]:
    yield f"{name}:" if rules else f"{name}: []"
    for rule in rules:
        yield f"  - find: {scalar(rule['find'])}"
        yield f"    say: {scalar(rule['say'])}"


def comment(text: str, width: int = WIDTH) -> list[str]:
    """The text as lines of a YAML comment."""
    return textwrap.wrap(text, width, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
