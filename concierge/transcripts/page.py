"""A transcript as it is read, whatever it is set in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

from concierge import yaml_files
from concierge.conversations import Message
from concierge.conversations.model import DESK
from concierge.languages.registry import DEFAULT

SPEAKERS = ("customer", "assistant", "advisor")


@dataclass(frozen=True)
class Turn:
    """``at`` as it is written, in UTC; ``who`` and ``text`` in the reader's words and the speaker's."""

    at: str
    who: str
    text: str


@dataclass(frozen=True)
class Page:
    """A transcript as it is read: ``facts`` below the title, ``words`` the labels in its language."""

    title: str
    facts: str
    turns: tuple[Turn, ...]
    words: dict[str, str]


def customers_page(messages: Iterable[Message], language: str, hide: Callable[[str], str] = str) -> Page:
    """What the customer has seen of their conversation, with each message's file in its payload; ``hide`` takes out of
    a text what is not to leave."""
    words = labels(language)
    seen = _seen(messages)
    turns = [_turn(each, words, hide) for each in seen]
    ends = dict.fromkeys(written(each.created_at) for each in (*seen[:1], *seen[-1:]))
    return Page(words["conversation"], " – ".join(ends), tuple(each for each in turns if each.text), words)


def customers_document(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The same for programs: each with ``seq``, ``at`` (UTC), ``from``, ``name`` of an advisor, ``text``, and what its
    ``file`` is called, or ``None``."""
    return [
        {
            **{"seq": each.seq, "at": each.created_at.astimezone(timezone.utc), "from": each.role},
            "name": each.author if each.role == "advisor" else "",
            **{"text": each.text, "file": _file(each)},
        }
        for each in _seen(messages)
    ]


def as_text(page: Page) -> str:
    parts = [page.title, page.facts, *(f"{turn.at}  {turn.who}\n{turn.text}" for turn in page.turns)]
    return "\n\n".join(parts) + "\n"


def is_spoken(role: str, kind: str) -> bool:
    """Whether somebody said it to somebody."""
    return role in SPEAKERS and kind != "event"


def written(at: datetime) -> str:
    return at.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def with_file(text: str, file: str | None, words: dict[str, str]) -> str:
    """``file``: what it is called, where something was sent besides words."""
    return "\n".join(filter(None, (text, words["file"].format(name=file) if file is not None else "")))


def labels(language: str) -> dict[str, str]:
    """In this language, or in English."""
    return all_labels().get(language) or all_labels()[DEFAULT]


@lru_cache(maxsize=1)
def all_labels() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml_files.read(Path(__file__).with_name("words.yml"))
    return found


def _turn(message: Message, words: dict[str, str], hide: Callable[[str], str]) -> Turn:
    who = message.author if message.role == "advisor" and message.author else words[message.role]
    return Turn(written(message.created_at), who, hide(with_file(message.text, _file(message), words)))


def _seen(messages: Iterable[Message]) -> list[Message]:
    return [each for each in messages if is_spoken(each.role, each.kind) and each.payload.get("audience") != DESK]


def _file(message: Message) -> str | None:
    file = message.payload.get("file")
    return str(file.get("title") or file.get("media_type") or "") if isinstance(file, dict) else None
