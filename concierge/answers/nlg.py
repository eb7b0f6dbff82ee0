"""The generator that Rasa asks for every reply (``endpoints.yml: nlg``).

It chooses the variant in the customer's language, falls back to English and says so, fills in the house's figures for
the customer's region and today, and tells the channel what it used. It knows nothing of orders or decisions: those
arrive as values from an action. A placeholder that nothing can fill is an error when the replies are loaded.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from concierge import intents
from concierge.answers import cards
from concierge.answers.filling import Filling
from concierge.answers.replies import Replies, Variant
from concierge.answers.wording import read_wording
from concierge.conversations import TurnId
from concierge.languages.registry import DEFAULT, candidates
from concierge.policy import load_house
from concierge.settings import get_settings

logger = logging.getLogger(__name__)

NOT_IN_YOUR_LANGUAGE = "utter_answered_in_english"
NOTHING_TO_SAY = "utter_technical_problem"
MOST_BUTTONS = 3


class HouseAnswers(TemplatedNaturalLanguageGenerator):
    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        """As Rasa makes it, with an endpoint, it says what the project's files say now: see ``wording``."""
        self._written = read_wording(get_settings().root) if endpoint_config else {}
        super().__init__(domain.responses if domain else {})

    @property
    def responses(self) -> dict[str, list[dict[str, Any]]]:
        return self._responses

    @responses.setter
    def responses(self, responses: dict[str, list[dict[str, Any]]]) -> None:
        responses = {name: self._written.get(name, trained) for name, trained in responses.items()}
        self._replies = Replies(responses)
        self._responses = responses

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        kwargs.setdefault("told_it_is_english", _told_it_is_english(tracker))
        return self.generate_from_slots(utter_action, tracker.current_slot_values(), output_channel, **kwargs)

    def generate_from_slots(
        self, utter_action: str, filled_slots: dict[str, Any], output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """``None`` for a reply that does not exist. Besides its parts the message carries what the desk shows of it:
        ``utter``, ``language`` and ``figures``.

        ``also`` are replies ({response, values}) said in the same message, before its buttons; ``choices`` are intents
        to offer as buttons; ``cards`` are shown beside the text (see :mod:`concierge.answers.cards`)."""
        language = str(kwargs.get("language") or filled_slots.get("language") or DEFAULT)
        region = str(kwargs.get("region") or filled_slots.get("region") or "ROW")
        filled_slots = {**filled_slots, "region": region, **_allowed(region)}
        variant, used = self._choose(utter_action, language, output_channel, filled_slots)
        if variant is None:
            logger.error("There is no reply %s", utter_action)
            return None
        filling = Filling(used, region, kwargs)
        message = variant.fill(filling)
        if variant.says_something and not message.get("text"):
            logger.error("No sentence of %s could be said: missing %s", utter_action, sorted(filling.missing))
            if utter_action != NOTHING_TO_SAY:
                return self.generate_from_slots(NOTHING_TO_SAY, filled_slots, output_channel)
        figures = filling.used()
        for other in kwargs.get("also") or ():
            variant, _ = self._choose(other["response"], used, output_channel, filled_slots)
            filling = Filling(used, region, other)
            said = variant.fill(filling) if variant else {}
            if said.get("text"):
                message["buttons"] = [*message.get("buttons", []), *said.get("buttons", [])]
                message["text"] = f"{message['text']}\n{said['text']}"
                figures += filling.used()
        self._add_choices(message, kwargs.get("choices"), used)
        if used != language and not kwargs.get("told_it_is_english"):
            self._say_it_is_english(message, language, output_channel)
        if kwargs.get("cards"):
            # Beside the text, which is whole without them, for the channels that show cards.
            shown = [cards.worded(each, filling.locale, filling.today) for each in kwargs["cards"]]
            message["custom"] = {"kind": "cards", "cards": shown}
        message |= {"utter": utter_action, "language": used, "figures": figures}
        return message

    def _choose(self, name: str, language: str, channel: str, slots: Mapping[str, Any]) -> tuple[Variant | None, str]:
        for candidate in candidates(language):
            variants = self._replies.matching(name, candidate, channel, slots)
            if variants:
                return random.choice(variants), candidate  # noqa: S311 - variety, not security
        return None, DEFAULT

    def _add_choices(self, message: dict[str, Any], choices: Sequence[str] | None, language: str) -> None:
        """Buttons for intents that only an action knows. None is there twice."""
        chosen = [{"title": intents.title(intent, language), "payload": f"/{intent}"} for intent in choices or ()]
        own = message.get("buttons") or []
        if not chosen and not own:
            return
        buttons: list[dict[str, Any]] = []
        for button in [*chosen, *own]:
            if not any(button["title"] == b["title"] or button["payload"] == b["payload"] for b in buttons):
                buttons.append(button)
        asks = any("{" in button["payload"] for button in own)  # the answers to a question are all there
        message["buttons"] = buttons if asks else buttons[:MOST_BUTTONS]

    def _say_it_is_english(self, message: dict[str, Any], language: str, channel: str) -> None:
        base = language.partition("-")[0]
        variants = self._replies.matching(NOT_IN_YOUR_LANGUAGE, base, channel, {})
        if variants and message.get("text"):
            note = variants[0].fill(Filling(base, "ROW", {}))["text"]
            message["text"] = f"{note}\n{message['text']}"


def _allowed(region: str) -> dict[str, bool]:
    """What this house allows, as a wording's condition may ask for it: “cancel.stages” and the like, true or false."""
    settings = get_settings()
    house, today = load_house(settings.policy_figures), settings.policy_date or datetime.now(timezone.utc).date()
    return {key: bool(house.figure(key, region, today).value) for key in house.permissions()}


def _told_it_is_english(tracker: DialogueStateTracker) -> bool:
    """Whether an answer to the customer's latest message has said so already."""
    wanted = str(tracker.get_slot("language") or DEFAULT).partition("-")[0]
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            turn = TurnId.parse(event.message_id)
            if turn is None or not turn.part:
                return False
        if isinstance(event, BotUttered) and event.metadata.get("language", wanted) != wanted:
            return True
    return False
