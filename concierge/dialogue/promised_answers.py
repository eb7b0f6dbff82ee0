"""“Tell me when it is back”: the promise, the tries in the background, and the answer in the same conversation."""

from __future__ import annotations

import asyncio
import logging

from concierge.conversations import PromisedAnswer
from concierge.conversations.log import ConversationLog
from concierge.conversations.model import ConversationNotFound
from concierge.conversations.proof import ASKED_AGAIN
from concierge.dialogue import resources
from concierge.dialogue.identification import is_proved, orders_of, take
from concierge.dialogue.order_lookup import OrderLookup
from concierge.dialogue.signed_in import recognise
from concierge.dialogue.task_progress import go_on
from concierge.dialogue.task_requests import with_what_was_said
from concierge.dialogue.turn import Turn
from concierge.orders import OrderBook, OrdersUnavailable
from concierge.storage import outage

logger = logging.getLogger(__name__)

ROUND_SECONDS = 1.0
AT_ONCE = 20  # answered in one round, so that a system that has just come back is not overrun


async def orders_back(turn: Turn) -> None:
    """The order system answers again: what the customer had asked goes on where it stopped."""
    promise = await asyncio.to_thread(turn.resources.promised().get, turn.entity("choice") or "")
    if promise is None or promise.state == "done" or promise.conversation_id != turn.conversation:
        return
    request = promise.request
    orders = turn.orders if request.get("verified_order") else turn.resources.orders()
    if not await asyncio.to_thread(answers, promise, turn.resources.log(), orders):
        return  # down once more: nothing is said, and it is tried again
    turn.close()
    turn.set(task=request.get("task"), words=request.get("words"), promised_answer=None)
    turn.say("utter_orders_back", {"order_number": request.get("number")})
    known = request.get("verified_order")
    if known and not await asyncio.to_thread(is_proved, turn.conversation, turn.resources.log()):
        turn.set(order_asking=ASKED_AGAIN)  # it was known whose it is, and is no longer
        turn.ask_for_order()
    elif known:
        take(turn, known)
        await go_on(turn)
    elif request.get("number"):
        turn.set(order_number=request["number"], order_email=request.get("email"))
        await with_what_was_said(turn)
    elif await recognise(turn) and not turn.get("question"):
        await go_on(turn)


def answers(promise: PromisedAnswer, log: ConversationLog, orders: OrderBook | OrderLookup) -> bool:
    """Whether the order system answers what this promise is about. Nothing of what it says is used. Blocks."""
    number = promise.request.get("verified_order") or promise.request.get("number")
    try:
        if number:
            orders.get(number)
        else:
            orders_of(promise.conversation_id, log, orders)
    except OrdersUnavailable:
        return False
    return True


def work() -> None:
    """One round: gives up what has waited too long, and has answered what can be answered. Blocks."""
    opened = resources.current()
    promised = opened.promised()
    promised.settle()
    due = promised.due(AT_ONCE)
    waiting = [each for each in due if not each.overdue]
    for each in due:
        if each.overdue:
            promised.ask(each, "orders_still_down")
    for index, each in enumerate(waiting):
        if not answers(each, opened.log(), opened.orders()):  # and so would the others find it
            promised.put_off(waiting[index:])
            return
        promised.ask(each, "orders_back")


async def keep_working() -> None:
    """Until cancelled. A round that fails is followed by another."""
    while True:
        await asyncio.sleep(ROUND_SECONDS)
        try:
            await asyncio.to_thread(work)
        except ConversationNotFound:  # erased since
            logger.warning("A promised answer has no conversation any more")
        except Exception as problem:
            outage.report(logger, "Promised answers could not be worked on", problem)
            await asyncio.sleep(ROUND_SECONDS * 5)
