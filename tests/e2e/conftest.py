"""The product as its users meet it: real processes, a trained model, a real browser. Nothing here is faked."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bench.rest_tokens import RestTokens
from concierge.settings import ROOT
from tests.ports import free_port

PATIENCE = (
    15_000  # milliseconds for what a page shows: other tests run beside; what is to be fast is measured in bench/
)
expect.set_options(timeout=PATIENCE)
START_SECONDS = 240.0  # includes training where no model is there yet
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium's own services would look up hosts that a closed network refuses, at every start.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Product:
    """A running ``concierge run`` with data of its own."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    var: Path
    front_port: int
    assistant_health_port: int
    desk_port: int
    actions_port: int
    advisors: dict[str, str]
    output: str
    tokens: RestTokens = field(default_factory=RestTokens)

    @property
    def shop(self) -> str:
        return f"http://127.0.0.1:{self.front_port}/shop/"

    @property
    def desk(self) -> str:
        return f"http://127.0.0.1:{self.desk_port}/"

    def say(self, sender: str, message: str) -> list[dict[str, Any]]:
        """One message over the REST channel, with the sender's token; returns Rasa's list of replies."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.front_port}/webhooks/rest/webhook",
            data=json.dumps({"sender": sender, "message": message}).encode(),
            headers={"Content-Type": "application/json", **self.tokens.headers(sender)},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.tokens.keep(sender, answer.headers)
            return json.load(answer)


def start_product(var: Path, **extra: str) -> Product:
    ports = {name: free_port() for name in ("FRONT", "ASSISTANT_HEALTH", "DESK", "ACTIONS")}
    environment = {
        **os.environ,
        "CONCIERGE_VAR": str(var),
        "PYTHONUNBUFFERED": "1",
        "CONCIERGE_SESSIONS_PER_HOUR": "100000",  # all come from one address
        **{f"CONCIERGE_{name}_PORT": str(port) for name, port in ports.items()},
        **extra,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "concierge", "run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C stops" in line:
                ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    if not ready.wait(START_SECONDS):
        process.send_signal(signal.SIGTERM)
    output = "".join(lines)
    assert "Concierge is ready" in output, output
    advisors = dict(re.findall(r"login\s+(\S+) / (\S+)", output))
    return Product(process, environment, var, *ports.values(), advisors, output)


def stop_product(product: Product) -> None:
    product.process.send_signal(signal.SIGINT)
    try:
        product.process.wait(30)
    except subprocess.TimeoutExpired:
        product.process.kill()
        raise


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    started = start_product(tmp_path_factory.mktemp("var"))
    yield started
    stop_product(started)


def chromium() -> str | None:
    """The machine's; without one, Playwright's own build, which set-up installed."""
    names = [os.environ.get("CONCIERGE_BROWSER", ""), *CHROMIUM]
    return next((found for name in names if name and (found := shutil.which(name))), None)


# A module's, not the session's: Playwright's synchronous interface keeps an event loop running while it is open, and
# nothing asynchronous can be tested beside it.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="en-GB")
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
