"""Begins a language: writes the files that are to be filled in, each with the English beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from babel import Locale, UnknownLocaleError

from concierge.authoring.lexicon_files import comment, lexicon_file
from concierge.authoring.parity import INTERFACE, MAILS, SENTENCES, read_texts
from concierge.languages import lexicon, registry
from concierge.languages.registry import DEFAULT, Language


def begin(root: Path, code: str, fallback: str = DEFAULT) -> list[Path]:
    """The files written, the registry among them; customers meet nothing of the language until it is complete there.

    Raises ``ValueError`` for what is no language that can be detected and written (ISO 639-1), or is there already.
    """
    known = registry.read(root)
    if code in known:
        raise ValueError(f"{known[code].name} is there already. What it lacks: concierge languages check {code}")
    if fallback not in known or not known[fallback].complete:
        complete = ", ".join(language.code for language in known.values() if language.complete)
        raise ValueError(f"“{fallback}” is no complete language to answer in until then: {complete}")
    language = Language(code, _own_name(code), code, complete=False, fallback=fallback)
    english, _ = lexicon.load(root, DEFAULT)
    written = {
        lexicon.FOLDER / f"{code}.yml": lexicon_file(registry.english_name(code), {}, english),
        **{
            folder / f"{code}.yml": _sentences(read_texts(root / folder / f"{DEFAULT}.yml"))
            for folder in (SENTENCES, MAILS)
        },
    }
    for folder in INTERFACE:
        texts = folder / f"{code}.json"
        if not (root / texts).exists():
            english_texts = read_texts(root / folder / f"{DEFAULT}.json")
            written[texts] = json.dumps(dict.fromkeys(english_texts, ""), indent=2) + "\n"
    if taken := [str(file) for file in written if (root / file).exists()]:
        raise ValueError(f"{', '.join(taken)}: there already, and not overwritten")
    for file, text in written.items():
        (root / file).write_text(text, encoding="utf-8")
    registry.write(root, {**known, code: language})
    return [*written, registry.FILE]


def _own_name(code: str) -> str:
    from lingua import IsoCode639_1

    try:
        told = re.fullmatch("[a-z]{2}", code) is not None and hasattr(IsoCode639_1, code.upper())
        name = Locale(code).languages.get(code) if told else None
    except UnknownLocaleError:
        name = None
    if name is None:
        raise ValueError(f"“{code}” is no language that can be told and written: give its two letters, such as pt.")
    return str(name[0].upper() + name[1:])


def _sentences(english: dict[str, str]) -> str:
    lines = [line for key, text in english.items() for line in (*comment(f"English: {text}"), f'{key}: ""', "")]
    return "\n".join(lines[:-1]) + "\n"
