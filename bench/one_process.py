"""What the parting costs a message of today: the product in one process (``rasa run``) and apart, both at once, with
one model and the same understanding. Each has an action server, since ``rasa run`` has no actions of its own.

    python -m bench.one_process [--blocks 12] [--messages 60]

On SQLite. Latency as ``bench.front`` takes it, in blocks that take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.client import first_answer
from bench.contestants import QUIET, ROOT, TALKATIVE, Running, free_port
from bench.conversations import FIRST
from bench.front import Size, latency
from concierge.training import model_path

PYTHON = ROOT / ".venv" / "bin" / "python"


@contextmanager
def together() -> Iterator[Running]:
    """``rasa run`` with the channels of ``credentials.yml``, and an action server beside it."""
    port, actions = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        endpoints = Path(folder, "endpoints.yml")
        endpoints.write_text((ROOT / "endpoints.yml").read_text("utf-8").replace(":5055/", f":{actions}/"), "utf-8")
        own = {"CONCIERGE_ACTIONS": "server", "CONCIERGE_ACTIONS_PORT": str(actions)}
        rasa = ["-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port), "-m", str(model_path(ROOT))]
        commands = [["-m", "concierge", "actions"], [*rasa, "--endpoints", str(endpoints)]]
        with _started(commands, folder, own, port) as running:
            yield running


@contextmanager
def apart() -> Iterator[Running]:
    """``concierge run``, which starts an action server, too."""
    names = ("FRONT", "ASSISTANT_HEALTH", "ACTIONS", "DESK")
    own = {f"CONCIERGE_{name}_PORT": str(free_port()) for name in names} | {"CONCIERGE_ACTIONS": "server"}
    port = int(own["CONCIERGE_FRONT_PORT"])
    with tempfile.TemporaryDirectory() as folder, _started([["-m", "concierge", "run"]], folder, own, port) as running:
        yield running


@contextmanager
def _started(commands: list[list[str]], folder: str, own: dict[str, str], port: int) -> Iterator[Running]:
    var = Path(folder, "var")
    var.mkdir()
    environment = {**os.environ, **QUIET, **TALKATIVE, **own, "CONCIERGE_VAR": str(var)}
    environment["CONCIERGE_DATABASE_URL"] = f"sqlite:///{var / 'concierge.db'}"
    running = Running(port)
    with Path(folder, "log.txt").open("ab") as log:
        for command in commands:
            started = subprocess.Popen(
                [str(PYTHON), *command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            running.processes.append(started)
    try:
        first_answer(port, running.main, FIRST, 300)
        yield running
    finally:
        running.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=12)
    parser.add_argument("--messages", type=int, default=60)
    options = parser.parse_args()
    with together() as one, apart() as two:
        size = Size(blocks=options.blocks, messages=options.messages)
        print(json.dumps(latency({"one process": one, "apart": two}, size), indent=2))
