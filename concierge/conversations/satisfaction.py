"""The one question after a case: how it was, from 1 to 5, with a comment. It is asked once in a conversation.

Both are events of the log: the end of the case says that it asks, the answer is a row of its own, so that customer and
desk see the same, and export and erasure have them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from concierge.conversations.answered import ANSWERED, FROM, change_in, rows_in
from concierge.conversations.base import now
from concierge.conversations.model import Message
from concierge.storage.database import write

if TYPE_CHECKING:
    from concierge.conversations.log import ConversationLog

ASKS = "ask"  # in the payload of the event that ends a case
SCORES = range(1, 6)
DAYS = 14
COMMENT_CHARS = 1000
_TAPPED = "satisfaction."  # what is behind a button of the question, before its score


def key_of(case_id: str) -> str:
    """Of the answer's row: there is one for a case."""
    return f"{ANSWERED}.{case_id}"


def behind_button(score: int) -> str:
    """The payload of the question's button for this score."""
    return f"{_TAPPED}{score}"


def tapped(payload: str | None) -> int | None:
    """The score of the button that was tapped; ``None`` for a button of something else."""
    return next((score for score in SCORES if payload == behind_button(score)), None)


def was_asked(messages: list[Message]) -> Message | None:
    """The end of a case that asked; there is at most one in a conversation."""
    return next((each for each in messages if each.kind == "event" and each.payload.get(ASKS)), None)


def answer(log: ConversationLog, conversation_id: str, score: int, comment: str, message: int = 0) -> bool:
    """Keeps it; the first one stands. ``message``: the customer's that the comment is from, where it is from one. False
    where nothing was asked, or it is too long ago. Blocks.

    Raises ``ConversationNotFound``.
    """
    asked = was_asked(log.messages(conversation_id))
    if asked is None or asked.created_at < now() - timedelta(days=DAYS):
        return False
    case_id = str(asked.payload["case"])
    payload = {"event": ANSWERED, "case": case_id, "score": score, **({FROM: message} if message else {})}
    log.append(conversation_id, "system", comment, kind="event", payload=payload, client_key=key_of(case_id))
    return True


def score_of(messages: list[Message]) -> int | None:
    """What they have answered; ``None`` where they have not."""
    return next((each.payload["score"] for each in messages if each.payload.get("event") == ANSWERED), None)


def add_comment(log: ConversationLog, conversation_id: str, comment: str, message: int) -> None:
    """To the score that was given, unless it has one already; ``message`` as in ``answer``. Blocks.

    Raises ``ConversationNotFound``.
    """
    with write(log.engine) as connection:
        log.lock(connection, conversation_id)
        for row in rows_in(connection, conversation_id):
            if not row.text:
                change_in(connection, conversation_id, row.seq, text=comment, payload={**row.payload, FROM: message})
        log.touch_in(connection, conversation_id)
    log.announce(conversation_id)
