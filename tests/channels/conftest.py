"""Real processes: a Rasa model trained here, its assistant and its action server, on a database of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.rest_tokens import RestTokens
from concierge.conversations import Advisors, Cases, ConversationLog, Message, schema, upgrade
from concierge.queues.outlook import LATELY
from concierge.storage.database import open_engine
from tests.front import python
from tests.openapi import CHANNELS
from tests.ports import free_port

PROJECT = Path(__file__).parent / "project"
START_SECONDS = 120  # of an assistant, on a machine that is busy with others


def until(true: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Waits until it is true, and returns what it was."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = true()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest assistant, trained."""
    root = tmp_path_factory.mktemp("channels") / "project"
    shutil.copytree(PROJECT, root)
    shop = root / "concierge" / "static" / "shop"
    (shop / "assets").mkdir(parents=True)
    (shop / "index.html").write_text("<!doctype html><title>shop</title>")
    (shop / "assets" / "page-1a2b.js").write_text("export const page = 1;" * 50)
    (root / "concierge" / "static" / "widget.js").write_text("customElements;" * 100)
    chunks = root / "concierge" / "static" / "widget" / "assets"
    chunks.mkdir(parents=True)
    (chunks / "main-3c4d.js").write_text("export const start = 1;" * 50)
    (chunks / "main-3c4d.js.br").write_bytes(b"as the build has compressed it")
    (root / "concierge" / "secret.txt").write_text("not for the public")
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "train", "--fixed-model-name", "tiny"],
        cwd=root,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (root / "models" / "tiny.tar.gz").exists(), done.stdout + done.stderr
    return root


@dataclass
class Site:
    """One installation: a database, an action server, and any number of assistants, each with a front."""

    root: Path
    var: Path
    environment: dict[str, str]
    assistants: list[subprocess.Popen[bytes]] = field(default_factory=list)
    fronts: list[subprocess.Popen[bytes]] = field(default_factory=list)
    actions: subprocess.Popen[bytes] | None = None
    urls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = open_engine(self.environment["CONCIERGE_DATABASE_URL"])
        upgrade(self.engine)
        self.log = ConversationLog(self.engine)
        self.cases = Cases(self.log)
        self.slow(0.3)

    def slow(self, seconds: float) -> None:
        Path(self.environment["CHANNELS_SLOW"]).write_text(str(seconds))

    def start_actions(self) -> None:
        port = self.environment["CONCIERGE_ACTIONS_PORT"]
        self.actions = self._start("actions", "-m", "rasa_sdk", "--actions", "actions", "--port", port)
        until(lambda: _answers(f"http://127.0.0.1:{port}/health"), START_SECONDS)

    def stop_actions(self) -> None:
        if self.actions:
            self.actions.kill()
            self.actions.wait()
            self.actions = None

    def start_assistant(self) -> str:
        """An assistant that is ready, and the front's address."""
        health, port = free_port(), free_port()
        model = str(self.root / "models" / "tiny.tar.gz")
        ports = {"CONCIERGE_ASSISTANT_HEALTH_PORT": str(health), "CONCIERGE_FRONT_PORT": str(port)}
        self.environment.update({**ports, "CONCIERGE_PUBLIC_URL": f"http://127.0.0.1:{port}"})
        self.assistants.append(self._start("assistant", "-m", "concierge", "assistant", "--model", model))
        self.fronts.append(self._start("front", "-m", "concierge", "front"))
        self.urls.append(f"http://127.0.0.1:{port}")
        for each in (f"http://127.0.0.1:{health}", self.urls[-1]):
            until(lambda url=each: _answers(f"{url}/health/ready"), START_SECONDS)
        return self.urls[-1]

    def kill_assistants(self) -> None:
        """With their fronts, at once, as a lost machine does."""
        for process in (*self.assistants, *self.fronts):
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.assistants, self.fronts, self.urls = [], [], []

    def stop(self) -> None:
        processes = (*self.assistants, *self.fronts)
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        self.assistants, self.fronts = [], []
        self.stop_actions()
        self.engine.dispose()

    def log_text(self) -> str:
        return "".join((self.var / f"{name}.log").read_text(errors="replace") for name in ("front", "assistant"))

    def advisor(self, name: str = "Camille") -> str:
        book = Advisors(self.engine)
        known = {advisor.name: advisor.id for advisor in book.all()}
        return known.get(name) or book.create(name.lower(), name, "a long password").id

    def _start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.var / f"{name}.log").open("ab") as output:
            return subprocess.Popen(
                [python(name), *command],
                cwd=self.root,
                env=self.environment,
                stdout=output,
                stderr=output,
            )


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, verify=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="session")
def new_site(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def new(**extra: str) -> Site:
        var = tmp_path_factory.mktemp("var")
        environment = {
            **os.environ,
            "CONCIERGE_ROOT": str(project),
            "CONCIERGE_VAR": str(var),
            "CONCIERGE_DATABASE_URL": f"sqlite:///{var / 'concierge.db'}",
            "CONCIERGE_ACTIONS": "server",  # so that it can be stopped and killed without the assistant
            "CONCIERGE_ACTIONS_PORT": str(free_port()),
            "CONCIERGE_MESSAGES_PER_MINUTE": "100000",
            "CONCIERGE_SESSIONS_PER_HOUR": "100000",
            "CONCIERGE_ALLOWED_ORIGINS": "https://shop.example",
            "CHANNELS_SLOW": str(var / "slow"),
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]),
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            **extra,
        }
        made.append(Site(project, var, environment))
        return made[-1]

    yield new
    for site in made:
        site.stop()


