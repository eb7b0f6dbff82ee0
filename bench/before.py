"""The product as it is, and as it was before the front was parted from the assistant: its last commit, in environments
of its own. Each with a database of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench.client import first_answer
from bench.contestants import QUIET, TALKATIVE, Running, free_port
from bench.conversations import FIRST
from bench.environments import ROOT
from bench.statements import SERVER, drop
from tools.cluster import make_database

COMMIT = "2de2168b19914a83e9b2edb23329d808a2fac68c"


def before() -> Path:
    """Its folder, ``BENCH_BEFORE`` or var/bench/before: at first need cloned, set up (needs the network), trained."""
    folder = Path(os.environ.get("BENCH_BEFORE", ROOT / "var" / "bench" / "before"))
    if not folder.exists():
        subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", str(ROOT), str(folder)], check=True)
    subprocess.run(["git", "checkout", "-q", COMMIT], cwd=folder, check=True)
    subprocess.run([sys.executable, "tools/setup.py"], cwd=folder, check=True)
    subprocess.run([str(folder / ".venv" / "bin" / "concierge"), "train"], cwd=folder, check=True)
    return folder


@dataclass
class Side:
    """One version of the product with one database."""

    name: str
    root: Path
    folder: Path
    database: str

    def start(self, assistants: int = 1) -> Running:
        port = str(free_port())
        names = ("ASSISTANT_HEALTH", "ACTIONS", "DESK")
        ports = {f"CONCIERGE_{name}_PORT": str(free_port()) for name in names}
        # Before, the assistant had the port that customers reach.
        ports |= {f"CONCIERGE_{name}_PORT": port for name in ("FRONT", "ASSISTANT")}
        more = ["--assistants", str(assistants)] if assistants > 1 else []
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [str(self.root / ".venv" / "bin" / "python"), "-m", "concierge", "run", *more],
                cwd=self.root,
                env={
                    **os.environ,
                    **QUIET,
                    **TALKATIVE,
                    **ports,
                    "CONCIERGE_VAR": str(self.folder / "var"),
                    "CONCIERGE_DATABASE_URL": self.database,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return Running(int(port), [process])

    @contextmanager
    def running(self, assistants: int = 1) -> Iterator[Running]:
        running = self.start(assistants)
        try:
            first_answer(running.port, running.main, FIRST, 300)
            yield running
        finally:
            running.stop()


@contextmanager
def side(name: str, root: Path, kind: str) -> Iterator[Side]:
    folder = Path(tempfile.mkdtemp(prefix=f"bench-{name}-"))
    made = f"bench_{name}_{uuid.uuid4().hex[:8]}"
    url = f"sqlite:///{folder / 'var' / 'concierge.db'}"
    if kind == "postgresql":
        url = sa.engine.make_url(SERVER).set(database=made).render_as_string(hide_password=False)
        make_database(url)
    try:
        yield Side(name, root, folder, url)
    finally:
        if kind == "postgresql":
            drop(made)
        shutil.rmtree(folder, ignore_errors=True)
