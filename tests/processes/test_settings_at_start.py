"""A setting that would mean another thing than its operator thinks is refused at start, in one sentence."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from concierge.settings import ROOT
from tests.front import python


def _start(tmp_path: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python(command), "-m", "concierge", command],
        cwd=ROOT,
        env={**os.environ, "CONCIERGE_VAR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("CONCIERGE_SECRET", "", "it is empty"),
        ("CONCIERGE_SECRET", "x", "at least 32 characters"),
        ("CONCIERGE_DATABASE_URL", " ", "it is empty"),
        ("CONCIERGE_ORDERS_URL", "", "it is empty"),
        ("CONCIERGE_HOST", "", "it is empty"),
        ("CONCIERGE_VAR", "", "it is empty"),
        ("CONCIERGE_ROOT", "", "it is empty"),
        ("CONCIERGE_ORDERS_MAPPING", "", "it is empty"),
        ("CONCIERGE_DESK_PORT", "none", "not a valid integer"),
    ],
)
@pytest.mark.parametrize("command", ["run", "desk"])
def test_refused_by_name(tmp_path: Path, command: str, setting: str, value: str, says: str) -> None:
    done = _start(tmp_path, command, **{setting: value})
    assert done.returncode == 1
    assert f"{setting}: " in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "setting"),
    [
        ("front", "CONCIERGE_FRONT_PORT"),
        ("assistant", "CONCIERGE_ASSISTANT_HEALTH_PORT"),
        ("desk", "CONCIERGE_DESK_PORT"),
        ("actions", "CONCIERGE_ACTIONS_PORT"),
    ],
)
def test_a_taken_port_is_an_error(tmp_path: Path, command: str, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _start(tmp_path, command, **{setting: str(port)})
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert setting in done.stderr
