"""Whether a few words about an order in hand stray from what it is about: “so is it free?”, while a repair is
talked of, asks nothing about an alteration, and “how do I send it in?” nothing about a return.

To return, to exchange, to repair, to alter and to charge are asked of the same item in the same words: what such a
question seems to mean by itself is chance, unless it names the other matter.
"""

from __future__ import annotations

from concierge import intents
from concierge.languages import lexicon
from concierge.memory.hearing import says

_SHORT = 8  # words: a longer question has a subject
_OTHERWISE = {"exchange_item": "exchange", "alteration": "alteration"}  # than their groups
# What a question about the first is not taken for. An exchange is sent back as a return is.
_STRAYS = {
    "return": {"exchange", "repair", "alteration"},
    "exchange": {"repair", "alteration", "charge"},
    "repair": {"return", "exchange", "alteration", "charge"},
}


def strays(answer: str, topic: str, text: str) -> bool:
    """Whether ``answer``, an intent or a cell, is of another matter than the ``topic`` in hand, and not named."""
    other = _matter(answer.partition("/")[0])
    if other not in _STRAYS.get(_matter(topic), ()) or len(text.split()) > _SHORT:
        return False
    named = lexicon.signs("names_matter", other).search(text)
    return not named and not (other == "repair" and says("fault", text))


def _matter(topic: str) -> str:
    known = intents.registry().intents.get(topic)
    if known is None:
        return ""
    is_of_charges = known.kind is intents.Kind.TASK and known.group == "charges"
    return "charge" if is_of_charges else _OTHERWISE.get(topic, known.group)
