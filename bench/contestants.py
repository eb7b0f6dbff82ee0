"""The assistants that are compared, each started the way its users start it, each answering on Rasa's REST channel."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import conversations
from bench.client import Step
from bench.environments import environment
from bench.figures import tree

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "PYTHONWARNINGS": "ignore",
    "OMP_NUM_THREADS": "1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
# A load generator is one very talkative customer.
TALKATIVE = {
    "CONCIERGE_MESSAGES_PER_MINUTE": "1000000",
    "CONCIERGE_SESSIONS_PER_HOUR": "1000000",
    "CONCIERGE_CONNECTIONS_PER_ADDRESS": "0",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _to_one_core(pid: int) -> None:
    """The whole assistant shares one core; the load generator has the others."""
    if hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(pid, {min(os.sched_getaffinity(0))})


@dataclass
class Running:
    """``tls`` is how it is spoken to, where it stands behind a proxy."""

    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    @property
    def main(self) -> subprocess.Popen[bytes]:
        return self.processes[-1]

    def stop(self) -> None:
        for process in reversed(self.processes):
            for pid in reversed(tree(process.pid)):
                try:
                    os.kill(pid, 15)
                except ProcessLookupError:
                    continue
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                for pid in tree(process.pid):
                    os.kill(pid, 9)
                process.wait()


@dataclass
class Contestant:
    """``prepare`` returns the seconds of training (none where nothing was trained), ``start`` the running processes."""

    name: str
    title: str
    prepare: Callable[[Path], float | None]
    start: Callable[[Path], Running]
    day: Callable[[], Iterator[Sequence[Step]]]
    long: Callable[[], Iterator[Step]]
    turns: int
    first: str
    trained_here: bool = False


def _spawn(command: list[str], cwd: Path, folder: Path, **environment: str) -> subprocess.Popen[bytes]:
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **QUIET, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    _to_one_core(process.pid)  # what it starts inherits it
    return process


def _train(rasa: Sequence[str], cwd: Path, folder: Path) -> float:
    started = time.perf_counter()
    result = subprocess.run(
        [*rasa, "train", "--fixed-model-name", "bench", "--out", str(folder / "models")],
        cwd=cwd,
        env={**os.environ, **QUIET, "RASA_CACHE_DIRECTORY": str(folder / "cache")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(result.stdout[-3000:])
    return time.perf_counter() - started


# --- ours


def _ports() -> dict[str, str]:
    return {f"CONCIERGE_{name}_PORT": str(free_port()) for name in ("FRONT", "ASSISTANT_HEALTH", "ACTIONS", "DESK")}


def concierge(database: str | None = None) -> Contestant:
    """The whole product: assistant with its actions, and desk, with intake and the durable log."""

    def start(folder: Path) -> Running:
        ports = _ports()
        extra = {"CONCIERGE_DATABASE_URL": database} if database else {}
        process = _spawn(
            [sys.executable, "-m", "concierge", "run"],
            ROOT,
            folder,
            CONCIERGE_VAR=str(folder / "var"),
            **ports,
            **TALKATIVE,
            **extra,
        )
        return Running(int(ports["CONCIERGE_FRONT_PORT"]), [process])

    return Contestant(
        name="concierge" if database is None else "concierge-postgresql",
        title="Concierge" if database is None else "Concierge on PostgreSQL",
        prepare=lambda folder: None,
        start=start,
        day=conversations.day,
        long=conversations.long,
        turns=1000,
        first=conversations.FIRST,
    )


def plain_rasa() -> Contestant:
    """The same model and actions with what Rasa brings: its REST channel, SQL tracker store and lock store."""

    def prepare(folder: Path) -> None:
        (folder / "credentials.yml").write_text("rest:\n")

    def start(folder: Path) -> Running:
        from concierge.training import model_path

        ports = _ports()
        actions = ports["CONCIERGE_ACTIONS_PORT"]
        (folder / "endpoints.yml").write_text(
            "nlg: {type: concierge.answers.nlg.HouseAnswers}\n"
            f"tracker_store: {{type: SQL, dialect: sqlite, db: {folder / 'rasa.db'}}}\n"
            f"action_endpoint: {{url: 'http://127.0.0.1:{actions}/webhook'}}\n"
        )
        variables = {**ports, **TALKATIVE, "CONCIERGE_VAR": str(folder / "var")}
        prepared = subprocess.run(
            [sys.executable, "-c", _PREPARE], cwd=ROOT, env={**os.environ, **QUIET, **variables}, check=True
        )
        assert prepared.returncode == 0
        acting = _spawn([sys.executable, "-m", "concierge", "actions"], ROOT, folder, **variables)
        port = free_port()
        rasa = _spawn(
            [
                *(sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port)),
                *("--credentials", str(folder / "credentials.yml"), "--endpoints", str(folder / "endpoints.yml")),
                *("-m", str(model_path(ROOT))),
            ],
            ROOT,
            folder,
            **variables,
        )
        return Running(port, [acting, rasa])

    return Contestant(
        name="plain-rasa",
        title="the same model, Rasa's own runtime",
        prepare=prepare,
        start=start,
        day=conversations.day,
        long=conversations.long,
        turns=300,
        first=conversations.FIRST,
    )


_PREPARE = (
    "from concierge.settings import get_settings as s; from concierge.processes.commands import prepare; "
    "s().var.mkdir(parents=True, exist_ok=True); prepare(s())"
)

# --- Rasa's, with TensorFlow


def starter() -> Contestant:
    """What ``rasa init`` makes, untouched."""

    def prepare(folder: Path) -> float:
        python = environment("tensorflow")
        project = folder / "project"
        if not project.exists():
            code = "import rasa.cli.scaffold as s; print(s.scaffold_path())"
            source = subprocess.run(
                [str(python), "-c", code], env={**os.environ, **QUIET}, capture_output=True, text=True, check=True
            )
            shutil.copytree(source.stdout.strip().splitlines()[-1], project)
        return _train([str(python), "-m", "rasa"], project, folder)

    return _theirs("starter", "Rasa starter (rasa init)", prepare, actions=False, first="hello")


def retail() -> Contestant:
    """An order-status assistant of Rasa's stock components, in the manner of its public retail demo."""

    def prepare(folder: Path) -> float:
        python = environment("tensorflow")
        shutil.copytree(HERE / "assistants" / "retail", folder / "project", dirs_exist_ok=True)
        return _train([str(python), "-m", "rasa"], folder / "project", folder)

    return _theirs("retail", "retail-demo-like", prepare, actions=True, first="hello")


