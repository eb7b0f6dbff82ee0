"""Whether what is stored slows down what is said: a million resting conversations beside an empty database.

    python -m bench.stored [--stored 1000000] [--blocks 24] [--messages 100]
    python -m bench.stored --grown 9500     so many messages that were just said in their place, nothing packed

Messages go through what a front and an assistant do with PostgreSQL for each (received, claimed, the tracker looked at
and appended to, answered, read), by four threads, in blocks that take turns between the two databases, so that both
meet the same load of the machine. Rasa and HTTP are left out: they know nothing of how much is stored.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from bench.statements import SERVER, drop, store
from concierge.conversations import ConversationLog, upgrade
from concierge.conversations.inbox import Reply
from concierge.rasa_runtime.event_log import EventLog
from tools.cluster import make_database

THREADS = 4
TURNS = 5
EVENTS = [{"event": "user", "timestamp": 1.0, "text": "How do I care for leather? " * 6}] * 8


class Side:
    def __init__(self, name: str, stored: int) -> None:
        self.name = f"bench_{name}_{uuid.uuid4().hex[:8]}"
        url = sa.engine.make_url(SERVER).set(database=self.name).render_as_string(hide_password=False)
        make_database(url)
        self.trackers = EventLog(url)
        self.trackers.prepare()
        self.log = ConversationLog(self.trackers.engine)
        upgrade(self.log.engine)
        if stored:
            store(url, stored)

    def conversation(self, _: int) -> None:
        one, version = self.log.open("website").id, None
        for turn in range(TURNS):
            self.log.receive(one, "How do I care for leather?", client_key=f"page.{turn}")
            message = self.log.claim_next(one, 30)
            self.log.get(one)
            self.trackers.head(one)
            version, _ = self.trackers.append(one, version, EVENTS)
            self.log.complete(message, [Reply("Keep leather away from water. " * 8)], lease_seconds=30)
            self.log.messages(one, message.seq)
        self.log.conversations_with_work()

    def block(self, pool: ThreadPoolExecutor, messages: int) -> float:
        """Messages a second."""
        began = time.perf_counter()
        list(pool.map(self.conversation, range(messages // TURNS)))
        return messages / (time.perf_counter() - began)

    def drop(self) -> None:
        self.log.bell.close()
        self.log.engine.dispose()
        drop(self.name)


def measure(stored: int, grown: int, blocks: int, messages: int) -> dict[str, float]:
    sides = [Side("empty", 0), Side("full", 0 if grown else stored)]
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            sides[1].block(pool, grown)
            for side in sides:
                side.block(pool, messages)
            pairs = [[side.block(pool, messages) for side in sides] for _ in range(blocks)]
    finally:
        for side in sides:
            side.drop()
    empty, full = (statistics.median(pair[number] for pair in pairs) for number in (0, 1))
    return {
        "stored": 0 if grown else stored,
        "grown": grown,
        "empty_a_second": round(empty, 1),
        "full_a_second": round(full, 1),
        "ratio_of_medians": round(full / empty, 3),
        "median_of_ratios": round(statistics.median(full / empty for empty, full in pairs), 3),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stored", type=int, default=1_000_000)
    parser.add_argument("--grown", type=int, default=0)
    parser.add_argument("--blocks", type=int, default=24)
    parser.add_argument("--messages", type=int, default=100)
    options = parser.parse_args()
    print(json.dumps(measure(**vars(options)), indent=2))
