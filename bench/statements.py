"""What a message costs PostgreSQL: trips to the server, bytes kept and of its write-ahead log, connections.

    python -m bench.statements [--messages 200] [--assistants 1] [--clients 1] [--rounds 1] [--stored 1000000] [--day]

Messages come in one go, or in rounds: after each, all conversations are packed, and what that leaves free is given back
to the tables (``VACUUM``), as the desk and autovacuum do day by day, so that the next round finds the room.

Between the product and the server is a relay that counts what goes through: statements sent together are one trip.
Environment: BENCH_SERVER=<postgresql://…> of a server in which a database may be made; default: this machine's.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import re
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa

from bench.client import Connection
from bench.contestants import ROOT, TALKATIVE, free_port
from bench.conversations import TOPICS
from bench.conversations import day as a_day
from bench.figures import percentiles
from concierge.storage.database import open_engine
from concierge.trackers.compaction import RESTS, compact
from tools.cluster import make_database

SERVER = os.environ.get("BENCH_SERVER", "postgresql://postgres@127.0.0.1:5432/postgres")
TURNS = 5
IDLE_SECONDS = 5.0


class Relay:
    """``trips`` counts by the statement's beginning."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self.trips: Counter[str] = Counter()

    async def start(self, port: int) -> asyncio.AbstractServer:
        return await asyncio.start_server(self._accept, "127.0.0.1", port)

    async def _accept(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, on = await asyncio.open_connection(*self._to)
        with contextlib.suppress(OSError):
            await asyncio.gather(self._carry(near, on, count=True), self._carry(far, back, count=False))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: bool) -> None:
        buffer, begun = b"", False
        while data := await reader.read(65536):
            writer.write(data)
            buffer = buffer + data if count else b""
            while len(buffer) >= 5:  # the first packet, and that which asks for TLS, have no kind before their length
                start = 1 if begun else 0
                length = int.from_bytes(buffer[start : start + 4], "big") + start
                if len(buffer) < length:
                    break
                if begun and buffer[:1] == b"Q":
                    self.trips[_alike(buffer[5:length])] += 1
                begun = begun or length != 8
                buffer = buffer[length:]
        writer.close()


def _alike(statement: bytes) -> str:
    words = " ".join(statement.rstrip(b"\0").decode(errors="replace").split())
    return re.sub(r"'[^']*'|\b\d+\b", "…", words)[:70]


# Conversations that have come to rest, with a question, its answer, and what the assistant remembers of it.
_STORE = (
    """
    INSERT INTO conversations (id, channel, address, language, region, name, email, owner, case_id, last_seq,
        attributes, created_at, updated_at)
    SELECT md5(CAST(n AS text)), 'website', NULL, 'en', 'EU', '', '', 'assistant', NULL, 2, '{}',
        now() - interval '9 days' + n * interval '0.5 s', now() - interval '9 days' + n * interval '0.5 s'
    FROM generate_series(1, :count) n
    """,
    """
    INSERT INTO messages (conversation_id, seq, role, kind, text, payload, author, client_key, state, attempts,
        lease_until, meta, created_at)
    SELECT md5(CAST(n AS text)), seq, CASE seq WHEN 1 THEN 'customer' ELSE 'assistant' END, 'text',
        repeat('How do I care for leather? ', seq * 5), '{}', '', CASE seq WHEN 1 THEN 'page.1' ELSE 'reply.1.0' END,
        'done', 2 - seq, NULL, '{"language":"en"}', now() - interval '9 days' + n * interval '0.5 s'
    FROM generate_series(1, :count) n, generate_series(1, 2) seq
    """,
    """
    INSERT INTO trackers (sender_id, seq, save_id)
    SELECT md5(CAST(n AS text)), 2, md5(CAST(-n AS text)) FROM generate_series(1, :count) n
    """,
    """
    INSERT INTO tracker_blocks (sender_id, seq, count, at, events)
    SELECT md5(CAST(n AS text)), 2, 2, n, decode(repeat(md5(CAST(n AS text)), 40), 'hex')
    FROM generate_series(1, :count) n
    """,
)


def store(url: str, count: int) -> None:
    engine = sa.create_engine(url, future=True)
    with engine.begin() as connection:
        for statement in _STORE:
            connection.execute(sa.text(statement), {"count": count})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM (ANALYZE)"))
        connection.execute(sa.text("CHECKPOINT"))
    engine.dispose()


def drop(database: str) -> None:
    engine = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {database} WITH (FORCE)"))
    engine.dispose()


def _coming_to_rest(url: str) -> dict[str, int]:
    """Bytes of the tables, step by step: as they are, every conversation packed, dead rows given free."""
    kept = {"before": _tables(url).total()}
    engine = open_engine(url)
    compact(engine, datetime.now(timezone.utc) + 2 * RESTS)
    engine.dispose()
    kept["packed"] = _tables(url).total()
    kept["vacuumed"] = _vacuumed(url, "VACUUM")
    return kept


