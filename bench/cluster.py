"""The topology of ``make cluster`` under load: two fronts, nginx with TLS, PostgreSQL, and two assistants beside one.

    python -m bench.cluster [--quick]

How many messages a second one and two assistants answer, by turns; what nginx and TLS add to a message, beside the same
front asked without them; connections to PostgreSQL; and with pages and callers of REST at it, one assistant killed, and
then the other one told to end, as for a new model. All of it, clients too, shares this machine's cores. Environment:
BENCH_SERVER as for ``bench.statements``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import ssl
import tempfile
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.client import first_answer, load
from bench.contestants import QUIET, TALKATIVE, Running, free_port
from bench.conversations import FIRST, day
from bench.figures import machine, memory, percentiles, processor
from bench.front import QUICK, Size, accounted, assistants, latency, quiet, throughput
from bench.statements import SERVER, counts, drop
from bench.streams import Crowd
from concierge.processes.service import NEXT
from tools import cluster

FRONTS = 2
CALLERS = 4
WHOLE = Size(blocks=6, messages=50, load_seconds=40, streams=200, rate=8, stream_seconds=80)  # nginx: 256 an address
_ANSWERED = re.compile(r'^concierge_http_requests_total\{.*status="(\d)\d\d"\} ([0-9.]+)', re.MULTILINE)


class Product:
    """``proxied`` is the cluster as customers reach it, ``fronts`` are the same without nginx."""

    def __init__(self, running: cluster.Cluster, first: int, database: str) -> None:
        self.database = database
        self.running = running
        self.pid = running.product.pid
        self.proxied = Running(running.port, [running.product], _trusting())
        self.fronts = [Running(first + NEXT * number, [running.product]) for number in range(FRONTS)]

    def answered(self) -> dict[str, int]:
        """What the fronts have answered so far, by the first digit of the status."""
        found: Counter[str] = Counter()
        for front in self.fronts:
            with urllib.request.urlopen(f"http://127.0.0.1:{front.port}/metrics", timeout=10) as page:
                for digit, number in _ANSWERED.findall(page.read().decode()):
                    found[f"{digit}xx"] += int(float(number))
        return dict(sorted(found.items()))


def _trusting() -> ssl.SSLContext:
    """The certificate is one that nobody has signed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def product(count: int) -> Iterator[Product]:
    """With so many assistants, and a database of its own."""
    name = f"bench_cluster_{uuid.uuid4().hex[:8]}"
    url = sa.engine.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    ports = {f"CONCIERGE_{each}_PORT": str(free_port()) for each in ("FRONT", "ASSISTANT_HEALTH", "ACTIONS", "DESK")}
    first = int(ports["CONCIERGE_FRONT_PORT"])
    own = {**QUIET, **TALKATIVE, **ports, "CONCIERGE_DATABASE_URL": url, "CONCIERGE_ORDERS_URL": url}
    try:
        with tempfile.TemporaryDirectory() as var:
            running = cluster.start(Path(var), free_port(), fronts=FRONTS, assistants=count, environment=own)
            try:
                first_answer(first, running.product, FIRST, 300)
                yield Product(running, first, url)
            finally:
                running.stop()
    finally:
        drop(name)


def loaded(one: Product, size: Size) -> dict[str, Any]:
    began = sum(processor(one.running.proxy.process.pid).values())
    found = throughput(one.proxied, size)
    used = sum(processor(one.running.proxy.process.pid).values()) - began
    return {**found, "nginx_processor_s": round(used, 2), "connections": counts(one.database)["connections"]}


async def ended(one: Product, size: Size) -> dict[str, Any]:
    """Pages and callers at it all the while: after a quarter one assistant is killed, later the other told to end."""
    crowd = Crowd(one.proxied.port, one.proxied.tls)
    try:
        await crowd.open(size.streams)
        before = assistants(one.pid)
        loop = asyncio.get_running_loop()
        loop.call_later(size.stream_seconds / 4, os.kill, before[0], signal.SIGKILL)
        loop.call_later(size.stream_seconds * 5 / 8, os.kill, before[-1], signal.SIGTERM)
        callers, pages = await asyncio.gather(
            load(one.proxied.port, day(3), CALLERS, size.stream_seconds, one.proxied.tls),
            crowd.talk(crowd.visitors, size.rate, size.stream_seconds),
        )
        waited = await quiet(one.database, pages)
        return {
            "pages": {**pages.summary(), **accounted(one.database, pages), "lost_streams": crowd.lost_streams},
            "answered_after_the_last_s": waited,
            "callers": {
                "answered": len(callers.answered),
                "nothing_said_to": callers.unanswered,
                "ms": percentiles(each.milliseconds for each in callers.answered),
            },
            "assistants_that_are_others_than_before": len(set(assistants(one.pid)) - set(before)),
            "fronts_answered": one.answered(),
        }
    finally:
        await crowd.close()


def measure(size: Size, turns: int) -> dict[str, Any]:
    result: dict[str, Any] = {"machine": machine(), "load": {"1": [], "2": []}}
    for turn in range(turns):
        for count in (1, 2):
            with product(count) as one:
                result["load"][str(count)].append(loaded(one, size))
                if count == 2 and turn == turns - 1:
                    sides = {"by nginx, with TLS": one.proxied, "at a front": one.fronts[0]}
                    result["latency"] = latency(sides, size)
                    result["ended"] = asyncio.run(ended(one, size))
                    result["memory_mb"] = memory(one.pid)
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fraction of it, to see that it works")
    if parser.parse_args().quick:
        print(json.dumps(measure(replace(QUICK, streams=40), 1), indent=2))
    else:
        print(json.dumps(measure(WHOLE, 2), indent=2))
