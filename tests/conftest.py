"""What each test leaves as it was."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """A command that is called here, and not in a process of its own, makes this process's files private, too."""
    before = os.umask(0)
    os.umask(before)
    yield
    os.umask(before)
