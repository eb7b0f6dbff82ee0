"""From the commit in one process to the wake in another, on SQLite and PostgreSQL.

    python -m bench.wake [--times 300]

Environment: BENCH_SERVER, as for ``bench.statements``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
import uuid

import sqlalchemy as sa

from bench.figures import percentiles
from bench.statements import SERVER, drop
from concierge.conversations import ConversationLog, Notifications, upgrade
from concierge.storage.database import open_engine
from tools.cluster import make_database

# time.monotonic is the machine's, the same in both processes. A listener is called right after the commit.
WRITER = """
import sys, time
from concierge.conversations import ConversationLog
from concierge.storage.database import open_engine
log, at = ConversationLog(open_engine(sys.argv[1])), []
log.listeners.insert(0, lambda *_: at.append(time.monotonic()))
for line in sys.stdin:
    log.append(sys.argv[2], "customer", "hello")
    print(at[-1], flush=True)
"""


async def measure(url: str, times: int) -> dict[str, float]:
    """Milliseconds."""
    engine = open_engine(url)
    upgrade(engine)
    log = ConversationLog(engine)
    one, notifications = log.open("website").id, Notifications(log)
    pipe = asyncio.subprocess.PIPE
    writer = await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, url, one, stdin=pipe, stdout=pipe)
    assert writer.stdin is not None
    assert writer.stdout is not None
    found = []
    try:
        with notifications.watch(one) as watch:
            for number in range(times + 20):
                await watch.wait(0.05 if number else 2.0)  # what came before
                writer.stdin.write(b"\n")
                if not await watch.wait(10):
                    raise TimeoutError("nobody was woken")
                woken = time.monotonic()
                committed = float(await writer.stdout.readline())
                if number >= 20:
                    found.append(1e3 * (woken - committed))
    finally:
        writer.stdin.close()
        await writer.wait()
        await notifications.close()
        engine.dispose()
    return percentiles(found)


def both(times: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        found = {"sqlite": asyncio.run(measure(f"sqlite:///{folder}/wake.db", times))}
    name = f"bench_{uuid.uuid4().hex[:8]}"
    url = sa.engine.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    make_database(url)
    try:
        found["postgresql"] = asyncio.run(measure(url, times))
    finally:
        drop(name)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=300)
    print(json.dumps(both(parser.parse_args().times), indent=2))