def _theirs(name: str, title: str, prepare: Callable[[Path], float], actions: bool, first: str) -> Contestant:
    def start(folder: Path) -> Running:
        python = str(environment("tensorflow"))
        port, acting = free_port(), free_port()
        (folder / "endpoints.yml").write_text(f"action_endpoint: {{url: 'http://127.0.0.1:{acting}/webhook'}}\n")
        (folder / "credentials.yml").write_text("rest:\n")
        processes: list[subprocess.Popen[bytes]] = []
        if actions:
            serve = [python, "-m", "rasa_sdk", "--actions", "actions.actions", "-p", str(acting)]
            processes.append(_spawn(serve, folder / "project", folder))
        processes.append(
            _spawn(
                [
                    *(python, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port)),
                    *("--credentials", str(folder / "credentials.yml"), "--endpoints", str(folder / "endpoints.yml")),
                    *("-m", str(folder / "models" / "bench.tar.gz")),
                ],
                folder / "project",
                folder,
            )
        )
        return Running(port, processes)

    return Contestant(
        name=name,
        title=title,
        prepare=prepare,
        start=start,
        day=conversations.day,
        long=conversations.long,
        turns=200,
        first=first,
        trained_here=True,
    )


def workspace(contestant: Contestant) -> Path:
    """A new folder; for one that is trained here the kept one, where ``BENCH_KEEP`` names a place for them."""
    keep = os.environ.get("BENCH_KEEP")
    if keep and contestant.trained_here:
        folder = Path(keep) / contestant.name
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    folder = Path(tempfile.mkdtemp(prefix=f"bench-{contestant.name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
