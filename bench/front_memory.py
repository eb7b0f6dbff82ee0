"""What a front holds of memory by itself: ready, after messages in five languages, once a page has asked for the hours.

    python -m bench.front_memory          on SQLite and PostgreSQL, a minute; megabytes: RSS, and PSS (``smaps_rollup``)

Environment: BENCH_SERVER as for ``bench.statements``.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.contestants import ROOT, TALKATIVE, free_port
from bench.statements import SERVER, drop
from tools.cluster import make_database

SAID = (
    "Where is my order, please?",
    "Où est ma commande, s'il vous plaît ?",
    "Wo ist meine Bestellung geblieben?",
    "Dove si trova il mio ordine?",
    "¿Dónde está mi pedido, por favor?",
)
PAGES = 24
READY_SECONDS = 60


def held(pid: int) -> dict[str, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (each.partition(":") for each in lines[1:])}
    return {"rss": round(kilobytes["Rss"] / 1024, 1), "pss": round(kilobytes["Pss"] / 1024, 1)}


@contextmanager
def front(url: str, var: str) -> Iterator[tuple[int, str]]:
    """Its process id, and its address."""
    port = free_port()
    own = {"CONCIERGE_VAR": var, "CONCIERGE_DATABASE_URL": url, "CONCIERGE_FRONT_PORT": str(port)}
    command = [str(ROOT / ".venv-front" / "bin" / "python"), "-m", "concierge", "front"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **TALKATIVE, **own}, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{address}/health/ready", timeout=2)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield process.pid, f"{address}/webhooks/website"
    finally:
        process.terminate()
        process.wait()


def _post(url: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=20) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def measure(url: str) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as var:
        with front(url or f"sqlite:///{var}/concierge.db", var):
            pass  # the first one makes the tables, and imports what makes them
        with front(url or f"sqlite:///{var}/concierge.db", var) as (pid, address):
            found = {"ready": held(pid)}
            for _ in range(PAGES):
                page = _post(f"{address}/sessions", {"locale": "en-GB", "region": "EU", "page": "/"})
                for number, text in enumerate(SAID):
                    _post(f"{address}/messages", {"client_key": f"k{number}", "text": text}, page["token"])
            found[f"{PAGES * len(SAID)} messages"] = held(pid)
            urllib.request.urlopen(f"{address}/hours", timeout=10).read()
            return {**found, "hours": held(pid)}


def main() -> None:
    name = f"bench_{uuid.uuid4().hex[:8]}"
    url = sa.engine.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    make_database(url)
    try:
        print(json.dumps({"sqlite": measure(""), "postgresql": measure(url)}, indent=2))
    finally:
        drop(name)


if __name__ == "__main__":
    main()
