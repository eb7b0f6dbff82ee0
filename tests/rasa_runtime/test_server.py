"""The plain ``rasa run`` with our stores from endpoints.yml: a real server, its HTTP API, kill -9 and a new start."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from concierge.storage.database import open_engine
from tests.ports import free_port
from tests.rasa_runtime.action_server import ActionServer

RASA = Path(sys.executable).with_name("rasa")


class Server:
    def __init__(self, folder: Path, port: int, actions: str) -> None:
        self.folder = folder
        self.port = port
        endpoints = folder / "endpoints.yml"
        if "action_endpoint" not in endpoints.read_text():
            endpoints.write_text(f"{endpoints.read_text()}action_endpoint:\n  url: {actions}\n")

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(RASA), "run", "--enable-api", "-i", "127.0.0.1", "-p", str(self.port), "-m", "models/tiny.tar.gz"],
            cwd=self.folder,
            env={
                **os.environ,
                "RASA_TELEMETRY_ENABLED": "false",
                "CONCIERGE_VAR": str(self.folder / "var"),
                "CONCIERGE_ACTION_TIMEOUT": "1.5",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.get("/status"):
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise AssertionError("rasa run did not become ready")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return json.load(answer)

    def post(self, path: str, body: Any) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def say(self, text: str, sender: str = "claire") -> list[str]:
        answer = self.post("/webhooks/rest/webhook", {"sender": sender, "message": text})
        return [message["text"] for message in answer]

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'var' / 'concierge.db'}"


@pytest.fixture(scope="module")
def server(project: Path, actions: ActionServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server") / "assistant"
    shutil.copytree(project, folder)
    server = Server(folder, free_port(), actions.url())
    server.start()
    yield server
    server.kill()


def test_the_api_shows_the_whole_history(server: Server) -> None:
    said = ["/greet", "/order", '/inform{"number": "BA1"}', '/inform{"email": "a@b.c"}', *["/returns"] * 15]
    for text in said:
        assert server.say(text, "history")
    server.say("/restart", "history")
    server.say("/greet", "history")
    tracker = server.get("/conversations/history/tracker?include_events=ALL")
    heard = [event["text"] for event in tracker["events"] if event["event"] == "user"]
    assert heard == [*said, "/restart", "/greet"]
    recent = server.get("/conversations/history/tracker")
    assert [event["text"] for event in recent["events"] if event["event"] == "user"] == ["/greet"]
    assert recent["slots"]["number"] is None


def test_events_posted_and_replaced_through_the_api(server: Server) -> None:
    server.say("/greet", "posted")
    server.post("/conversations/posted/tracker/events", {"event": "pause"})
    assert server.say("/greet", "posted") == []
    server.post("/conversations/posted/tracker/events", {"event": "resume"})
    assert server.say("/greet", "posted") == ["Good day."]


def test_an_action_that_hangs_is_given_up_in_time(server: Server, actions: ActionServer) -> None:
    started = time.monotonic()
    assert server.say("/remember", "in time") == ["remember None []"]
    assert time.monotonic() - started < 1


def test_killed_in_the_middle_of_a_form_and_of_a_case(server: Server) -> None:
    assert server.say("/order") == ["Which order?"]
    assert server.say('/inform{"number": "BA1"}') == ["Which e-mail?"]
    assert server.say("/person", "henri") == ["An advisor will be with you."]
    server.kill()
    server.start()
    assert server.say('/inform{"email": "a@b.c"}') == ["Found BA1 of a@b.c."]
    assert server.say("/greet", "henri") == [], "the advisor still has the conversation"


def test_a_store_that_cannot_be_read_is_no_new_conversation(server: Server) -> None:
    server.say("/person", "unread")
    engine = open_engine(server.database)

    def rename(old: str, new: str) -> None:
        with engine.begin() as connection:
            connection.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))

    rename("trackers", "elsewhere")
    try:
        # Rasa's own REST channel answers nothing after an error; ours tells the customer.
        assert server.say("/greet", "unread") == []
    finally:
        rename("elsewhere", "trackers")
    assert server.say("/greet", "unread") == []
    paused: Callable[[], Any] = lambda: server.get("/conversations/unread/tracker")["paused"]  # noqa: E731
    assert paused() is True
    engine.dispose()
