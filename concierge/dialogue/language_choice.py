"""The language that the customer asks for."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from concierge.dialogue.turn import Turn
from concierge.languages import registry


def change_language(turn: Turn) -> None:
    """Speaks the language that the message names, or asks which."""
    wanted = turn.entity("choice") or language_in(turn.text)
    if wanted not in registry.complete():
        turn.say("utter_which_language")
        return
    turn.set(language=wanted)  # the channel's worker sees the change and keeps it for the conversation
    turn.say("utter_language_changed", language=wanted)


def language_in(text: str) -> str | None:
    """The language that a message names, in any of the house's languages."""
    words = text.casefold()
    return next((code for name, code in _names() if name in words), None)


@lru_cache(maxsize=1)
def _names() -> list[tuple[str, str]]:
    codes = registry.complete()
    return [(Locale(one).languages[other].casefold(), other) for one in codes for other in codes]
