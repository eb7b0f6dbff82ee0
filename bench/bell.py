"""Commits a second, by many writers on PostgreSQL, where nobody is told of them, where the bell tells, and by NOTIFY.

    python -m bench.bell [--writers 1 8 32 64] [--blocks 8] [--seconds 2]

Each writer stores row after row, a transaction each, in one trip to the server. "within": with a NOTIFY in the same
transaction. "after": as the product does, by ``concierge.conversations.bell`` once it is committed. The three take
turns in short blocks, so that all meet the same load of the machine; somebody listens all the while. Environment:
BENCH_SERVER, as for ``bench.statements``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import select
import statistics
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
import sqlalchemy as sa

from bench.statements import SERVER, drop
from concierge.conversations.bell import CHANNEL, Bell, heard
from concierge.storage.database import open_engine
from tools.cluster import make_database

WAYS = ("untold", "after", "within")
TEXT = "How do I care for leather? " * 10
_STORE = "INSERT INTO said (conversation, text) VALUES (%(one)s, %(text)s)"
# Statements sent together are one transaction.
_WITHIN = f"{_STORE}; SELECT pg_notify('{CHANNEL}', 'bench ' || %(one)s)"


class Listener:
    """Takes in what is told, as a front does. ``notifications`` and, in them, ``conversations``."""

    def __init__(self, url: str) -> None:
        self._connection = _connect(url)
        self._connection.cursor().execute(f"LISTEN {CHANNEL}")
        self._ended = threading.Event()
        self.count: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._ended.is_set():
            select.select([self._connection], [], [], 0.1)
            self._connection.poll()
            while self._connection.notifies:
                _, changed = heard(self._connection.notifies.pop(0).payload)
                self.count.update(notifications=1, conversations=len(changed))

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self._connection.close()


class Writers:
    def __init__(self, url: str, count: int) -> None:
        self._connections = [_connect(url) for _ in range(count)]
        self._engine = open_engine(url)
        self._bell = Bell(self._engine)
        self._numbers = itertools.count()

    def block(self, way: str, seconds: float) -> float:
        """Commits a second."""
        began = time.monotonic()
        with ThreadPoolExecutor(len(self._connections)) as pool:
            counts = list(pool.map(lambda each: self._write(each, way, began + seconds), self._connections))
        self._bell.close()
        return sum(counts) / (time.monotonic() - began)

    def _write(self, connection: Any, way: str, until: float) -> int:
        cursor, count = connection.cursor(), 0
        while time.monotonic() < until:
            one = f"{next(self._numbers):032x}"  # as long as the id of a conversation
            cursor.execute(_WITHIN if way == "within" else _STORE, {"one": one, "text": TEXT})
            if way == "after":
                self._bell.tell(one, work=True)
            count += 1
        return count

    def close(self) -> None:
        for each in self._connections:
            each.close()
        self._engine.dispose()


def _connect(url: str) -> Any:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection


def measure(counts: list[int], blocks: int, seconds: float) -> dict[str, dict[str, float]]:
    """By the number of writers."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    url = sa.engine.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    make_database(url)
    try:
        with _connect(url) as connection:
            connection.cursor().execute("CREATE TABLE said (number bigserial, conversation text, text text)")
        connection.close()
        return {str(count): _of_writers(url, count, blocks, seconds) for count in counts}
    finally:
        drop(name)


def _of_writers(url: str, count: int, blocks: int, seconds: float) -> dict[str, float]:
    writers, listener = Writers(url, count), Listener(url)
    try:
        writers.block("untold", seconds)
        rates: dict[str, list[float]] = {way: [] for way in WAYS}
        told: Counter[str] = Counter()
        for way in WAYS * blocks:
            before = Counter(listener.count)
            rates[way].append(writers.block(way, seconds))
            if way == "after":
                time.sleep(0.2)  # what is on its way
                told += listener.count - before
    finally:
        listener.close()
        writers.close()
    found = {way: round(statistics.median(each)) for way, each in rates.items()}
    return {**found, "told_by_a_notification": round(told["conversations"] / max(1, told["notifications"]), 1)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, nargs="+", default=[1, 8, 32, 64])
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    print(json.dumps(measure(options.writers, options.blocks, options.seconds), indent=2))
