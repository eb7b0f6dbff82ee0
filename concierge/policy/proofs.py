"""By what customers prove who they are, and which proof suffices for what: ``proofs.yml``, read and checked once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from concierge.policy.errors import did_you_mean
from concierge.policy.reader import Entry, read

NAME_POSTCODE, NUMBER_EMAIL, CODE, LINK, SHOP = "name_postcode", "number_email", "code", "link", "shop"
NUMBER_PHONE = "number_phone"
KINDS = (NAME_POSTCODE, NUMBER_PHONE, NUMBER_EMAIL, CODE, LINK, SHOP)
"""What the product can check. A house takes those of them that it trusts."""
OF_ORDER, OF_ADDRESS = "order", "address"
STATUS = "status"  # the purpose of whoever only asks where it is
FILE = Path(__file__).with_name("proofs.yml")
_COUNTED = {"tries": ("conversation", "network", "order"), "codes": ("conversation", "order", "address")}
_EVER = timedelta(days=3650)


@dataclass(frozen=True)
class Limit:
    """At most so many within that time; ``within`` is ten years where a limit has no end."""

    most: int
    within: timedelta


@dataclass(frozen=True)
class Proof:
    """``of``: one order, or an address with all of its orders. ``label``: as advisors read it."""

    kind: str
    of: str
    label: str


@dataclass(frozen=True)
class Purpose:
    """What is told or done by these tasks, and the proofs that suffice for it."""

    name: str
    label: str
    tasks: tuple[str, ...]
    proofs: frozenset[str]


@dataclass(frozen=True)
class Proofs:
    """Immutable. ``links``: the purposes that a link made for a purpose opens."""

    proofs: Mapping[str, Proof]
    purposes: Mapping[str, Purpose]
    links: Mapping[str, frozenset[str]]
    tries: Mapping[str, Limit]
    codes: Mapping[str, Limit]
    code_digits: int
    code_lasts: timedelta
    code_tries: int
    link_lasts: timedelta

    def purpose_of(self, task: str) -> str:
        """The purpose that a task is of. Raises ``KeyError`` for a task that has none."""
        for purpose in self.purposes.values():
            if task in purpose.tasks:
                return purpose.name
        raise KeyError(task)

    def suffices(self, kind: str, purpose: str, link_for: str = "") -> bool:
        """Whether a proof of this kind is enough for it; ``link_for``: the purpose that a link was made for."""
        if kind not in self.purposes[purpose].proofs:
            return False
        return kind != LINK or purpose in self.links.get(link_for, ())


@lru_cache(maxsize=1)
def load_proofs() -> Proofs:
    """The shipped ones. Raises ``PolicyError`` with file, line and what to write instead."""
    return read_proofs(FILE)


def read_proofs(file: Path) -> Proofs:
    """Raises ``PolicyError`` as ``load_proofs`` does."""
    top = read(file)
    top.only(("proofs", "purposes", "links", "limits"), "proofs")
    proofs = {kind: _proof(kind, entry, top) for kind, entry in _entries(top, "proofs").items()}
    purposes = {name: _purpose(name, entry, proofs) for name, entry in _entries(top, "purposes").items()}
    if STATUS not in purposes:
        advice = "Write which proofs suffice to see where an order is."
        raise top.error("There is no purpose 'status'.", advice, "purposes")
    _check_tasks(top["purposes"], purposes)
    links = _links(top, purposes)
    limits = _entry(top, "limits", "limits")
    limits.only(("tries", "codes", "code", "link"), "limits")
    counted = {name: _limits(_entry(limits, name, "limits"), name) for name in _COUNTED}
    code, link = _entry(limits, "code", "limits"), _entry(limits, "link", "limits")
    code.only(("digits", "minutes", "tries"), "limits.code")
    link.only(("days",), "limits.link")
    return Proofs(
        proofs,
        purposes,
        links,
        counted["tries"],
        counted["codes"],
        _number(code, "digits", "limits.code", 6, 9),
        timedelta(minutes=_number(code, "minutes", "limits.code", 1, 60)),
        _number(code, "tries", "limits.code", 1, 10),
        timedelta(days=_number(link, "days", "limits.link", 1, 90)),
    )


def _proof(kind: str, entry: Entry, top: Entry) -> Proof:
    if kind not in KINDS:
        raise top["proofs"].error(f"{kind!r} is no proof that is checked.", did_you_mean(kind, KINDS), kind)
    entry.only(("of", "label"), kind)
    return Proof(kind, entry.choice("of", kind, (OF_ORDER, OF_ADDRESS)), entry.text("label", kind))


def _purpose(name: str, entry: Entry, proofs: Collection[str]) -> Purpose:
    entry.only(("label", "tasks", "proofs"), name)
    suffice = entry.texts("proofs", name)
    for kind in suffice:
        if kind not in proofs:
            raise entry.error(f"{name}: there is no proof {kind!r}.", did_you_mean(kind, proofs), "proofs")
    if not suffice:
        raise entry.error(f"{name}: no proof suffices.", "Name one, or take its tasks away.", "proofs")
    return Purpose(name, entry.text("label", name), entry.texts("tasks", name), frozenset(suffice))


def _check_tasks(entries: Entry, purposes: Mapping[str, Purpose]) -> None:
    of: dict[str, str] = {}
    for purpose in purposes.values():
        for task in purpose.tasks:
            if task in of:
                problem = f"{task!r} is of two purposes, {of[task]} and {purpose.name}."
                raise entries[purpose.name].error(problem, "Leave it to one of them.", "tasks")
            of[task] = purpose.name


def _links(top: Entry, purposes: Mapping[str, Purpose]) -> dict[str, frozenset[str]]:
    entry, found = _entry(top, "links", "proofs"), {}
    for name in entry:
        opened = entry.texts(name, "links")
        for each in (name, *opened):
            if each not in purposes:
                raise entry.error(f"links: there is no purpose {each!r}.", did_you_mean(each, purposes), name)
            if each in opened and LINK not in purposes[each].proofs:
                problem = f"links: {name!r} opens {each!r}, for which no link suffices."
                raise entry.error(problem, f"Add 'link' to the proofs of {each!r}, or take it out here.", name)
        found[name] = frozenset(opened)
    return found


def _limits(entry: Entry, name: str) -> dict[str, Limit]:
    entry.only(_COUNTED[name], f"limits.{name}")
    found = {}
    for what in _COUNTED[name]:
        limit, where = _entry(entry, what, f"limits.{name}"), f"limits.{name}.{what}"
        limit.only(("most", "hours"), where)
        ends = "hours" in limit
        within = timedelta(hours=_number(limit, "hours", where, 1, 720)) if ends else _EVER
        found[what] = Limit(_number(limit, "most", where, 1, 100), within)
    return found


def _entries(top: Entry, key: str) -> dict[str, Entry]:
    entry = _entry(top, key, "proofs")
    for name, value in entry.items():
        if not isinstance(value, Entry):
            raise entry.error(f"{name!r} has no fields.", "Write them under it, or in braces.", name)
    return dict(entry)


def _entry(of: Entry, key: str, what: str) -> Entry:
    value: Any = of.get(key)
    if not isinstance(value, Entry):
        raise of.error(f"{what}: {key!r} is missing, or has no fields.", f"Write '{key}:' with its fields.", key)
    return value


def _number(entry: Entry, key: str, what: str, least: int, most: int) -> int:
    value = entry.get(key)
    if type(value) is not int or not least <= value <= most:
        raise entry.error(f"{what}: {key!r} is {value!r}.", f"Write a whole number from {least} to {most}.", key)
    return value
