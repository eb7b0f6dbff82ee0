"""A turn of the dialogue made by hand: no model, no Rasa; the orders, the log and the policy are real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from concierge.dialogue.history import History
from concierge.dialogue.turn import Heard, Turn
from concierge.memory.hearing import hear
from tests.dialogue.talk import EMAIL


@pytest.fixture
def conversation(shop: Any) -> str:
    return shop.log().open("website", region="EU").id


@pytest.fixture
def take(shop: Any, conversation: str) -> Callable[..., Turn]:
    """``take("where is it", "track_order", verified_order="BA10000003")``: the message, its intent, what is known."""

    def make(text: str = "", intent: str = "inform", **given: Any) -> Turn:
        more = {"code": given.pop("code", ""), "guesses": given.pop("guesses", ()), "cell": given.pop("cell", None)}
        heard = Heard(text, intent, 1.0, given.pop("ranking", ()), given.pop("entities", ()), **more)
        before = given.pop("before", ())
        events = given.pop("events", [*before, user(intent)])
        form, channel = given.pop("form", None), given.pop("channel", "website")
        if given.get("verified_order") and given.pop("proved", True):
            shop.log().prove(conversation, EMAIL, "Claire", 1.0)  # as with number and e-mail of one of her orders
        known = {"region": "EU", "language": "en", **given}
        known["memory"] = hear(given.get("memory"), text, heard.entities, today=shop.now().date())
        return Turn(conversation, heard, known, shop, history=History(events), form=form, channel=channel)

    return make


def user(intent: str, **more: Any) -> dict[str, Any]:
    return {"event": "user", "parse_data": {"intent": {"name": intent}}, **more}


def bot(utter: str, *buttons: dict[str, str], text: str = "") -> dict[str, Any]:
    return {"event": "bot", "text": text, "metadata": {"utter": utter}, "data": {"buttons": list(buttons)}}
