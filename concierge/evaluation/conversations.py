"""Conversations in YAML, with what each turn must bring: read, and judged as a customer would.

A turn says a text (``say``) or presses a button (``press``: a pattern of its title, of the newest answer that has one;
``or_say`` where none has). A turn with nothing else is only played. Patterns are looked for in the text, never in
titles, whatever the case, over line breaks:

- ``expect``: all of them; ``any``: at least one; ``forbid``: none, it would be wrong; ``avoid``: a good reply has none
- ``offer``: found in a title or the text where the answer is missing, it leads there in one step
- ``lang``: the language of the answer; ``silent``: that there is no answer is fine

What does not depend on wording, and must hold after the turn:

- ``told``: names of replies (or how they begin), each among what was said; ``not_told``: none of them
- ``known``: what the assistant knows then: order, email, item, task, language, or a fact by its name
- ``decided``: kind, outcome and reply (any of them) of the latest decision
- ``recorded``: all returns, exchanges and repairs of the orders named so far, as “return BA10000004 1”
- ``case``: the reason of the open case; “none”
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from concierge import yaml_files
from concierge.channels.language import evidence
from concierge.intents import Kind, of_kind
from concierge.languages import registry

SCORES = ("right", "partial", "asked_back", "refused", "silent", "wrong")
_RANK = {score: place for place, score in enumerate(reversed(SCORES))}
_WORDS = {"expect", "any", "forbid", "avoid", "offer", "lang", "silent"}
_FACTS = {"told", "not_told", "known", "decided", "recorded", "case"}
_TURN = {"say", "press", "or_say"} | _WORDS | _FACTS
_CONVERSATION = {"id", "area", "about", "gap", "language", "region", "turns"}
_NOT_UNDERSTOOD = re.compile(r"rephrase|please_choose|still_unsure|did_you_mean$|which_part_is_unclear|was_it_one_of")


class BadConversation(ValueError):
    """Says which file and conversation, and what is wrong with it."""


@dataclass(frozen=True)
class Conversation:
    """``turns`` as they stand in the file; ``about``: for readers; ``gap``: what is known not to go right yet."""

    id: str
    area: str
    turns: Sequence[Mapping[str, Any]]
    about: str = ""
    gap: str = ""
    language: str = "en"
    region: str = "EU"


@dataclass(frozen=True)
class Said:
    """What came back for a turn; ``replies`` are their names."""

    text: str
    titles: Sequence[str]
    replies: Sequence[str]


@dataclass(frozen=True)
class State:
    """What is so after a turn. ``decision``: kind, outcome and reply of the latest."""

    known: Mapping[str, Any]
    decision: Mapping[str, str]
    recorded: Sequence[str]
    case: str


@dataclass(frozen=True)
class Judged:
    """``score`` is ``None`` where nothing was to be judged."""

    score: str | None
    why: Sequence[str] = field(default_factory=list)


def read(path: Path) -> list[Conversation]:
    """Of a file, or of all files of a folder, in the order of their names. Raises ``BadConversation``."""
    found: list[Conversation] = []
    for file in sorted(path.glob("*.yml")) if path.is_dir() else [path]:
        for each in yaml_files.read(file) or []:
            where = f"{file.name}, {each.get('id')}"
            _check(where, each, _CONVERSATION, ("id", "area", "turns"))
            for turn in each["turns"]:
                _check(where, turn, _TURN, ())
                if "say" not in turn and "press" not in turn:
                    raise BadConversation(f"{where}: a turn neither says nor presses anything")
            found.append(Conversation(**each))
    return found


def _check(where: str, given: Mapping[str, Any], known: set[str], needed: Iterable[str]) -> None:
    if unknown := set(given) - known:
        raise BadConversation(f"{where}: there is no {', '.join(sorted(unknown))}")
    if missing := [key for key in needed if key not in given]:
        raise BadConversation(f"{where}: {', '.join(missing)} is missing")


def judge(turn: Mapping[str, Any], said: Said, state: State) -> Judged:
    """The words and what must hold: the worse of both."""
    words = _judge_words(turn, said)
    untrue = list(_untrue(turn, said, state))
    if untrue:
        return Judged("wrong", [*words.why, *untrue])
    return Judged("right") if words.score is None and _FACTS & set(turn) else words


def worst(judged: Iterable[Judged]) -> str | None:
    scores = [each.score for each in judged if each.score]
    return min(scores, key=lambda score: _RANK[score]) if scores else None


def _judge_words(turn: Mapping[str, Any], said: Said) -> Judged:
    if not _WORDS & set(turn):
        return Judged(None)
    if not said.text.strip():
        return Judged("right" if turn.get("silent") else "silent", ["no reply"])
    missing = [f"missing /{pattern}/" for pattern in turn.get("expect", ()) if not _has(pattern, said.text)]
    wanted = len(turn.get("expect", ())) + bool(turn.get("any"))
    if turn.get("any") and not any(_has(pattern, said.text) for pattern in turn["any"]):
        missing.append(f"none of {turn['any']}")
    forbidden = [f"forbidden /{pattern}/" for pattern in turn.get("forbid", ()) if _has(pattern, said.text)]
    poor = [f"avoid /{pattern}/" for pattern in turn.get("avoid", ()) if _has(pattern, said.text)]
    poor += _foreign(turn.get("lang"), said.text)
    why = [*missing, *forbidden, *poor]
    return Judged(_score(turn, said, len(missing), wanted, bool(forbidden), bool(poor)), why)


def _score(turn: Mapping[str, Any], said: Said, missing: int, wanted: int, forbidden: bool, poor: bool) -> str:  # noqa: PLR0917
    lost = "refused" if _refuses(said.replies) else "wrong"
    if forbidden:
        return lost
    if not missing:
        return "partial" if poor else "right"
    if missing < wanted:
        return "partial"
    shown = "\n".join([*said.titles, said.text])
    return "asked_back" if any(_has(pattern, shown) for pattern in turn.get("offer", ())) else lost


def _untrue(turn: Mapping[str, Any], said: Said, state: State) -> Iterable[str]:
    for name in turn.get("told", ()):
        if not any(reply.startswith(name) for reply in said.replies):
            yield f"not told {name}, but {', '.join(said.replies) or 'nothing'}"
    for name in turn.get("not_told", ()):
        if any(reply.startswith(name) for reply in said.replies):
            yield f"told {name}"
    for name, value in (turn.get("known") or {}).items():
        if state.known.get(name) != value:
            yield f"knows {name} as {state.known.get(name)!r}, not {value!r}"
    for name, value in (turn.get("decided") or {}).items():
        if state.decision.get(name) != value:
            yield f"decided {name} {state.decision.get(name)!r}, not {value!r}"
    if "recorded" in turn and sorted(state.recorded) != sorted(turn["recorded"]):
        yield f"recorded {list(state.recorded)}, not {turn['recorded']}"
    if "case" in turn and state.case != turn["case"]:
        yield f"case {state.case}, not {turn['case']}"


def _has(pattern: str, text: str) -> bool:
    return bool(re.search(pattern, text, re.IGNORECASE | re.DOTALL))


def _foreign(wanted: str | None, text: str) -> list[str]:
    if not wanted:
        return []
    scores = evidence(text)
    found = max(scores, key=lambda language: scores[language]) if scores else wanted
    written = wanted in registry.complete() and found == wanted
    return [] if written else [f"language {found}, not {wanted}"]


@lru_cache(maxsize=1)
def _refusals() -> frozenset[str]:
    return frozenset(f"utter_{intent}" for intent in of_kind(Kind.NOT_UNDERSTOOD) | {"out_of_scope"})


def _refuses(replies: Sequence[str]) -> bool:
    return any(reply in _refusals() or _NOT_UNDERSTOOD.search(reply) for reply in replies)
