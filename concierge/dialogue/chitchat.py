"""Yes, no and stop, where no question is open."""

from __future__ import annotations

from concierge.conversations.proof import ASKED_AGAIN
from concierge.dialogue.task_form import take_up_again
from concierge.dialogue.turn import Turn


async def affirm(turn: Turn) -> None:
    if turn.get("order_asking") == ASKED_AGAIN:  # what was agreed to is about an order, and its proof has ended
        turn.ask_for_order()
    elif not await take_up_again(turn):
        turn.say("utter_what_else")


def deny(turn: Turn) -> None:
    """No to a question of ours that asks for data: the customer is let go, with a way on."""
    turn.say("utter_without_order" if turn.form == "order_form" else "utter_as_you_wish")
    turn.close()
    turn.set(put_aside=None)


def stop(turn: Turn) -> None:
    turn.say("utter_stopped")
    turn.close()
    turn.set(put_aside=None, task=None, order_number=None, order_email=None, order_asking=None)
