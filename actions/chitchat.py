"""Yes, no, stop and the customer's language, where no question is open."""

from __future__ import annotations

from actions.turn_action import TurnAction
from concierge.dialogue import chitchat, language_choice
from concierge.dialogue.turn import Turn


class Affirm(TurnAction):
    def name(self) -> str:
        return "action_affirm"

    async def act(self, turn: Turn) -> None:
        await chitchat.affirm(turn)


class Deny(TurnAction):
    def name(self) -> str:
        return "action_deny"

    async def act(self, turn: Turn) -> None:
        chitchat.deny(turn)


class Stop(TurnAction):
    def name(self) -> str:
        return "action_stop"

    async def act(self, turn: Turn) -> None:
        chitchat.stop(turn)


class ChangeLanguage(TurnAction):
    def name(self) -> str:
        return "action_change_language"

    async def act(self, turn: Turn) -> None:
        language_choice.change_language(turn)
