"""One process of the product, as its supervisor sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from concierge.settings import Settings
from concierge.web_kit.leash import DESCRIPTOR

STEADY_SECONDS = 60  # a process that lived this long is restarted at once, others with growing pauses
LONGEST_PAUSE = 30.0
ASK_SECONDS = 5.0  # between two questions whether it is alive
ANSWER_SECONDS = 3.0
MISSES = 3  # unanswered in a row, and it counts as hung
START_SECONDS = 120.0  # for its first answer: on a machine that is busy an assistant takes a minute to load
LOOPBACK = "127.0.0.1"
_FRONT = ("front", "desk")  # what faces the network
NEXT = 100  # ports from one process to the next of its kind
LIVE, READY = "/health/live", "/health/ready"


@dataclass
class Service:
    name: str
    command: list[str]
    host: str  # to call it at
    port: int
    log: Path
    setting: str  # the variable that names its port
    environment: dict[str, str]  # what is its own
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    retry_at: float = 0.0
    misses: int = 0
    answered: bool = False  # since its last start
    _asked_at: float = 0.0
    _asking: Future[bool] | None = field(default=None, repr=False)

    def start(self, environment: dict[str, str], leash: int) -> None:
        """``leash`` is the end of a pipe that the process reads: once its other end is gone, it stops by itself."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env={**environment, **self.environment, DESCRIPTOR: str(leash)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(leash,),
                start_new_session=True,  # Ctrl-C reaches the supervisor, which stops them in order
            )
        self.started = time.monotonic()
        self.retry_at, self.misses, self._asking, self._asked_at = 0.0, 0, None, self.started
        self.answered = False

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.host}:{self.port}{path}", timeout=ANSWER_SECONDS) as answer:
                self.answered = self.answered or answer.status == 200
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def hung(self, threads: ThreadPoolExecutor) -> bool:
        """Whether it exists and has not answered for long; one that has never answered may still be starting.

        Asks now and then, and never waits.
        """
        if self._asking is None:
            if time.monotonic() - self._asked_at >= ASK_SECONDS:
                self._asked_at = time.monotonic()
                self._asking = threads.submit(self.answers, LIVE)
        elif self._asking.done():
            self.misses = 0 if self._asking.result() else self.misses + 1
            self._asking = None
        starting = not self.answered and time.monotonic() - self.started < START_SECONDS
        return self.misses >= MISSES and not starting

    def pause(self) -> float:
        """Seconds before the next start, after an end: none after a long life, longer and longer after short ones."""
        now = time.monotonic()
        self.failures = 1 if now - self.started > STEADY_SECONDS else self.failures + 1
        pause = min(LONGEST_PAUSE, 2.0 ** (self.failures - 1))
        self.retry_at = now + pause
        return pause

    def tell_to_stop(self) -> None:
        if self.process is not None and self.running():
            self.process.send_signal(signal.SIGTERM)

    def end(self, seconds: float) -> bool:
        """Waits so long, then kills it with whatever it has started; returns whether it had ended by itself."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.1, seconds))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            return False
        return True

    def last_lines(self, count: int = 15) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
        except OSError:
            return ""


def reachable(host: str) -> str:
    """The address to call a service on that listens on ``host``."""
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104


def python_of(kind: str, settings: Settings) -> str:
    """The Python of a command's environment."""
    return str(settings.front_python) if kind in _FRONT else sys.executable


def services(settings: Settings, fronts: int = 1, assistants: int = 1) -> list[Service]:
    """What this configuration needs on this machine, in the order in which it is to be stopped.

    The second front listens 100 ports above the first, the third 200; assistants' health likewise.
    """
    public, logs = reachable(settings.host), settings.var / "log"

    def service(kind: str, host: str, setting: str, number: int = 0) -> Service:
        name = f"{kind}-{number + 1}" if number else kind
        port = getattr(settings, setting.lower()) + NEXT * number
        variable = f"CONCIERGE_{setting}"
        command = [python_of(kind, settings), "-m", "concierge", kind]
        return Service(name, command, host, port, logs / f"{name}.log", variable, {variable: str(port)})

    wanted = [service("front", public, "FRONT_PORT", number) for number in range(fronts)]
    wanted.append(service("desk", public, "DESK_PORT"))
    wanted += [service("assistant", LOOPBACK, "ASSISTANT_HEALTH_PORT", number) for number in range(assistants)]
    if settings.actions == "server" and settings.action_server == settings.own_action_server:
        wanted.append(service("actions", LOOPBACK, "ACTIONS_PORT"))
    return wanted
