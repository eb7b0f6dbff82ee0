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

_SAFE = "safe"


def _reading_once(read: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[str, Any] = {}

    @wraps(read)
    def once(content: str, reader_type: str | list[str] = _SAFE) -> Any:
        if reader_type != _SAFE:
            return read(content, reader_type)
        if content not in known:
            known[content] = read(content, reader_type)
        return copy.deepcopy(known[content])  # Rasa's readers change what they are given

    return once


def _checking_once(check: Callable[..., None]) -> Callable[..., None]:
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


def install() -> None:
    """For processes that train or validate; doing it twice does no harm."""
    if not hasattr(io.read_yaml, "__wrapped__"):
        io.read_yaml = _reading_once(io.read_yaml)
        validation.validate_yaml_schema = _checking_once(validation.validate_yaml_schema)
