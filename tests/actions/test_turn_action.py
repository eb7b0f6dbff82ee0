"""What Rasa hands to an action, and what it gets back of the dialogue's outcome."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn_action import TurnAction, events_of, turn_of
from concierge.dialogue.outcome import ActionDue, FormSwitched, HandedOver, Remembered
from concierge.settings import ROOT, get_settings

MESSAGE = {
    "text": "where is it",
    "intent": {"name": "track_order", "confidence": 0.9},
    "intent_ranking": [{"name": "track_order", "confidence": 0.9}],
    "entities": [{"entity": "category", "value": "shoes"}],
}


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from concierge.dialogue import resources

    monkeypatch.setenv("CONCIERGE_VAR", str(tmp_path))
    for kept in (get_settings, resources.current):
        kept.cache_clear()
    yield
    for kept in (get_settings, resources.current):
        kept.cache_clear()


def tracker(message=MESSAGE, **more):
    events = [{"event": "user", "timestamp": 12.5, "input_channel": "website", "parse_data": message}]
    form = {"name": "order_form"}
    return Tracker("c1", {"task": "track"}, message, events, False, None, form, "action_listen", **more)


def test_a_tracker_as_plain_data():
    turn = turn_of(tracker())
    assert (turn.conversation, turn.text, turn.intent, turn.confidence) == ("c1", "where is it", "track_order", 0.9)
    assert (turn.channel, turn.form, turn.get("task")) == ("website", "order_form", "track")
    assert turn.entity("category") == "shoes"
    assert turn.history.turn() == "12.5"


def test_two_calls_of_one_turn_have_read_the_same_orders():
    assert turn_of(tracker()).orders is turn_of(tracker()).orders


def test_nothing_understood_is_no_error():
    turn = turn_of(Tracker("c1", {}, {}, [], False, None, {}, None))
    assert (turn.text, turn.intent, turn.form, turn.channel) == ("", "", None, "")


@pytest.mark.parametrize(
    ("change", "events"),
    [
        (Remembered("task", "track"), ["slot"]),
        (FormSwitched("order_form"), ["active_loop"]),
        (FormSwitched(None), ["active_loop"]),
        (ActionDue("action_handoff"), ["followup"]),
        (HandedOver(), ["action", "pause"]),
    ],
)
def test_a_change_as_events(change, events):
    assert [event["event"] for event in events_of(change)] == events


async def test_replies_and_changes_come_out():
    class Example(TurnAction):
        def name(self):
            return "action_example"

        async def act(self, turn):
            turn.say("utter_what_else", {"item": "bag"}, [{"title": "Yes", "payload": "/affirm"}], choices=["stop"])
            turn.set(task="cancel")

    dispatcher = CollectingDispatcher()
    events = await Example().run(dispatcher, tracker(), {})
    [said] = dispatcher.messages
    assert (said["response"], said["values"], said["choices"]) == ("utter_what_else", {"item": "bag"}, ["stop"])
    assert said["buttons"] == [{"title": "Yes", "payload": "/affirm"}]
    assert events == [{"event": "slot", "timestamp": None, "name": "task", "value": "cancel"}]


def test_actions_stay_thin():
    """What decides belongs in concierge/dialogue: an action here names itself and calls it."""
    for path in (ROOT / "actions").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 80, path.name
