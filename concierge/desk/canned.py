"""Replies that are written once for everybody: those the desk begins with, and what leads have made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Engine

from concierge.answers.values import day
from concierge.conversations.base import now
from concierge.conversations.schema import canned_replies
from concierge.languages.registry import DEFAULT, candidates, locale_of
from concierge.orders.model import Order
from concierge.storage.database import read, write

FILE = Path(__file__).with_name("canned.yml")
NAME = re.compile(r"[a-z0-9_-]{1,40}", re.ASCII)
# What may stand in braces, and what is left in brackets where it is not known.
PLACEHOLDERS = {
    "customer": "name",
    "first_name": "first name",
    "advisor": "your name",
    "order": "order number",
    "piece": "piece",
    "tracking": "tracking",
    "expected": "expected day",
    "deadline": "last day",
}
_BRACES = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Reply:
    name: str
    language: str
    title: str
    text: str


class Canned:
    """Blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Reply]:
        """By name and language."""
        with read(self._engine) as connection:
            rows = connection.execute(sa.select(canned_replies)).mappings().all()
        found = {(each.name, each.language): each for each in _first()}
        for row in rows:
            known = Reply(row["name"], row["language"], row["title"], row["text"])
            found[known.name, known.language] = known
        return sorted((each for each in found.values() if each.text), key=lambda each: (each.name, each.language))

    def put(self, reply: Reply, by: str) -> None:
        """In place of what had its name and language; an empty text takes it away."""
        this = canned_replies.c.name == reply.name, canned_replies.c.language == reply.language
        with write(self._engine) as connection:
            connection.execute(canned_replies.delete().where(*this))
            connection.execute(canned_replies.insert(), {**vars(reply), "by": by, "updated_at": now()})

    def for_case(self, language: str, values: Mapping[str, str]) -> list[Reply]:
        """One for each name, in the language or the one that answers for it, filled."""
        order = [*candidates(language), DEFAULT]
        best: dict[str, Reply] = {}
        for each in self.all():
            known = best.get(each.name)
            if each.language in order and (known is None or order.index(each.language) < order.index(known.language)):
                best[each.name] = each
        return [replace(each, text=filled(each.text, values)) for each in best.values()]


def unknown(text: str) -> list[str]:
    """What stands in braces and cannot be filled."""
    return [name for name in _BRACES.findall(text) if name not in PLACEHOLDERS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """What is not known stands in brackets."""
    return _BRACES.sub(lambda found: values.get(found[1]) or f"[{PLACEHOLDERS.get(found[1], found[1])}]", text)


def values_of(
    name: str, advisor: str, language: str, order: Order | None, decisions: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """What a case and its order fill in; ``decisions`` oldest first. What is not known is empty or not there."""
    locale, today = locale_of(language), now().date()
    found = {"customer": name, "first_name": next(iter(name.split()), ""), "advisor": advisor}
    decided = list(decisions)
    deadline = next((str(each["deadline"]) for each in reversed(decided) if each.get("deadline")), "")
    if deadline:
        found["deadline"] = day(deadline[:10], locale, today)
    if order is None:
        return found
    chosen = decided[-1].get("line") if decided else None
    line = next((each for each in order.lines if each.id == chosen), next(iter(order.lines), None))
    parcel = next((each for each in reversed(order.shipments) if each.tracking or each.url), None)
    found |= {"order": order.number, "piece": line.product if line else ""}
    if parcel:
        found["tracking"] = parcel.url or parcel.tracking
        found["expected"] = day(parcel.expected_to, locale, today) if parcel.expected_to else ""
    return found


@lru_cache(maxsize=1)
def _first() -> tuple[Reply, ...]:
    written: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text("utf-8"))
    return tuple(
        Reply(name, language, entry["title"], text)
        for name, entry in written.items()
        for language, text in entry.items()
        if language != "title"
    )
