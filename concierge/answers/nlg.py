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
from itertools import islice
from typing import Any

from babel import Locale
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from concierge import intents
from concierge.answers import cards, customers_numbers, forms
from concierge.answers.filling import Filling
from concierge.answers.replies import Replies, Variant
from concierge.answers.wording import read_wording
from concierge.conversations import TurnId
from concierge.languages.registry import DEFAULT, candidates
from concierge.languages.short_form import sentences
from concierge.memory.hearing import says
from concierge.policy import load_house
from concierge.settings import get_settings

logger = logging.getLogger(__name__)

NOT_IN_YOUR_LANGUAGE = "utter_answered_in_english"
NOTHING_TO_SAY = "utter_technical_problem"
MOST_BUTTONS = 3
_REMEMBERED = 3  # messages of a customer, in which a day was told; and replies


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
        kwargs.setdefault("customer_said", _customer_said(tracker))
        kwargs.setdefault("said_before", _said_before(tracker))
        return self.generate_from_slots(utter_action, tracker.current_slot_values(), output_channel, **kwargs)

    def generate_from_slots(
        self, utter_action: str, filled_slots: dict[str, Any], output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """``None`` for a reply that does not exist. Besides its parts the message carries what the desk shows of it:
        ``utter``, ``language`` and ``figures``.

        ``also`` are replies ({response, values}), or sentences ({text}) that are worded elsewhere, said in the same
        message, before its buttons; ``choices`` are intents to offer as buttons; ``customer_said`` are the customer's
        latest messages, the newest first, whose numbers are worked out (:mod:`concierge.answers.customers_numbers`);
        of several wordings one is taken that is not in ``said_before``;
        ``cards`` are shown beside the text, ``pieces`` are what its buttons choose (:mod:`concierge.answers.cards`)."""
        language = str(kwargs.get("language") or filled_slots.get("language") or DEFAULT)
        region = str(kwargs.get("region") or filled_slots.get("region") or "ROW")
        filled_slots = {**filled_slots, "region": region, **_allowed(region)}
        before = str(kwargs.get("said_before") or "")
        variant, used = self._choose(utter_action, language, output_channel, filled_slots, before)
        if variant is None:
            logger.error("There is no reply %s", utter_action)
            return None
        filling = Filling(used, region, kwargs)
        message = variant.fill(filling)
        if variant.says_something and not message.get("text"):
            logger.error("No sentence of %s could be said: missing %s", utter_action, sorted(filling.missing))
            if utter_action != NOTHING_TO_SAY:
                return self.generate_from_slots(NOTHING_TO_SAY, filled_slots, output_channel)
        if filled_slots.get("verified_order"):
            _leave_out_the_offer_to_look(utter_action, message)
        figures = filling.used()
        texts = kwargs.get("customer_said") or ()
        for other in reversed(customers_numbers.worked_out(figures, texts, filled_slots, filling.today)):
            if message.get("text") and (said := self._fill(other, used, region, output_channel, filled_slots)):
                message["text"] = f"{said[0]['text']} {message['text']}"
        for other in kwargs.get("also") or ():
            if other.get("text"):
                message["text"] = f"{message['text']}\n{other['text']}"
            elif said := self._fill(other, used, region, output_channel, filled_slots):
                message["buttons"] = [*message.get("buttons", []), *said[0].get("buttons", [])]
                message["text"] = f"{message['text']}\n{said[0]['text']}"
                figures += said[1]
        self._add_choices(message, kwargs.get("choices"), used)
        if used != language and not kwargs.get("told_it_is_english"):
            self._say_it_is_english(message, language, output_channel)
        if kwargs.get("cards"):
            # Beside the text, which is whole without them, for the channels that show cards.
            shown = [cards.worded(each, filling.locale, filling.today) for each in kwargs["cards"]]
            message["custom"] = {"kind": "cards", "cards": shown}
        else:
            self._add_widgets(message, forms.beside(utter_action, filled_slots, filling.locale), kwargs, filling.locale)
        message |= {"utter": utter_action, "language": used, "figures": figures}
        return message

    def _fill(
        self, other: Mapping[str, Any], language: str, region: str, channel: str, slots: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
        """A further reply and its figures; ``None`` where it has nothing to say."""
        variant, _ = self._choose(other["response"], language, channel, slots)
        filling = Filling(language, region, other)
        said = variant.fill(filling) if variant else {}
        return (said, filling.used()) if said.get("text") else None

    def _choose(
        self, name: str, language: str, channel: str, slots: Mapping[str, Any], before: str = ""
    ) -> tuple[Variant | None, str]:
        for candidate in candidates(language):
            variants = self._replies.matching(name, candidate, channel, slots)
            if variants:
                unsaid = [variant for variant in variants if variant.words not in before] or variants
                return random.choice(unsaid), candidate  # noqa: S311 - variety, not security
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

    def _add_widgets(
        self, message: dict[str, Any], form: dict[str, Any] | None, passed: Mapping[str, Any], locale: Locale
    ) -> None:
        """A form, or the pieces that the buttons choose, beside a text that is whole without them."""
        buttons = [*(message.get("buttons") or []), *(passed.get("buttons") or [])]  # Rasa adds the action's after us
        beside: dict[str, Any] = {"form": form} if form else {}
        pieces = [cards.piece(each, locale) for each in passed.get("pieces") or ()]
        if pieces and len(pieces) == len(buttons):
            beside["choices"] = pieces
        if beside:
            message["custom"] = {"kind": "quick_replies" if buttons else "text", **beside}

    def _say_it_is_english(self, message: dict[str, Any], language: str, channel: str) -> None:
        base = language.partition("-")[0]
        variants = self._replies.matching(NOT_IN_YOUR_LANGUAGE, base, channel, {})
        if variants and message.get("text"):
            note = variants[0].fill(Filling(base, "ROW", {}))["text"]
            message["text"] = f"{note}\n{message['text']}"


def _leave_out_the_offer_to_look(reply: str, message: dict[str, Any]) -> None:
    """A general answer says what could be seen with the order's number: not where an order is in hand."""
    name = reply.removeprefix("utter_").partition("/")[0]
    if name not in intents.of_kind(*intents.QUESTIONS) and not name.endswith("_policy"):
        return
    said = sentences(message.get("text") or "")
    if kept := [each for each in said if not says("offers_to_look", each)]:
        message["text"] = message["text"] if len(kept) == len(said) else " ".join(kept)
    if buttons := message.get("buttons"):
        message["buttons"] = [each for each in buttons if each["payload"] != "/look_up_order"]


def _allowed(region: str) -> dict[str, bool]:
    """What this house allows, as a wording's condition may ask for it: “cancel.stages” and the like, true or false."""
    settings = get_settings()
    house, today = load_house(settings.policy_figures), settings.policy_date or datetime.now(timezone.utc).date()
    return {key: bool(house.figure(key, region, today).value) for key in house.permissions()}


def _customer_said(tracker: DialogueStateTracker) -> list[str]:
    """The latest messages, the newest first; none where the newest was replied to with a figure already."""
    texts: list[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered) and not texts and event.metadata.get("figures"):
            return []
        if isinstance(event, UserUttered):
            texts.append(event.text or "")
            if len(texts) == _REMEMBERED:
                break
    return texts


def _said_before(tracker: DialogueStateTracker) -> str:
    """The latest replies as one text."""
    texts = (event.text or "" for event in reversed(tracker.events) if isinstance(event, BotUttered))
    return "\n".join(islice(texts, _REMEMBERED))


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
