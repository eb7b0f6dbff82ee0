"""What a button says where its reply gives it no title of its own, in every language.

That of an intent is in the registry of intents; one that carries a choice has its title in a table of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from concierge import intents
from concierge.languages.registry import DEFAULT, candidates
from concierge.settings import get_settings

TABLE = Path("data", "buttons.yml")
Titles = Mapping[str, str | Mapping[str, str]]  # by payload: one for every language, or one by language


class UntitledButton(ValueError):
    """A button whose reply gives it no title, nor does the registry or the table."""


def read(root: Path) -> Titles:
    """Those of a project; empty where it has none. Raises ``BadIntents``."""
    path = root / TABLE
    table: Titles = yaml.safe_load(path.read_text(encoding="utf-8"))["titles"] if path.exists() else {}
    known = intents.read(root).intents.values() if (root / intents.FILE).exists() else ()
    return {**{f"/{intent.name}": intent.title for intent in known if intent.title}, **table}


def home_of(payload: str) -> Path:
    """The file that has the title of such a button."""
    return TABLE if "{" in payload else intents.FILE


def title_of(titles: Titles, payload: str, language: str) -> str | None:
    found = titles.get(payload, {})
    return found if isinstance(found, str) else found.get(language)


_known = lru_cache(maxsize=1)(read)


def _nearest_title(payload: str, language: str) -> str | None:
    """In the language, or in the one that answers in its place."""
    titles = _known(get_settings().root)
    return next((title for code in candidates(language) if (title := title_of(titles, payload, code))), None)


def language_of(response: Mapping[str, Any]) -> str:
    """The language of one wording of a reply."""
    conditions = response.get("condition") or []
    return next((str(c["value"]) for c in conditions if c.get("name") == "language"), DEFAULT)


def buttons_of(responses: Mapping[str, list[dict[str, Any]]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every button, with its reply's name and its language."""
    for name, variants in responses.items():
        for variant in variants:
            for button in variant.get("buttons") or []:
                yield name, language_of(variant), button


def fill_in_titles(responses: Mapping[str, list[dict[str, Any]]]) -> None:
    """Gives a title to every button without one. Raises ``UntitledButton``."""
    for name, language, button in buttons_of(responses):
        if "title" not in button:
            title = _nearest_title(button["payload"], language)
            if title is None:
                raise UntitledButton(f"{name}: {home_of(button['payload'])} has no title for {button['payload']}")
            button["title"] = title
