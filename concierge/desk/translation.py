"""Customers' words in an advisor's language, beside their own: where a translator is configured.

Contact details and order numbers never leave: they are masked before anything is sent. Nothing is stored.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol

import httpx

from concierge.desk.misunderstood import masked_lines
from concierge.settings import Settings

logger = logging.getLogger(__name__)

SECONDS = 8.0
KEPT = 2000  # translations, in memory: a case is opened more than once
AT_ONCE = 4


class NotTranslated(Exception):
    """The message is for the operator, without anything of a customer."""


class Translator(Protocol):
    async def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """One for each text, in their order. Raises ``NotTranslated``."""


class LibreTranslate:
    """A server that answers as LibreTranslate does (POST /translate)."""

    # https://docs.libretranslate.com: q (a text or a list of them), source, target, format, api_key; answers
    # translatedText, or {"error": …} with 400 (language not supported), 403 (key), 429 (slow down).
    def __init__(self, url: str, key: str = "") -> None:
        self._url = url.rstrip("/") + "/translate"
        self._key = key
        self._room = asyncio.Semaphore(AT_ONCE)

    async def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        body: dict[str, Any] = {"q": list(texts), "source": source, "target": target, "format": "text"}
        if self._key:
            body["api_key"] = self._key
        try:
            async with self._room, httpx.AsyncClient(timeout=SECONDS) as client:
                response = await client.post(self._url, json=body)
        except httpx.HTTPError as problem:
            raise NotTranslated(f"the translator does not answer: {type(problem).__name__}") from None
        if response.status_code != 200:
            raise NotTranslated(f"the translator answered {response.status_code}")
        try:
            found = response.json()["translatedText"]
        except (ValueError, KeyError, TypeError):
            found = None
        if not isinstance(found, list) or len(found) != len(texts) or not all(isinstance(each, str) for each in found):
            raise NotTranslated("the translator's answer is not what was asked for")
        return found


def configured(settings: Settings) -> Translator | None:
    if not settings.translator_url:
        return None
    key = settings.translator_key.get_secret_value() if settings.translator_key else ""
    return LibreTranslate(settings.translator_url, key)


class Translations:
    """Remembers what was translated lately."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._known: OrderedDict[tuple[str, str, str], str] = OrderedDict()

    async def of(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Raises ``NotTranslated``."""
        asked = [masked_lines(text) for text in texts]
        missing = [each for each in dict.fromkeys(asked) if (each, source, target) not in self._known]
        if missing:
            for text, found in zip(missing, await self._translator.translate(missing, source, target), strict=True):
                self._known[text, source, target] = found
        said = [self._known[each, source, target] for each in asked]
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return said
