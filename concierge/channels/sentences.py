"""Sentences of the channels themselves, by code and language. Replies of the assistant are in ``data/``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

LANGUAGES = ("en", "fr", "it", "de", "es")


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("sentences.yml").read_text("utf-8"))
    return loaded


def sentence(code: str, language: str = "en") -> str:
    """Falls back to English. Raises ``KeyError`` for an unknown code."""
    variants = _all()[code]
    return variants.get(language) or variants["en"]


def supported(locale: str, default: str = "en") -> str:
    """The language of a locale (``fr-CH``, ``de_AT``, an Accept-Language header), where it is one of ours."""
    for part in locale.split(","):
        language = part.strip().lower()[:2]
        if language in LANGUAGES:
            return language
    return default
