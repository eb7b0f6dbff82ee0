"""Two questions in one message: found, so that both are answered, each as a turn of its own.

Where to cut is not guessed from the words: a cut counts only if both halves are understood well, as different
questions. So a story before a question stays one message.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

SURE = 0.75
LEAST_WORDS = 3
MOST_CHARACTERS = 400
MOST_CUTS = 4
_JOINING = r"(?:and|also|plus|et|aussi|und|auch|e|anche|y|también)\s+"
_CUT = re.compile(rf"(?<=[.?!;])\s+|\s*,?\s+{_JOINING}", re.IGNORECASE)
_JOINS = re.compile(_JOINING, re.IGNORECASE)
# Not questions that could stand beside another one.
_NO_QUESTIONS = {
    "inform", "affirm", "deny", "stop", "nlu_fallback", "out_of_scope", "nonsense", "greet", "goodbye", "thank",
    "swearing", "bot_challenge", "who_made_you", "other_brand", "other_order", "follow_up", "look_up_order",
    "change_language", "talk_to_advisor", "stay_with_assistant", "abuse", "legal_threat", "safety", "press",
    "complaint",
}  # fmt: skip

Parse = Callable[[str], Awaitable[Mapping[str, Any]]]


async def questions(parse: Parse, text: str) -> list[str]:
    """The message in one or two parts. ``parse`` understands a text as the assistant does."""
    if len(text) > MOST_CHARACTERS:
        return [text]
    best, parts = SURE, [text]
    for match in list(_CUT.finditer(text))[:MOST_CUTS]:
        halves = [text[: match.start()].strip(), text[match.end() :].strip()]
        if min(len(half.split()) for half in halves) < LEAST_WORDS or _tells(match, *halves):
            continue
        understood = [_question(await parse(half)) for half in halves]
        if None in understood:
            continue
        (first, one), (second, other) = (each for each in understood if each)
        if first != second and min(one, other) > best:
            best, parts = min(one, other), halves
    return parts


def _tells(cut: re.Match[str], first: str, second: str) -> bool:
    """Whether a full stop only ends what happened, before the question it is told for."""
    return not cut.group().strip() and not first.endswith("?") and not _JOINS.match(second)


def _question(parsed: Mapping[str, Any]) -> tuple[str, float] | None:
    intent = parsed.get("intent") or {}
    name, confidence = intent.get("name"), float(intent.get("confidence") or 0)
    return None if not name or name in _NO_QUESTIONS else (name, confidence)
