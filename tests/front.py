"""The environment that faces the network: what is tested over HTTP runs there, as in production."""

from __future__ import annotations

from concierge.processes.service import python_of
from concierge.settings import Settings

SETTINGS = Settings()
PYTHON = python_of("front", SETTINGS)


def python(kind: str) -> str:
    """Of a command: the front's, or the one that runs the tests."""
    return python_of(kind, SETTINGS)