def _vacuumed(url: str, statement: str) -> int:
    """Bytes of the tables after it."""
    engine = sa.create_engine(url, future=True, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
    return _tables(url).total()


def _tables(url: str) -> Counter[str]:
    """Bytes of each table with its indexes."""
    engine = sa.create_engine(url, future=True)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"))
        found = Counter({name: int(size) for name, size in rows})
    engine.dispose()
    return found


def counts(url: str) -> dict[str, int]:
    """Bytes of the database, and of the write-ahead log so far; connections but this one."""
    engine = sa.create_engine(url, future=True)
    with engine.connect() as connection:
        one = lambda text: int(connection.execute(sa.text(text)).scalar_one())  # noqa: E731
        found = {
            "kept": one("SELECT pg_database_size(current_database())"),
            "written_ahead": one("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"),
            "connections": one("SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"),
        }
    engine.dispose()
    return found


async def measure(messages: int, assistants: int, clients: int, rounds: int, stored: int, day: bool) -> dict[str, Any]:
    parsed = sa.engine.make_url(SERVER)
    database = f"bench_{uuid.uuid4().hex[:8]}"
    direct = parsed.set(database=database).render_as_string(hide_password=False)
    make_database(direct)
    relay, port = Relay(parsed.host or "127.0.0.1", parsed.port or 5432), free_port()
    listening = await relay.start(port)
    ports = {f"CONCIERGE_{name}_PORT": str(free_port()) for name in ("FRONT", "ASSISTANT_HEALTH", "ACTIONS", "DESK")}
    with tempfile.TemporaryDirectory() as var:
        counted = parsed.set(host="127.0.0.1", port=port, database=database).render_as_string(False)
        environment = {
            **os.environ,
            **TALKATIVE,
            **ports,
            "CONCIERGE_VAR": var,
            "CONCIERGE_DATABASE_URL": counted,
            "CONCIERGE_ORDERS_URL": counted,  # as in deploy/
        }
        product = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "concierge", "run", "--assistants", str(assistants)),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert product.stdout is not None
            while b"Ctrl-C" not in (line := await product.stdout.readline()):
                assert line, "it did not start"
            if stored:
                await asyncio.to_thread(store, direct, stored)
            return await _talk(
                relay, direct, int(ports["CONCIERGE_FRONT_PORT"]), [messages // rounds] * rounds, clients, day
            )
        finally:
            product.send_signal(signal.SIGINT)
            await product.wait()
            listening.close()
            drop(database)


def _talks(mixed: bool) -> Iterator[list[str]]:
    """What is said in one conversation after the other: topics, or what a day brings, orders and handovers too."""
    if mixed:
        yield from ([step.text for step in steps] for steps in a_day())
    topics = itertools.cycle(TOPICS)
    while True:
        yield list(itertools.islice(topics, TURNS))


async def _talk(relay: Relay, url: str, port: int, rounds: list[int], clients: int, mixed: bool) -> dict[str, Any]:
    times: list[float] = []
    moments: list[float] = []
    talks = _talks(mixed)

    async def client(count: int) -> None:
        connection = Connection(port)
        while count > 0:
            sender = uuid.uuid4().hex
            for text in next(talks)[:count]:
                count -= 1
                began = time.perf_counter()
                await connection.say(sender, text)
                moments.append(time.perf_counter())
                times.append(1e3 * (moments[-1] - began))

    await client(4 * TURNS)
    await asyncio.to_thread(_coming_to_rest, url)
    rested = await asyncio.to_thread(_vacuumed, url, "VACUUM (FULL)")
    tables = await asyncio.to_thread(_tables, url)
    relay.trips.clear()
    await asyncio.sleep(IDLE_SECONDS)
    idle = relay.trips.total() / IDLE_SECONDS
    times.clear()
    trips: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    seconds, rates, by_round = 0.0, [], []
    for messages in rounds:
        before = await asyncio.to_thread(counts, url)
        relay.trips.clear()
        moments.clear()
        began = time.perf_counter()
        await asyncio.gather(*(client(messages // clients) for _ in range(clients)))
        seconds += time.perf_counter() - began
        trips += relay.trips
        after = await asyncio.to_thread(counts, url)
        sums.update({name: after[name] - before[name] for name in after})
        rates += _by_the_thousand(began, moments)
        kept = await asyncio.to_thread(_coming_to_rest, url)
        by_round.append(round((kept["vacuumed"] - rested) / 1e6, 2))
    kept["at_rest"] = await asyncio.to_thread(_vacuumed, url, "VACUUM (FULL)")
    of_each = await asyncio.to_thread(_tables, url)
    of_each.subtract(tables)
    count = len(times)
    return {
        "messages": count,
        "messages_a_second": round(count / seconds, 1),
        "messages_a_second_by_thousand": rates,
        "ms": percentiles(times),
        "trips_a_message": round((trips.total() - idle * seconds) / count, 1),
        "trips_a_second_at_rest": round(idle, 1),
        "bytes_kept_a_message": round(sums["kept"] / count),
        "bytes_vacuumed_a_message": round((kept["vacuumed"] - rested) / count),
        "bytes_at_rest_a_message": round((kept["at_rest"] - rested) / count),
        "megabytes_kept": {name: round((size - rested) / 1e6, 1) for name, size in kept.items()},
        "megabytes_vacuumed_by_round": by_round,
        "bytes_at_rest_by_table": {name: round(size / count) for name, size in of_each.most_common(6)},
        "bytes_written_ahead_a_message": round(sums["written_ahead"] / count),
        "connections": after["connections"],
        "most_frequent": {text: round(number / count, 2) for text, number in trips.most_common(16)},
    }


def _by_the_thousand(began: float, moments: list[float]) -> list[float]:
    """Messages a second of each thousand, one after the other, of answers that came at these moments."""
    ends = [began, *moments[999::1000]]
    return [round(1000 / (end - start), 1) for start, end in itertools.pairwise(ends)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--assistants", type=int, default=1)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--stored", type=int, default=0, help="conversations that are there before")
    parser.add_argument("--day", action="store_true", help="a day's messages instead of topics alone")
    measured = asyncio.run(measure(**vars(parser.parse_args())))
    print(json.dumps(measured, indent=2))
