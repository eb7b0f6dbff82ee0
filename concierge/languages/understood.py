"""Languages that are understood and not spoken, ``data/understood_languages.yml``: how each is told, and what is said.

A language that has become complete is no longer one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from babel import Locale

from concierge.languages import registry
from concierge.settings import ROOT

FILE = Path("data", "understood_languages.yml")
_LETTERS = re.compile(r"[^\W\d_]")
_LEAST_LETTERS = 2
_SHARE = 0.3  # of all letters: names of products stay in Latin ones


@dataclass(frozen=True)
class Understood:
    code: str  # ISO 639-1
    answered_in: str
    says: str
    words: frozenset[str] = frozenset()
    letters: re.Pattern[str] | None = None
    marks: frozenset[str] = frozenset()  # letters that none of the other languages writes, of one told by its words


def read(root: Path) -> dict[str, Understood]:
    """Raises :class:`~concierge.languages.registry.BadLanguages`."""
    complete = {code for code, language in registry.read(root).items() if language.complete}
    entries = yaml.safe_load((root / FILE).read_text(encoding="utf-8"))
    found, problems = {}, []
    for code, entry in entries.items():
        if entry.get("answered_in") not in complete:
            problems.append(
                f"{FILE}: “{code}” is answered in a complete language, one of {', '.join(sorted(complete))}"
            )
        if "{language}" not in entry.get("says", ""):
            problems.append(f"{FILE}: “{code}” says which language answers: {{language}}")
        if bool(entry.get("words")) is bool(entry.get("letters")):
            problems.append(f"{FILE}: “{code}” is told by its letters or by its words")
        letters = re.compile(entry["letters"]) if entry.get("letters") else None
        found[code] = Understood(
            code,
            entry.get("answered_in", ""),
            entry.get("says", ""),
            frozenset(entry.get("words") or ()),
            letters,
            frozenset(entry.get("marks") or ""),
        )
    if problems:
        raise registry.BadLanguages("\n".join(problems))
    return {code: entry for code, entry in found.items() if code not in complete}


@lru_cache(maxsize=1)
def languages() -> dict[str, Understood]:
    return read(ROOT)


def by_letters(text: str) -> Understood | None:
    """The one whose script the text is written in."""
    least = max(_LEAST_LETTERS, _SHARE * len(_LETTERS.findall(text)))
    told = (each for each in languages().values() if each.letters)
    return next((each for each in told if each.letters and len(each.letters.findall(text)) >= least), None)


def by_words(words: Iterable[str]) -> list[Understood]:
    """Those that have a small word of the text, in small letters, or a letter of their own in it."""
    said = set(words)
    written = {letter for word in said for letter in word}
    return [each for each in languages().values() if each.words & said or each.marks & written]


def notice(code: str, language: str) -> str:
    """The sentence that says which language answers, in the customer's own."""
    name = Locale(code).languages[language]
    return languages()[code].says.replace("{language}", str(name))
