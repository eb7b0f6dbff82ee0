"""An action that is one turn of the dialogue: Rasa's tracker in, the dialogue's outcome out as Rasa's events."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, ActiveLoop, ConversationPaused, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from concierge.dialogue import resources
from concierge.dialogue.history import History
from concierge.dialogue.outcome import ActionDue, Change, FormSwitched, Remembered
from concierge.dialogue.turn import Heard, Turn
from concierge.selection import GUESSES, selected


class TurnAction(Action, ABC):
    """``act`` takes the turn; all that comes of it is in the turn's outcome."""

    @abstractmethod
    async def act(self, turn: Turn) -> None: ...

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        await self.act(turn)
        for said in turn.outcome.said:
            buttons = [dict(button) for button in said.buttons]
            dispatcher.utter_message(response=said.reply, values=dict(said.values), buttons=buttons, **said.more)
        return [event for change in turn.outcome.changes for event in events_of(change)]


def turn_of(tracker: Tracker) -> Turn:
    message, history = tracker.latest_message or {}, History(tracker.events)
    intent = message.get("intent") or {}
    heard = Heard(
        text=message.get("text") or "",
        intent=intent.get("name") or "",
        confidence=intent.get("confidence") or 0.0,
        ranking=message.get("intent_ranking") or (),
        entities=message.get("entities") or (),
        cell=selected(message),
        code=history.typed_code(),
        guesses=message.get(GUESSES) or (),
    )
    return Turn(
        tracker.sender_id,
        heard,
        tracker.slots,
        resources.current(),
        history=history,
        form=(tracker.active_loop or {}).get("name"),
        channel=tracker.get_latest_input_channel() or "",
    )


def events_of(change: Change) -> list[dict[str, Any]]:
    if isinstance(change, Remembered):
        return [SlotSet(change.slot, change.value)]
    if isinstance(change, FormSwitched):
        return [ActiveLoop(change.form)]
    if isinstance(change, ActionDue):
        return [FollowupAction(change.action)]
    # Without the action_listen the first message after the advisor would run this action again.
    return [ActionExecuted("action_listen"), ConversationPaused()]
