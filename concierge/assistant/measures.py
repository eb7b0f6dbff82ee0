"""What an assistant counts for ``/metrics``: see ``concierge.web_kit.metrics``."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import datetime, timezone

from prometheus_client import Counter, Gauge, Histogram

from concierge.conversations import Message
from concierge.web_kit.metrics import BUCKETS

answered = Counter("concierge_messages_answered", "Messages taken out of the inbox: done, or failed.", ["state"])
waiting = Gauge("concierge_inbox_waiting", "Conversations with a message that nobody is at, as last seen.")
_again = Counter("concierge_messages_taken_over", "Messages that another process had begun to answer.")
_turns = Gauge("concierge_turns", "Messages that are being answered.")
_wait = Histogram("concierge_message_wait_seconds", "From a message in the log to its turn.", buckets=BUCKETS)
_turn = Histogram("concierge_turn_seconds", "From a turn's begin to the answer in the log.", buckets=BUCKETS)


@contextlib.contextmanager
def turn(message: Message) -> Iterator[None]:
    """Around a message's turn. How long it has waited is by two machines' clocks: a hint where these differ."""
    _wait.observe(max(0.0, (datetime.now(timezone.utc) - message.created_at).total_seconds()))
    _again.inc(message.attempts > 1)
    began = time.perf_counter()
    with _turns.track_inprogress():
        yield
    _turn.observe(time.perf_counter() - began)
