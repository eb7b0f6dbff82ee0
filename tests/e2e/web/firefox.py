"""The machine's own Firefox, spoken to by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), which is built in.

Playwright's Firefox is a build of its own; what customers have is this one. Without it, tests that need it are skipped.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import websockets

from tests.ports import free_port

START_SECONDS = 90
ANSWER_SECONDS = 60  # what a page's script waits for is half as long
PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
    "intl.accept_languages": "en-GB",
}


class Firefox:
    """One page of one browser. ``run`` has a function's body that may wait, and has ``values``."""

    def __init__(self, profile: Path) -> None:
        executable = shutil.which("firefox") or shutil.which("firefox-esr")
        assert executable
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines))
        port = free_port()
        command = [executable, "--headless", "--no-remote", "--profile", str(profile)]
        command += ["--remote-debugging-port", str(port), "about:blank"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._loop = asyncio.new_event_loop()  # in a thread of its own: Playwright's runs in the test's
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._number = 0
        self._problems: list[str] = []
        try:
            self._socket = self._connected(f"ws://127.0.0.1:{port}/session")
            self._ask("session.new", capabilities={})
            self._context = self._ask("browsingContext.getTree")["contexts"][0]["context"]
            self._ask("session.subscribe", events=["log.entryAdded"])
        except BaseException:
            self._process.kill()
            raise

    def problems(self) -> list[str]:
        """What the page has logged as errors since it was asked last; the browser tells of them before it answers."""
        self.run("await new Promise(done => setTimeout(done, 50))")
        found, self._problems = self._problems, []
        return found

    def goto(self, url: str, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self._ask("browsingContext.setViewport", context=self._context, viewport=viewport)
        self._ask("browsingContext.navigate", context=self._context, url=url, wait="interactive")

    def run(self, body: str, *values: Any) -> Any:
        """Raises ``AssertionError`` with what the page's script threw."""
        function = f"async (given) => JSON.stringify(await (async (values) => {{{body}}})(JSON.parse(given)))"
        found = self._ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": json.dumps(values)}],
            target={"context": self._context},
            awaitPromise=True,
        )
        assert found["type"] == "success", found["exceptionDetails"]["text"]
        return json.loads(found["result"].get("value", "null"))

    def press(self, *keys: str) -> None:
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self._ask("input.performActions", context=self._context, actions=[source])

    def close(self) -> None:
        self._wait(self._socket.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _connected(self, address: str) -> Any:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._wait(_connect(address))
            except (OSError, websockets.InvalidHandshake):
                assert self._process.poll() is None, "Firefox did not start"
                assert time.monotonic() < deadline, "Firefox does not answer"
                time.sleep(0.2)

    def _ask(self, method: str, **parameters: Any) -> Any:
        return self._wait(asyncio.wait_for(self._asked(method, parameters), ANSWER_SECONDS))

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _asked(self, method: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        await self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said = json.loads(await self._socket.recv())
            if said.get("method") == "log.entryAdded" and said["params"]["level"] == "error":
                self._problems.append(said["params"]["text"])
            if said.get("id") == self._number:
                assert said["type"] == "success", said
                return said["result"]


async def _connect(address: str) -> Any:
    return await websockets.connect(address, max_size=None)
