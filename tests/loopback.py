"""Somebody else's HTTP server, on this machine and in threads of its own: a test answers what it is asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # by their names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """``body``: bytes as they are, anything else as JSON."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    dribble: float = 0.0  # seconds between the bytes of the body


class Server:
    """``answer`` is called from a thread for each request; ``None`` ends the connection without an answer."""

    def __init__(self, answer: Callable[[Asked], Answer | None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _handle(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(length)
                whole = len(body) == length  # else who asked went away within the request: nobody would answer that
                answered = answer(Asked(self.command, parts.path, query, headers, body)) if whole else None
                if answered is None:
                    self.close_connection = True
                else:
                    self._answer(answered)

            do_GET = do_POST = do_PATCH = _handle  # noqa: N815

            def _answer(self, answer: Answer) -> None:
                time.sleep(answer.after)
                body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    if not answer.dribble:
                        self.wfile.write(body)
                        return
                    for position in range(len(body)):
                        self.wfile.write(body[position : position + 1])
                        self.wfile.flush()
                        time.sleep(answer.dribble)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
