"""A retailer's system on this machine: answers what a test tells it to, or works it out from what it is asked, and
remembers what that was."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    dribble: float = 0.0  # seconds between the bytes of the body


class Retailer:
    """``on(method, path, answer, …)``: the last answer is given again and again. One that can be called is given what
    was asked, and answers that."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[tuple[str, str], list[Answer]] = {}
        retailer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _handle(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, parts.path, query, headers, self.rfile.read(length))
                self._answer(retailer._next(asked))

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
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/api/"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def on(self, method: str, path: str, *answers: Any) -> None:
        given = [answer if isinstance(answer, Answer) else Answer(answer) for answer in answers]
        self._answers[method, f"/api/{path}"] = given

    def _next(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        answers = self._answers.get((asked.method, asked.path))
        if not answers:
            return Answer({"error": "not found"}, 404)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if callable(answer.body):
            worked_out = answer.body(asked)
            return worked_out if isinstance(worked_out, Answer) else Answer(worked_out)
        return answer

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
