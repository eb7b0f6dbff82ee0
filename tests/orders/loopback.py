"""A retailer's system on this machine: answers what a test tells it to, or works it out from what it is asked, and
remembers what that was."""

from __future__ import annotations

from typing import Any

from tests.loopback import Answer, Asked, Server

__all__ = ["Answer", "Asked", "Retailer"]


class Retailer:
    """``on(method, path, answer, …)``: the last answer is given again and again. One that can be called is given what
    was asked, and answers that."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[tuple[str, str], list[Answer]] = {}
        self._server = Server(self._next)
        self.url = f"{self._server.url}/api/"
        self.close = self._server.close

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
