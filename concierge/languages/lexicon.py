"""The words that the code needs of a language, read once from ``data/lexicon/<language>.yml``.

Customers change languages in the middle of a sentence, so the words of all complete languages are looked for at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from concierge import yaml_files
from concierge.languages import registry
from concierge.languages.keys import KEYS, Key, Kind
from concierge.languages.unmarked import also_unmarked, also_without
from concierge.settings import ROOT

FOLDER = Path("data", "lexicon")
_AS_WRITTEN = frozenset({"alarms", "harmless"})


@dataclass(frozen=True)
class Lexicon:
    """One language: its entries by key and part, ``""`` where a key has no parts, and its grammar."""

    entries: Mapping[tuple[str, str], tuple[str, ...]]
    grammar: tuple[tuple[re.Pattern[str], str], ...]


def read(root: Path, code: str) -> Lexicon:
    """Raises :class:`~concierge.languages.registry.BadLanguages` unless every key is there and no other."""
    content, problems = load(root, code)
    lacking = [
        f"{FOLDER / code}.yml: {key} is missing. {KEYS[key.partition('.')[0]].about}" for key in missing(content)
    ]
    if problems or lacking:
        raise registry.BadLanguages("\n".join([*problems, *lacking]))
    entries = {
        (name, part): tuple(content[name][part] if part else content[name])
        for name, key in KEYS.items()
        if key.kind is not Kind.REWRITES
        for part in key.parts or ("",)
    }
    return Lexicon(entries, tuple((re.compile(rule["find"]), rule["say"]) for rule in content["grammar"]))


def load(root: Path, code: str) -> tuple[dict[str, Any], list[str]]:
    """A lexicon as it is written, and what is wrong with what is there."""
    file = FOLDER / f"{code}.yml"
    try:
        content = yaml_files.read(root / file) or {}
    except FileNotFoundError:
        return {}, [f"{file}: there is no such file. Write it: concierge languages new {code}"]
    except yaml.YAMLError as error:
        return {}, [f"{file}: it is not YAML: {error}"]
    if not isinstance(content, dict):
        return {}, [f"{file}: it is a list of keys, each with its words: see concierge/languages/keys.py"]
    unknown = [f"{file}: nothing reads the key “{key}”. Rename it or take it out: see concierge/languages/keys.py"
               for key in content if key not in KEYS]  # fmt: skip
    wrong = [f"{file}: {problem}" for name, key in KEYS.items() if name in content
             for problem in _wrong(name, key, content[name])]  # fmt: skip
    return content, [*unknown, *wrong]


def missing(content: Mapping[str, Any]) -> list[str]:
    """The keys, or their parts, that have no words yet: ``follow_up.lost``."""
    found = []
    for name, key in KEYS.items():
        written = content.get(name)
        for part in key.parts or ("",):
            words = (written or {}).get(part) if part and isinstance(written, dict | None) else written
            if words is None or (not words and not key.may_be_empty):
                found.append(f"{name}.{part}" if part else name)
    return found


@lru_cache(maxsize=1024)
def words(key: str, part: str = "") -> frozenset[str]:
    """The entries of a key in all complete languages, with and without their accents."""
    return also_without(frozenset(_entries(key, part)))


@lru_cache(maxsize=1024)
def either(key: str, part: str = "") -> str:
    """A pattern for any of them, to be built into a larger one, as customers write them: without their accents, too;
    one that never matches where there is none. What is an alarm is said in its own words, and each is tried."""
    said = ((code, each) for code, lexicon in _all().items() for each in lexicon.entries[key, part])
    found = [each if key in _AS_WRITTEN else also_unmarked(each, code) for code, each in said]
    return f"(?:{'|'.join(dict.fromkeys(found)) or '(?!)'})"


@lru_cache(maxsize=256)
def signs(key: str, part: str = "") -> re.Pattern[str]:
    """Any of them, wherever it stands, in capitals or not."""
    return re.compile(either(key, part), re.IGNORECASE)


@lru_cache(maxsize=256)
def phrases(key: str, part: str = "") -> re.Pattern[str]:
    """Any of them as whole words, in capitals or not."""
    return re.compile(rf"\b{either(key, part)}(?!\w)", re.IGNORECASE)


def list_of(language: str, key: str) -> tuple[str, ...]:
    """The entries of a key without parts in one complete language, in their order."""
    return words_of(language, key, "")


def words_of(language: str, key: str, part: str) -> tuple[str, ...]:
    """The entries of a part of a key in one complete language, in their order."""
    return _all()[language].entries[key, part]


def inflect(text: str, language: str) -> str:
    """A finished text with the language's grammar applied."""
    lexicon = _all().get(language)
    for find, say in lexicon.grammar if lexicon else ():
        text = find.sub(say, text)
    return text


def check() -> None:
    """Raises :class:`~concierge.languages.registry.BadLanguages` where a complete language's lexicon cannot be used."""
    _all()


def _entries(key: str, part: str) -> Iterator[str]:
    for lexicon in _all().values():
        yield from lexicon.entries[key, part]


@lru_cache(maxsize=1)
def _all() -> dict[str, Lexicon]:
    return {code: read(ROOT, code) for code in registry.complete()}


def _wrong(name: str, key: Key, written: Any) -> Iterator[str]:
    if key.kind is Kind.REWRITES:
        yield from _wrong_rules(name, written)
        return
    if key.parts and not isinstance(written, dict):
        yield f"{name} has the parts {', '.join(key.parts)}, each with a list of words"
        return
    parts: Mapping[str, Any] = written if key.parts else {"": written}
    for part, entries in parts.items():
        said = f"{name}.{part}" if part else name
        if key.parts and part not in key.parts:
            yield f"nothing reads {said}; the parts of {name} are {', '.join(key.parts)}"
        elif not isinstance(entries, list):
            yield f"{said} is a list: [word, another word]"
        else:
            yield from (f"{said}: {problem}" for each in entries if (problem := _wrong_entry(key.kind, each)))


def _wrong_entry(kind: Kind, entry: Any) -> str:
    if not isinstance(entry, str) or not entry.strip():
        return f'{entry!r} is no word; where YAML reads something else in it, write it in quotes: "yes"'
    if kind is Kind.WORDS and not re.fullmatch(r"[\w'’-]+", entry):
        return f"“{entry}” is more than one word"
    return "" if kind is Kind.WORDS else _wrong_pattern(entry)


def _wrong_rules(name: str, written: Any) -> Iterator[str]:
    rules = written if isinstance(written, list) else [written]
    for rule in rules:
        if not isinstance(rule, dict) or set(rule) != {"find", "say"}:
            yield f"{name} is a list of rules, {{find: pattern, say: replacement}}"
        elif problem := _wrong_pattern(rule["find"]):
            yield f"{name}: {problem}"


def _wrong_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"“{pattern}” is no pattern: {error}"
    return ""
