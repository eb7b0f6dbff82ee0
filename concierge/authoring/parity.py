"""What a language still lacks: everything that the complete languages have, file by file."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from concierge import intents, yaml_files
from concierge.answers import buttons
from concierge.languages import lexicon, registry
from concierge.languages.registry import DEFAULT

SENTENCES = Path("concierge", "channels", "sentences")
MAILS = Path("concierge", "mail", "sentences")
WIDGET = Path("concierge", "web", "src", "widget", "texts")
# It speaks more languages than the house; what is said of photos and files comes with the open panel alone.
INTERFACE = {
    WIDGET: "texts of the widget",
    WIDGET / "files": "texts of the widget's photos and files",
    WIDGET / "more": "more texts of the widget",
}
SHOP = Path("concierge", "web", "src", "shop")
VALUES = Path("concierge", "answers", "values.yml")
SECRET_WORDS = Path("concierge", "masking", "secret_words.yml")
QUESTIONS = Path("tests", "nlu", "languages.yml")
WHICH_LANGUAGE = "utter_which_language"
_PLACEHOLDER = re.compile(r"\{\w+\}")


class Gap(NamedTuple):
    """What a file lacks, or what is ``wrong``: there, and of no use as it is."""

    file: Path
    what: str
    wrong: bool = False

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


def gaps(root: Path, code: str) -> list[Gap]:
    """Raises :class:`~concierge.languages.registry.BadLanguages` where the registry cannot be read."""
    complete = [language.code for language in registry.read(root).values() if language.complete]
    return [
        *_lexicon(root, code),
        *_texts(root, SENTENCES, "yml", code, "sentences"),
        *_texts(root, MAILS, "yml", code, "sentences of e-mails"),
        *(gap for folder, what in INTERFACE.items() for gap in _texts(root, folder, "json", code, what)),
        *_values(root, code),
        *_secret_words(root, code),
        *_replies(root, code, complete),
        *_buttons(root, code),
        *_questions(root, code, complete),
        *_shop(root, code),
    ]


def read_texts(path: Path) -> dict[str, Any]:
    """Texts by key, of a YAML or a JSON file, or their plurals by category; none where there is no file."""
    if not path.exists():
        return {}
    text = path.read_text(encoding="utf-8")
    return (json.loads(text) if path.suffix == ".json" else yaml_files.read(path)) or {}


def _lacking(file: Path, what: str, names: Collection[str]) -> Iterator[Gap]:
    if names:
        yield Gap(file, f"{what} missing ({len(names)}): {', '.join(names)}")


def _lexicon(root: Path, code: str) -> Iterator[Gap]:
    content, problems = lexicon.load(root, code)
    file = lexicon.FOLDER / f"{code}.yml"
    yield from (Gap(file, problem.removeprefix(f"{file}: "), wrong=True) for problem in problems)
    yield from _lacking(file, "lists of words", lexicon.missing(content))


def _texts(root: Path, folder: Path, suffix: str, code: str, what: str) -> Iterator[Gap]:
    file = folder / f"{code}.{suffix}"
    english, own = read_texts(root / folder / f"{DEFAULT}.{suffix}"), read_texts(root / file)
    yield from _lacking(file, what, [key for key in english if not own.get(key)])
    for key, text in own.items():
        if key not in english:
            yield Gap(file, f"nothing says {key}", wrong=True)
        elif any(_placeholders(each) != _placeholders(_variants(english[key])[-1]) for each in _variants(text)):
            yield Gap(file, f"{key} has not the placeholders of the English", wrong=True)


def _variants(text: str | dict[str, str]) -> list[str]:
    """A text of the widget that counts something has a wording for each plural of its language."""
    return [each for each in (text.values() if isinstance(text, dict) else [text]) if each]


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def _values(root: Path, code: str) -> Iterator[Gap]:
    """Names that are the same in every language stand there in English alone."""
    content = yaml_files.read(root / VALUES)
    named = {f"{kind}.{name}": words for kind, names in content["names"].items() for name, words in names.items()}
    units = {f"units.{name}": words for name, words in content["units"].items()}
    translated = {key: words for key, words in {**units, **named}.items() if len(words) > 1}
    yield from _lacking(VALUES, "names", [key for key, words in translated.items() if code not in words])


def _secret_words(root: Path, code: str) -> Iterator[Gap]:
    groups = yaml_files.read(root / SECRET_WORDS)
    yield from _lacking(SECRET_WORDS, "lists of words", [name for name, words in groups.items() if not words.get(code)])


def _replies(root: Path, code: str, complete: Iterable[str]) -> Iterator[Gap]:
    """Replies that are written in another language than English are written in all; the rest is answered in English."""
    missing: dict[Path, list[str]] = defaultdict(list)
    for path in [*sorted((root / "data").rglob("*.yml")), root / "domain.yml"]:
        content = yaml_files.read(path) or {}
        for reply, variants in (content.get("responses") or {}).items():
            file = path.relative_to(root)
            if _cases_missing(variants, code, complete):
                missing[file].append(reply)
            offered = f'{{"choice": "{code}"}}'
            if reply == WHICH_LANGUAGE and not all(offered in str(variant.get("buttons")) for variant in variants):
                yield Gap(file, f"{reply} has no button for the language, in every variant")
    for file, names in missing.items():
        yield from _lacking(file, "replies", names)


def _buttons(root: Path, code: str) -> Iterator[Gap]:
    """As of replies: a title that is written in another language than English is written in all; an intent's always."""
    missing: dict[Path, list[str]] = defaultdict(list)
    for payload, said in buttons.read(root).items():
        home = buttons.home_of(payload)
        if not isinstance(said, str) and code not in said and (len(said) > 1 or home == intents.FILE):
            missing[home].append(payload)
    for home, payloads in missing.items():
        yield from _lacking(home, "titles", payloads)


def _cases_missing(variants: Iterable[Mapping[str, Any]], code: str, complete: Iterable[str]) -> bool:
    cases: dict[str, set[str]] = defaultdict(set)
    for variant in variants:
        asked = {c["name"]: c["value"] for c in variant.get("condition") or [] if c.get("type") == "slot"}
        cases[str(asked.pop("language", DEFAULT))].add(repr(sorted(asked.items())))
    others = {language for language in complete if language != DEFAULT}
    if code == DEFAULT or not others & set(cases):
        return False
    return bool(set().union(*(cases[language] for language in [DEFAULT, *others])) - cases[code])


def _questions(root: Path, code: str, complete: Iterable[str]) -> Iterator[Gap]:
    """English has its own, many more, in tests/nlu/questions."""
    if code == DEFAULT or not (root / QUESTIONS).exists():
        return
    asked = yaml_files.read(root / QUESTIONS)
    wanted = dict.fromkeys(intent for language in complete for intent in asked.get(language, {}))
    lacking = [intent for intent in wanted if not asked.get(code, {}).get(intent)]
    yield from _lacking(QUESTIONS, "intents' test questions", lacking)


def _shop(root: Path, code: str) -> Iterator[Gap]:
    """The demonstration shop's words stand beside each other in its sources, where the compiler finds the missing."""
    for path in sorted((root / SHOP).glob("*.ts")):
        source = path.read_text(encoding="utf-8")
        english, own = (len(re.findall(rf"\b{language}: [\"'`]", source)) for language in (DEFAULT, code))
        if own < english:
            yield Gap(path.relative_to(root), f"words missing ({english - own})")
