"""Starts the whole product on this machine and keeps it running: front, desk, assistant, perhaps an action server.

For trying out, for development and for a small installation. A larger one starts the same commands under its own
supervisor (systemd, Kubernetes …). What ends is started again, and so is what does not answer any more; a process that
answers but is not ready, as while its database is away, is left alone: a restart would not bring the database back.
"""

from __future__ import annotations

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import click

from concierge.processes import leftovers
from concierge.processes.service import LOOPBACK, READY, START_SECONDS, Service, services
from concierge.settings import Settings

FREED_SECONDS = 2.0  # the system frees the port of a process a moment after it has been killed
STOP_SECONDS = 30  # longer than a server waits for what is in flight


def check_environment(settings: Settings) -> None:
    """Raises ``click.ClickException`` where what faces the network has nothing to run on."""
    if not settings.front_python.exists():
        raise click.ClickException(
            f"The front's environment is not there ({settings.front_python}). Run: make setup. Or name another Python "
            "that has requirements-front.txt: CONCIERGE_FRONT_PYTHON"
        )


def check_ports(settings: Settings, wanted: list[Service]) -> None:
    """Raises ``click.ClickException`` with what to do when a port is taken."""
    for service in wanted:
        host = LOOPBACK if service.host == LOOPBACK else settings.host
        deadline = time.monotonic() + FREED_SECONDS
        while (problem := _taken(host, service.port)) is not None:
            if time.monotonic() > deadline:
                raise click.ClickException(
                    f"Port {service.port}, which the {service.name} needs, cannot be used ({problem.strerror}). "
                    f"Perhaps Concierge is running already. Stop what listens there, or choose another port: "
                    f"{service.setting}={service.port + 1000} make run"
                ) from problem
            time.sleep(0.05)


def _taken(host: str, port: int) -> OSError | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            return problem
    return None


class Supervisor:
    def __init__(self, settings: Settings, fronts: int = 1, assistants: int = 1) -> None:
        self.settings = settings
        self.services = services(settings, fronts, assistants)
        self.stopping = False
        self.at_once = False
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1", "RASA_TELEMETRY_ENABLED": "false"}
        self.environment.setdefault("OMP_NUM_THREADS", "1")
        self.environment.setdefault("MALLOC_ARENA_MAX", "2")  # ten threads need no heap each
        # What is larger goes back to the system when it is freed, also after the first such: 9 MB of an assistant.
        self.environment.setdefault("MALLOC_MMAP_THRESHOLD_", "131072")
        self.environment.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
        self._leash, self._hand = os.pipe()  # see concierge/web_kit/leash.py
        self._threads = ThreadPoolExecutor(len(self.services), thread_name_prefix="health")

    def of(self, kind: str) -> list[Service]:
        """Those of one kind, such as the fronts."""
        return [service for service in self.services if service.name.partition("-")[0] == kind]

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Ends ``watch``; a second time, what is in flight is not waited for."""
        self.at_once = self.stopping
        self.stopping = True

    def start_ahead(self) -> None:
        """Starts the first assistant, the slowest by far, while the rest is prepared; each brings its own tables."""
        from concierge.training import model_path

        if model_path(self.settings.root).exists():
            self._start(next(service for service in self.services if service.name == "assistant"))

    def start(self) -> None:
        """Raises ``click.ClickException`` with the log's last lines when a service does not come up."""
        for service in self.services:
            if service.process is None:
                self._start(service)
        deadline = time.monotonic() + START_SECONDS
        waiting = list(self.services)
        while waiting and not self.stopping:
            for service in list(waiting):
                if service.answers(READY):
                    waiting.remove(service)
                elif not service.running() or time.monotonic() > deadline:
                    raise click.ClickException(
                        f"The {service.name} did not start. Its log, {service.log}, ends with:\n{service.last_lines()}"
                    )
            time.sleep(0.1)

    def watch(self) -> None:
        """Restarts what ends and what hangs; returns when told to stop."""
        while not self.stopping:
            for service in self.services:
                self._look_after(service)
            time.sleep(0.25)

    def _look_after(self, service: Service) -> None:
        if service.running():
            if service.hung(self._threads):
                click.echo(f"The {service.name} does not answer; it is ended ({service.log})", err=True)
                service.tell_to_stop()
                service.end(2.0)
        elif not service.retry_at:
            pause = service.pause()
            click.echo(f"The {service.name} ended; starting it again in {pause:.0f} s ({service.log})", err=True)
        elif time.monotonic() >= service.retry_at:
            self._start(service)

    def _start(self, service: Service) -> None:
        service.start(self.environment, self._leash)
        leftovers.record(
            self.settings.var, [each.process.pid for each in self.services if each.process and each.running()]
        )

    def shut_down(self) -> None:
        """What customers wait for at a front is still answered: first these end, then the assistants."""
        deadline = time.monotonic() + STOP_SECONDS
        public = [*self.of("front"), *self.of("desk")]
        for group in (public, [service for service in self.services if service not in public]):
            for service in group:
                service.tell_to_stop()
            while not self.at_once and time.monotonic() < deadline and any(each.running() for each in group):
                time.sleep(0.05)
        for service in self.services:
            service.end(0.1)
        leftovers.forget(self.settings.var)
