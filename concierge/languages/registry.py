"""The languages of the house: ``data/languages.json``, which the web parts import too.

A language is complete, and customers are answered in it; or begun, and nobody meets it while its texts are written:
who asks for it is answered in its ``fallback``. Everything is written in English first, and what has no wording in a
complete language is said in English.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from babel import Locale

from concierge.settings import ROOT

DEFAULT = "en"
FILE = Path("data", "languages.json")
_GROUPS = ("complete", "begun")


class BadLanguages(ValueError):
    """The registry or a lexicon cannot be used: one line per problem, each saying where it is and what to do."""


@dataclass(frozen=True)
class Language:
    code: str  # ISO 639-1
    name: str  # in the language itself
    locale: str  # how dates, numbers and money are written (BCP 47)
    complete: bool
    fallback: str | None = None  # the complete language that answers until this one is complete
    regions: Mapping[str, str] = field(default_factory=dict)  # region: locale, where it is written otherwise


def read(root: Path) -> dict[str, Language]:
    """The languages of a project in the registry's order, the complete ones first. Raises :class:`BadLanguages`."""
    try:
        groups = json.loads((root / FILE).read_text(encoding="utf-8"))
        found = {
            code: Language(code=code, complete=group == "complete", **entry)
            for group in _GROUPS
            for code, entry in groups[group].items()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = f'it holds {{"complete": {{code: {{name, locale, fallback, regions}}}}, "begun": {{…}}}}, but: {error!r}'
        raise BadLanguages(f"{FILE}: {said}") from error
    problems = [problem for language in found.values() for problem in _problems(language, found)]
    if DEFAULT not in found or not found[DEFAULT].complete:
        problems.append(f"{FILE}: “{DEFAULT}” must be complete, since all others fall back to it")
    if problems:
        raise BadLanguages("\n".join(problems))
    return found


def write(root: Path, languages: Mapping[str, Language]) -> None:
    """Keeps to the form that people read: a language a line."""
    groups = []
    for group in _GROUPS:
        entries = [_line(each) for each in languages.values() if each.complete is (group == "complete")]
        groups.append(f'  "{group}": {{' + ("\n" + ",\n".join(entries) + "\n  " if entries else "") + "}")
    (root / FILE).write_text("{\n" + ",\n".join(groups) + "\n}\n", encoding="utf-8")


@lru_cache(maxsize=1)
def languages() -> dict[str, Language]:
    """Those of this installation: they belong to the code, as the policies do, whatever project it serves."""
    return read(ROOT)


def complete() -> tuple[str, ...]:
    """The codes of the languages that customers are answered in, English first."""
    return tuple(code for code, language in languages().items() if language.complete)


def supported(tags: str, default: str = DEFAULT) -> str:
    """The language to answer in for a locale (``fr-CH``, ``de_AT``, an Accept-Language header): the first complete one,
    else the fallback of the first that is begun, else ``default``."""
    named = [known for tag in tags.split(",") if (known := languages().get(tag.strip().lower()[:2]))]
    spoken = next((language.code for language in named if language.complete), None)
    return spoken or next((language.fallback for language in named if language.fallback), default)


def candidates(tag: str) -> tuple[str, ...]:
    """The languages to look for a wording in, the nearest first: ``fr-CH``, ``fr``, ``en``."""
    base = tag.partition("-")[0]
    known = languages().get(base)
    meanwhile = known.fallback if known and not known.complete and known.fallback else DEFAULT
    return tuple(dict.fromkeys((tag, base, meanwhile, DEFAULT)))


@lru_cache(maxsize=64)
def locale_of(language: str, region: str = "") -> Locale:
    """How the house writes dates, numbers and money in this language to customers of this region."""
    known = languages().get(language)
    written = known.regions.get(region, known.locale) if known else language
    return Locale.parse(written.replace("-", "_"))


def english_name(code: str) -> str:
    """“French”; the code itself where there is no such language."""
    return str(Locale("en").languages.get(code[:2].lower(), code))


def _problems(language: Language, known: Mapping[str, Language]) -> list[str]:
    problems = []
    fallback = known.get(language.fallback or "")
    if not language.complete and (fallback is None or not fallback.complete):
        problems.append(f"{FILE}: the fallback of “{language.code}” must be a complete language, such as “{DEFAULT}”")
    for locale in (language.locale, *language.regions.values()):
        try:
            Locale.parse(locale.replace("-", "_"))
        except (ValueError, LookupError) as error:
            problems.append(f"{FILE}: the locale of “{language.code}”: {error}")
    return problems


def _line(language: Language) -> str:
    said = {"name": language.name, "locale": language.locale, "fallback": language.fallback}
    entry = {key: value for key, value in {**said, "regions": dict(language.regions)}.items() if value}
    written = json.dumps(entry, ensure_ascii=False).replace("{", "{ ").replace("}", " }")
    return f'    "{language.code}": {written}'
