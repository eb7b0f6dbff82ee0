"""Actions of the smallest assistant. The file named by CHANNELS_SLOW holds how many seconds the slow one sleeps."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from rasa_sdk import Action
from rasa_sdk.events import ActionExecuted, ConversationPaused, SlotSet

from concierge.conversations import Cases, ConversationLog
from concierge.storage.database import open_engine

_log = ConversationLog(open_engine(os.environ["CONCIERGE_DATABASE_URL"]))


class Look(Action):
    def name(self):
        return "action_look"

    async def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="I looked", decision_id="d1")
        return []


class Slow(Action):
    def name(self):
        return "action_slow"

    async def run(self, dispatcher, tracker, domain):
        await asyncio.sleep(float(Path(os.environ["CHANNELS_SLOW"]).read_text()))  # noqa: ASYNC240
        dispatcher.utter_message(text="at last")
        return []


class Handoff(Action):
    def name(self):
        return "action_handoff"

    async def run(self, dispatcher, tracker, domain):
        await asyncio.to_thread(Cases(_log).start, tracker.sender_id, "customer_asked")
        dispatcher.utter_message(text="An advisor will come")
        return [ActionExecuted("action_listen"), ConversationPaused()]


class Language(Action):
    def name(self):
        return "action_language"

    async def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="In English then")
        return [SlotSet("language", "en")]
