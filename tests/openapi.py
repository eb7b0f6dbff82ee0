"""A description of an interface (OpenAPI 3.1), held against what is asked and answered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import jsonschema

from concierge import yaml_files
from concierge.settings import ROOT

_METHODS = {"get", "post"}
_JSON = "application/json"


class Description:
    """Everything raises ``jsonschema.ValidationError``, or ``AssertionError``, for what is not described."""

    def __init__(self, file: Path) -> None:
        self.document: dict[str, Any] = yaml_files.read(file)
        self.schemas: dict[str, Any] = self.document["components"]["schemas"]
        self._references = re.findall(r'\$ref: "(#/[\w/]+)"', file.read_text("utf-8"))
        self._paths = {re.compile(re.sub(r"\{\w+\}", "[^/]+", path)): path for path in self.document["paths"]}

    @property
    def operations(self) -> set[tuple[str, str]]:
        return {(path, each) for path, item in self.document["paths"].items() for each in item if each in _METHODS}

    def holds_together(self) -> None:
        """All its parts are there, and are schemas."""
        for reference in self._references:
            self.resolved({"$ref": reference})
        for named in self.schemas.values():
            jsonschema.Draft202012Validator.check_schema(named)

    def resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in part:
            found: Any = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part

    def conforms(self, value: Any, part: dict[str, Any]) -> None:
        checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
        document = {**part, "components": self.document["components"]}
        jsonschema.Draft202012Validator(document, format_checker=checker).validate(value)

    def path_of(self, address: str) -> str | None:
        """The described path that an address, without its query, belongs to."""
        if address in self.document["paths"]:
            return address
        return next((path for pattern, path in self._paths.items() if pattern.fullmatch(address)), None)

    def asked(self, path: str, body: Any) -> Any:
        wanted = self.resolved(self.document["paths"][path]["post"]["requestBody"])
        self.conforms(body, wanted["content"][_JSON]["schema"])
        return body

    def answered(self, path: str, method: str, status: int, content_type: str, content: Any) -> None:
        """``content``: the answer's JSON, or None for an answer without any."""
        responses = self.document["paths"][path][method.lower()]["responses"]
        described = self.resolved(responses.get(str(status), responses["default"])).get("content")
        if described is None:
            assert content is None, f"{method} {path} {status} has no content"
            return
        assert content_type in described, f"{method} {path} {status} is no {content_type}"
        if content_type == _JSON:
            self.conforms(content, described[_JSON]["schema"])

    def check(self, answer: httpx.Response) -> None:
        """As a client's event hook: what a real server answers. What is no address of the description passes."""
        path, method = self.path_of(answer.request.url.path), answer.request.method
        if path is None or (path, method.lower()) not in self.operations:
            return
        kind = answer.headers.get("content-type", "")
        content = answer.json() if kind == _JSON and answer.read() else None
        self.answered(path, method, answer.status_code, kind, content)

    def streamed(self, event: str, data: Any) -> None:
        self.conforms(data, self.schemas["StreamEvents"]["properties"][event])


CHANNELS = Description(ROOT / "concierge" / "channels" / "openapi.yml")
DESK = Description(ROOT / "concierge" / "desk" / "openapi.yml")