@pytest.fixture(scope="session")
def site(new_site: Callable[..., Site]) -> Site:
    """With one assistant and its action server: shared by the tests that stop neither."""
    site = new_site()
    site.start_actions()
    site.start_assistant()
    return site


@pytest.fixture(scope="session")
def http(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.urls[0], verify=False, timeout=60) as client:
        yield client


class Page:
    """What a widget does, without the widget."""

    def __init__(self, url: str, **session: Any) -> None:
        hooks = {"response": [CHANNELS.check]}
        self.http = httpx.Client(base_url=f"{url}/webhooks/website", timeout=60, verify=False, event_hooks=hooks)
        opened = self.http.post("/sessions", json={"locale": "en-GB", "region": "EU", "page": "/shop/", **session})
        assert opened.status_code == 201, opened.text
        self.opened: dict[str, Any] = opened.json()
        self.id: str = self.opened["conversation"]
        self.http.headers["Authorization"] = f"Bearer {self.opened['token']}"
        self._keys = iter(range(1_000_000))

    def send(self, text: str, key: str | None = None) -> httpx.Response:
        return self.http.post("/messages", json={"client_key": key or f"k{next(self._keys)}", "text": text})

    def choose(self, seq: int, index: int) -> httpx.Response:
        return self.http.post(
            "/messages", json={"client_key": f"k{next(self._keys)}", "choice": {"seq": seq, "index": index}}
        )

    def events(self, after: int = 0) -> dict[str, Any]:
        answer = self.http.get("/events", params={"after": after})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def said(self, after: int = 0, role: str = "assistant") -> list[str]:
        return [message["text"] for message in self.events(after)["messages"] if message["role"] == role]

    def ask(self, text: str) -> str:
        """Sends and waits for the first reply."""
        sent = self.send(text)
        assert sent.status_code == 202, sent.text
        seq = sent.json()["seq"]
        return str(until(lambda: self.said(seq))[0])


@pytest.fixture
def page(site: Site) -> Page:
    return Page(site.urls[0])


class Rest:
    """A caller that keeps the token of the first answer."""

    def __init__(self, url: str, sender: str) -> None:
        self.url, self.sender = f"{url}/webhooks/rest/webhook", sender
        self.tokens = RestTokens()

    def post(self, message: Any, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        asked = {"sender": self.sender, "message": message, **more}
        shown = self.tokens.headers(self.sender) if headers is None else headers
        answer = httpx.post(self.url, json=asked, headers=shown, timeout=60, verify=False)
        CHANNELS.check(answer)
        self.tokens.keep(self.sender, answer.headers)
        return answer

    def __call__(self, message: Any, **more: Any) -> list[dict[str, Any]]:
        answer = self.post(message, **more)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found


@pytest.fixture
def rest(site: Site, request: pytest.FixtureRequest) -> Rest:
    return Rest(site.urls[0], f"{request.node.name}-{uuid.uuid4().hex[:8]}"[-150:])


def replies(messages: list[Message]) -> dict[int, list[str]]:
    """What was said to each of the customer's messages."""
    found: dict[int, list[str]] = {message.seq: [] for message in messages if message.role == "customer"}
    for message in messages:
        if message.role == "assistant" and message.client_key:
            found[int(message.client_key.split(".")[1])].append(message.text)
    return found


class Stream:
    """One connection to the event stream."""

    def __init__(self, page: Page, last: int | None = None, seconds: float = 20) -> None:
        headers = {**page.http.headers, **({"Last-Event-ID": str(last)} if last is not None else {})}
        self._client = httpx.Client(timeout=seconds, verify=False)
        self._context = self._client.stream("GET", f"{page.http.base_url}stream", headers=headers)
        self.response = self._context.__enter__()
        self._lines = self.response.iter_lines()
        self.comments = 0

    def next(self, kind: str = "message") -> dict[str, Any]:
        event: dict[str, str] = {}
        for line in self._lines:
            if line.startswith(":"):
                self.comments += 1
            elif line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif "event" in event:
                data = json.loads(event["data"])
                CHANNELS.streamed(event["event"], data)
                if event["event"] == kind:
                    return {**data, "id": event.get("id")}
                event = {}
            else:
                event = {}
        raise AssertionError("the stream ended")

    def close(self) -> None:
        self._context.__exit__(None, None, None)
        self._client.close()


@pytest.fixture
def nothing_known_of_waits(site: Site) -> None:
    """What other tests of this site were answered was long ago: from three answers of late on, a wait is foretold."""
    with site.engine.begin() as connection:
        long_ago = datetime.now(timezone.utc) - 2 * LATELY
        answered = schema.cases.c.replied_at.is_not(None)
        connection.execute(schema.cases.update().where(answered).values(replied_at=long_ago))
