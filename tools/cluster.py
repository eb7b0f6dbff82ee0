"""The topology of ``deploy/`` as plain processes: fronts, a desk, assistants, PostgreSQL, and nginx with TLS before it.

    make cluster                                     two fronts, two assistants
    .venv/bin/python -m tools.cluster --assistants 3

PostgreSQL is the one that ``CONCIERGE_DATABASE_URL`` names, or this machine's, in which a database is made. Logs, and
the certificate, which nobody trusts, are under ``var/cluster``. Ctrl-C stops all of it.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from concierge.processes.service import NEXT
from concierge.settings import ROOT, Settings
from tools import nginx

DATABASE = "postgresql://postgres@127.0.0.1:5432/concierge_cluster"
READY, LAST = "Concierge is ready", "Ctrl-C stops"


@dataclass
class Cluster:
    """Running. ``port`` is the proxy's, which speaks TLS; ``output`` what ``concierge run`` said at its start."""

    product: subprocess.Popen[str]
    proxy: nginx.Proxy
    output: str

    @property
    def port(self) -> int:
        return self.proxy.port

    def stop(self) -> int:
        """The exit code of ``concierge run``. What is in flight is answered first."""
        self.product.send_signal(signal.SIGINT)
        try:
            return self.product.wait(60)
        finally:
            self.proxy.stop()


def start(
    var: Path,
    port: int,
    *,
    fronts: int = 2,
    assistants: int = 2,
    environment: dict[str, str] | None = None,
    tell: Callable[[str], object] = lambda line: None,
) -> Cluster:
    """Blocks until all is ready. ``environment``: settings beside those of this process, a database among them.

    ``tell`` is given each line that ``concierge run`` says. Raises ``RuntimeError`` where something does not come up.
    """
    variables = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "CONCIERGE_VAR": str(var),
        "CONCIERGE_PROXIES": "1",
        **(environment or {}),
    }
    variables.setdefault("CONCIERGE_DATABASE_URL", DATABASE)
    make_database(variables["CONCIERGE_DATABASE_URL"])
    command = [sys.executable, "-m", "concierge", "run", "--fronts", str(fronts), "--assistants", str(assistants)]
    product = subprocess.Popen(
        command,
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output = _until_ready(product, tell)
        front, desk = (_port(name, variables) for name in ("front_port", "desk_port"))
        proxy = nginx.start(var / "nginx", port, [front + NEXT * number for number in range(fronts)], desk)
    except BaseException:
        product.send_signal(signal.SIGINT)
        product.wait(60)
        raise
    return Cluster(product, proxy, output)


def _port(setting: str, variables: dict[str, str]) -> int:
    return int(variables.get(f"CONCIERGE_{setting.upper()}") or getattr(Settings(), setting))


def _until_ready(product: subprocess.Popen[str], tell: Callable[[str], object]) -> str:
    lines: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert product.stdout is not None
        for line in product.stdout:
            lines.append(line)
            tell(line.rstrip("\n"))
            if LAST in line:
                ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    ready.wait()
    output = "".join(lines)
    if READY not in output:
        raise RuntimeError(output)
    return output


def make_database(url: str) -> None:
    """Makes the database where the server does not have it yet. Nothing for one that is a file.

    Raises ``RuntimeError`` where no server answers.
    """
    parsed = sa.engine.make_url(url)
    if parsed.get_backend_name() != "postgresql":
        return
    server = sa.create_engine(parsed.set(database="postgres"), isolation_level="AUTOCOMMIT", future=True)
    try:
        with server.connect() as connection:
            known = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
            if connection.execute(known, {"name": parsed.database}).first() is None:
                name = connection.dialect.identifier_preparer.quote(parsed.database)
                connection.execute(sa.text(f"CREATE DATABASE {name}"))
    except sa.exc.OperationalError as problem:
        where = parsed.render_as_string(hide_password=True)
        raise RuntimeError(f"no PostgreSQL answers for {where}; name one: CONCIERGE_DATABASE_URL=…") from problem
    finally:
        server.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fronts", type=int, default=2)
    parser.add_argument("--assistants", type=int, default=2)
    parser.add_argument("--port", type=int, default=8443, help="of the proxy")
    options = parser.parse_args()
    var = Settings().var / "cluster"
    try:
        cluster = start(var, options.port, fronts=options.fronts, assistants=options.assistants, tell=print)
    except RuntimeError as problem:
        raise SystemExit(f"The cluster cannot start: {problem}") from problem
    print(
        f"\nBehind nginx, with TLS:\n"
        f"  shop   https://{nginx.FRONT_NAME}:{cluster.port}/shop/\n"
        f"  desk   https://{nginx.DESK_NAME}:{cluster.port}/"
    )
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: cluster.product.send_signal(signal.SIGINT))
    try:
        cluster.product.wait()
    finally:
        cluster.proxy.stop()


if __name__ == "__main__":
    main()
