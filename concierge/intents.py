"""The registry of intents, ``data/intents.yml``: what code needs to know of each. Nobody else keeps a list of them.

Membership is asked of sets (``name in of_kind(Kind.TOPIC)``), so an intent that only an older model knows is in none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from concierge import yaml_files
from concierge.languages.registry import DEFAULT, candidates
from concierge.settings import ROOT

FILE = Path("data", "intents.yml")


class Kind(str, Enum):
    """The headings of the file, which says what each is."""

    TOPIC = "topic"
    TASK = "task"
    PERSON = "person"
    ANSWER = "answer"
    STEERING = "steering"
    SMALL_TALK = "small_talk"
    NOT_UNDERSTOOD = "not_understood"
    EVENT = "event"


WHILE_WAITING = ("answer", "answer_if_asked", "go_on", "wait", "leave", "note")
_USUALLY = {Kind.TOPIC: "answer", Kind.SMALL_TALK: "answer", Kind.TASK: "answer_if_asked"}  # while waiting
QUESTIONS = (Kind.TOPIC, Kind.TASK)  # kinds that ask for something; each of these intents has a title
_POLICY = "_policy"  # how replies end that say what the house allows, before an order is known
_GROUPS, _FACETS = "groups", "facets"


class BadIntents(ValueError):
    """The registry cannot be used: one line per problem, each saying where it is and what to do."""


class UnknownIntent(KeyError):
    """There is no such intent in the registry."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"There is no intent “{self.name}”. Add it to {FILE}, under its kind."


