"""Sentences of the channels themselves, by code and language. Replies of the assistant are in ``data/``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from concierge.conversations import Reply
from concierge.languages.registry import DEFAULT, complete

_FOLDER = Path(__file__).parent / "sentences"


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, str]]:
    """By language, then by code."""
    return {code: yaml.safe_load((_FOLDER / f"{code}.yml").read_text(encoding="utf-8")) for code in complete()}


def sentence(code: str, language: str = DEFAULT) -> str:
    """Falls back to English. Raises ``KeyError`` for an unknown code."""
    return _all().get(language, {}).get(code) or _all()[DEFAULT][code]


def own_reply(code: str, language: str) -> Reply:
    """The sentence as the assistant says it, under a name as its replies in ``data/`` have. Raises as ``sentence``."""
    return Reply(sentence(code, language), meta={"utter": f"utter_{code}", "language": language})
