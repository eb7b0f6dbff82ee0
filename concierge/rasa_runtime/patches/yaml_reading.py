"""Reads each data file once in a training, where Rasa reads it up to a dozen times.

Rasa's importers ask for the domain, the stories and the examples again and again, and each time every file is parsed,
and parsed and checked against a schema with a slow parser that knows line numbers. What was read is kept for the life
of the process, by its text; line numbers are looked for only when there is something wrong to point at.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import wraps
from typing import Any

from rasa.shared.exceptions import YamlException
from rasa.shared.utils import io, validation

from concierge.rasa_runtime.patches import Patch

_SAFE = "safe"


def reading_once(read: Callable[..., Any]) -> Callable[..., Any]:
    """``read`` with a memory of texts; what is returned may be changed."""
    known: dict[str, Any] = {}

    @wraps(read)
    def once(content: str, reader_type: str | list[str] = _SAFE) -> Any:
        if reader_type != _SAFE:
            return read(content, reader_type)
        if content not in known:
            known[content] = read(content, reader_type)
        return copy.deepcopy(known[content])  # Rasa's readers change what they are given

    return once


def checking_once(check: Callable[..., None]) -> Callable[..., None]:
    """``check`` with a memory of what passed, and without line numbers until they are needed."""
    passed: set[tuple[str, str]] = set()

    @wraps(check)
    def once(yaml_file_content: str, schema_path: str, *package: str) -> None:
        if (yaml_file_content, schema_path) in passed:
            return
        read = io.read_yaml
        io.read_yaml = lambda content, reader_type=_SAFE: read(content)
        try:
            check(yaml_file_content, schema_path, *package)
        except YamlException:
            io.read_yaml = read
            check(yaml_file_content, schema_path, *package)  # raises again, now with the line
        finally:
            io.read_yaml = read
        passed.add((yaml_file_content, schema_path))

    return once


PATCHES = [
    Patch(io, "read_yaml", reading_once(io.read_yaml), "afa622ba2a568992"),
    Patch(validation, "validate_yaml_schema", checking_once(validation.validate_yaml_schema), "e039106753a595c2"),
]