class UnknownFacet(ValueError):
    """A cell is named after nothing that can be asked."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer

    def __str__(self) -> str:
        return f"{self.answer} begins with none of the facets of {FILE}: {', '.join(registry().facets)}"


class NoTitle(LookupError):
    """The intent is not to be offered."""


@dataclass(frozen=True)
class Handoff:
    """Why a person is to look at it; ``says`` is what the customer did, after their name. An ``alarm`` is heard
    whatever is open, even while a case waits; where ``minutes_count``, a doubt is enough. ``also`` are replies said
    with its own, ``doubted`` the one after an answer, where it was thought of and not believed."""

    reason: str
    says: str
    priority: str = "normal"
    alarm: bool = False
    minutes_count: bool = False
    also: tuple[str, ...] = ()
    doubted: str = ""


@dataclass(frozen=True)
class Group:
    """What intents have in common; the intent that a follow-up means by a part or by a kind of product."""

    parts: Mapping[str, str] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Intent:
    """The fields are told of at the head of the file."""

    name: str
    kind: Kind
    group: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    next: tuple[str, ...] = ()
    order_states: tuple[str, ...] = ()
    handoff: Handoff | None = None
    other_products: str | None = None
    elsewhere: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    every_product: bool = True
    of_pieces: bool = False
    order_task: str | None = None
    order_besides: bool = False
    desk: str = ""
    reasons: tuple[str, ...] = ()
    decision: str = ""
    while_waiting: str = "note"
    remarks: tuple[str, ...] = ()
    said_again: bool = False


@dataclass(frozen=True)
class Registry:
    intents: Mapping[str, Intent]
    groups: Mapping[str, Group]
    facets: tuple[str, ...] = ()


def read(root: Path) -> Registry:
    """Those of a project. Raises :class:`BadIntents`."""
    try:
        content = yaml_files.read(root / FILE)
        groups = {name: Group(**(entry or {})) for name, entry in content.pop(_GROUPS, {}).items()}
        facets = tuple(content.pop(_FACETS, {}))
        entries = [(Kind(kind), name, entry or {}) for kind, named in content.items() for name, entry in named.items()]
        found = {name: _intent(name, kind, entry) for kind, name, entry in entries}
    except (OSError, yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadIntents(f"{FILE}: it cannot be read, its head says what an entry holds: {error!r}") from error
    names = [name for _, name, _ in entries]
    problems = [f"{name} is there twice: keep it under one kind" for name in found if names.count(name) > 1]
    problems += [problem for intent in found.values() for problem in _problems(intent, found, groups)]
    for name, group in groups.items():
        meant = {*group.parts.values(), *group.products.values()} - set(found)
        problems += [f"the group {name} names the intent {other}, which is not there" for other in sorted(meant)]
    if problems:
        raise BadIntents("\n".join(f"{FILE}: {problem}" for problem in problems))
    return Registry(found, groups, facets)


@lru_cache(maxsize=1)
def registry() -> Registry:
    """That of this installation: it belongs to the code, which asks for intents by name."""
    return read(ROOT)


def get(name: str) -> Intent:
    """Raises :class:`UnknownIntent`."""
    try:
        return registry().intents[name]
    except KeyError:
        raise UnknownIntent(name) from None


def facet_of(answer: str) -> str:
    """What a cell answers, of its name (``return_item/what_if_refused``): one of the registry's facets, or nothing for
    a general answer. Raises :class:`UnknownFacet`."""
    _, _, detail = answer.partition("/")
    if not detail:
        return ""
    found = [facet for facet in registry().facets if detail == facet or detail.startswith(f"{facet}_")]
    if not found:
        raise UnknownFacet(answer)
    return max(found, key=len)


@lru_cache(maxsize=32)
def of_kind(*kinds: Kind) -> frozenset[str]:
    return frozenset(name for name, intent in registry().intents.items() if intent.kind in kinds)


def is_general(reply: str) -> bool:
    """Whether a reply is a topic's or a task's general answer, or a single one of it, and of no order."""
    name = reply.removeprefix("utter_").partition("/")[0]
    return name in of_kind(*QUESTIONS) or name.endswith(_POLICY)


@lru_cache(maxsize=1)
def offered() -> frozenset[str]:
    """What a customer may be asked whether they meant: whatever asks for something and has a title."""
    asking = of_kind(*QUESTIONS, Kind.PERSON)
    return frozenset(name for name, intent in registry().intents.items() if name in asking and intent.title)


@lru_cache(maxsize=1)
def handoffs() -> dict[str, Handoff]:
    """Those of a reason of their own, by the reason."""
    return {intent.handoff.reason: intent.handoff for intent in registry().intents.values() if intent.handoff}


def handoff_of(name: str) -> Handoff | None:
    """Why a message of this intent alone goes to a person, if it does."""
    intent = registry().intents.get(name)
    return intent.handoff if intent else None


@lru_cache(maxsize=1)
def alarms() -> dict[str, Handoff]:
    """By the intent."""
    found = registry().intents.items()
    return {name: intent.handoff for name, intent in found if intent.handoff and intent.handoff.alarm}


@lru_cache(maxsize=1)
def of_remarks() -> dict[str, str]:
    """What a remark is taken for, by its label in data/talks."""
    return {label: name for name, intent in registry().intents.items() for label in intent.remarks}


def title(name: str, language: str) -> str:
    """Of its button: in the language, else in the one that answers for it.

    Raises :class:`UnknownIntent`, or :class:`NoTitle` for an intent that no button is for.
    """
    written = _in_language(get(name).title, language)
    if written is None:
        raise NoTitle(f"{name} is not offered: {FILE} gives it no title.")
    return written


def group_of(name: str) -> Group:
    """The group of this intent; an empty one where it has none. Raises :class:`UnknownIntent`."""
    return registry().groups.get(get(name).group, Group())


def _in_language(written: Mapping[str, str], language: str) -> str | None:
    return next((written[candidate] for candidate in candidates(language) if candidate in written), None)


def _intent(name: str, kind: Kind, entry: Mapping[str, Any]) -> Intent:
    known = {key: value for key, value in entry.items() if value is not None}  # an empty one is still to be filled in
    known.setdefault("while_waiting", _USUALLY.get(kind, "note"))
    known["title"] = {language: text for language, text in known.get("title", {}).items() if text}
    if "handoff" in known:
        handoff = {"reason": name, **known["handoff"]}
        known["handoff"] = Handoff(**{**handoff, "also": tuple(handoff.get("also", ()))})
    for several in ("next", "order_states", "reasons", "remarks"):
        if several in known:
            known[several] = tuple(known[several])
    return Intent(name, kind, **known)


def _problems(intent: Intent, found: Mapping[str, Intent], groups: Mapping[str, Group]) -> Iterator[str]:
    named = (intent.other_products, intent.elsewhere, *intent.parts.values())
    answers = [name.partition("/")[0] for name in named if name]
    for other in (*intent.next, *answers):
        if other not in found:
            yield f"{intent.name} names the intent {other}, which is not there"
    if intent.group and intent.group not in groups:
        yield f"{intent.name} is in the group {intent.group}, which is not there"
    if DEFAULT not in intent.title and (intent.title or intent.kind in QUESTIONS):
        yield f"{intent.name} needs a title in “{DEFAULT}”"
    if intent.while_waiting not in WHILE_WAITING:
        yield f"{intent.name} has while_waiting: {intent.while_waiting}. Write one of {', '.join(WHILE_WAITING)}"
