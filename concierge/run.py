"""Starts the whole product on this machine and keeps it running: assistant, desk, an action server if one is wanted.

For trying out, for development and for a small installation. A larger one starts the same commands under its own
supervisor (systemd, Kubernetes …).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from concierge.settings import Settings, get_settings

START_SECONDS = 120
STOP_SECONDS = 10
STEADY_SECONDS = 60  # a process that lived this long is restarted at once, others with growing pauses


@dataclass
class Service:
    """One process of the product and how to see that it is up."""

    name: str
    command: list[str]
    port: int
    health: str  # a path that answers 200 when the service can do its work
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    retry_at: float = 0.0

    def start(self, environment: dict[str, str]) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor, which stops them in order
            )
        self.started = time.monotonic()

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def healthy(self, host: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://{host}:{self.port}{self.health}", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def last_lines(self, count: int = 15) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
        except OSError:
            return ""


def reachable(host: str) -> str:
    """The address to call a service on that listens on ``host``."""
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104


def services(settings: Settings) -> list[Service]:
    this = [sys.executable, "-m", "concierge"]
    logs = settings.var / "log"
    wanted = [
        Service("desk", [*this, "desk"], settings.desk_port, "/health", logs / "desk.log"),
        Service("assistant", [*this, "assistant"], settings.assistant_port, "/status", logs / "assistant.log"),
    ]
    if settings.actions == "server" and settings.action_server == settings.own_action_server:
        actions = Service("actions", [*this, "actions"], settings.actions_port, "/health", logs / "actions.log")
        wanted = [actions, *wanted]
    return wanted


def check_ports(settings: Settings, wanted: list[Service]) -> None:
    """Raises ``click.ClickException`` with what to do when a port is taken."""
    for service in wanted:
        host = "127.0.0.1" if service.name == "actions" else settings.host
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, service.port))
            except OSError as error:
                raise click.ClickException(
                    f"Port {service.port}, which the {service.name} needs, cannot be used ({error.strerror}). Perhaps "
                    f"Concierge is running already. Stop what listens there, or choose another port: "
                    f"CONCIERGE_{service.name.upper()}_PORT={service.port + 1000} make run"
                ) from error


def prepare(settings: Settings) -> list[str]:
    """Databases, demo orders, demo advisors, model. Returns lines to tell the operator."""
    from concierge.conversations import upgrade
    from concierge.conversations.advisors import ensure_demo_advisors
    from concierge.database import open_engine
    from concierge.orders.demo import ensure_demo_orders
    from concierge.training import ensure_model

    lines: list[str] = []
    engine = open_engine(settings.database)
    upgrade(engine)
    if settings.demo:
        if not settings.orders.startswith(("http://", "https://")):
            ensure_demo_orders(settings.orders)
        lines += [
            f"  login  {login} / {password}" for login, password in ensure_demo_advisors(engine, settings.var).items()
        ]
    engine.dispose()
    started = time.monotonic()
    _, trained = ensure_model(settings.root)
    if trained:
        click.echo(f"· trained in {time.monotonic() - started:.0f} s")
    return lines


class Supervisor:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.services = services(settings)
        self.stopping = False
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1", "RASA_TELEMETRY_ENABLED": "false"}
        self.environment.setdefault("OMP_NUM_THREADS", "1")
        self.environment.setdefault("MALLOC_ARENA_MAX", "2")  # ten threads need no heap each
        self.environment.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        self.stopping = True

    def start_ahead(self) -> None:
        """Starts the assistant, the slowest by far, while the rest is prepared; each process brings its own tables."""
        from concierge.training import model_path

        if model_path(self.settings.root).exists():
            next(service for service in self.services if service.name == "assistant").start(self.environment)

    def start(self) -> None:
        """Raises ``click.ClickException`` with the log's last lines when a service does not come up."""
        host = reachable(self.settings.host)
        for service in self.services:
            if service.process is None:
                service.start(self.environment)
        deadline = time.monotonic() + START_SECONDS
        waiting = list(self.services)
        while waiting and not self.stopping:
            for service in list(waiting):
                if service.healthy("127.0.0.1" if service.name == "actions" else host):
                    waiting.remove(service)
                elif not service.running() or time.monotonic() > deadline:
                    raise click.ClickException(
                        f"The {service.name} did not start. Its log, {service.log}, ends with:\n{service.last_lines()}"
                    )
            time.sleep(0.1)

    def watch(self) -> None:
        """Restarts what ends; returns when told to stop."""
        while not self.stopping:
            for service in self.services:
                if service.running():
                    continue
                now = time.monotonic()
                if not service.retry_at:
                    service.failures = 1 if now - service.started > STEADY_SECONDS else service.failures + 1
                    pause = min(30.0, 2.0 ** (service.failures - 1))
                    service.retry_at = now + pause
                    click.echo(
                        f"The {service.name} ended; starting it again in {pause:.0f} s ({service.log})", err=True
                    )
                elif now >= service.retry_at:
                    service.retry_at = 0.0
                    service.start(self.environment)
            time.sleep(0.25)

    def shut_down(self) -> None:
        for service in reversed(self.services):
            if service.process is not None and service.running():
                service.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for service in self.services:
            if service.process is None:
                continue
            try:
                service.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(service.process.pid, signal.SIGKILL)
                service.process.wait()


@click.command()
def run() -> None:
    """Start everything on this machine; Ctrl-C stops it."""
    settings = get_settings()
    supervisor = Supervisor(settings)
    check_ports(settings, supervisor.services)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, supervisor.stop)
    started = time.monotonic()
    try:
        supervisor.start_ahead()
        lines = prepare(settings)
        supervisor.start()
        if not supervisor.stopping:
            host = reachable(settings.host)
            click.echo(
                "\n".join(
                    [
                        f"\nConcierge is ready ({time.monotonic() - started:.0f} s).",
                        f"  shop   http://{host}:{settings.assistant_port}/shop/",
                        f"  desk   http://{host}:{settings.desk_port}/",
                        *lines,
                        f"  logs   {settings.var / 'log'}",
                        "Ctrl-C stops all of it.",
                    ]
                )
            )
            supervisor.watch()
    finally:
        supervisor.shut_down()
    click.echo("Stopped.")
