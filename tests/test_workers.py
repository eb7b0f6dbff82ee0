"""How the tests are dealt out to workers: for tests that share processes, and for a worker that dies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from concierge.settings import ROOT
from tests.workers import FIRST, TOGETHER, longest, unit_of

FILES = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").rglob("test_*.py"))]


def test_files_that_share_processes_go_together_and_others_alone() -> None:
    assert unit_of("tests/e2e/test_rest.py::test_a") == unit_of("tests/e2e/test_widget.py::test_b[x::y]")
    assert unit_of("tests/channels/test_rest.py::test_a") != unit_of("tests/channels/messaging/test_door.py::test_b")
    assert unit_of("tests/desk/test_live.py::test_a") == "tests/desk/test_live.py"


def test_every_name_there_is_one_of_something() -> None:
    units = {unit_of(file) for file in FILES}
    assert set(TOGETHER.values()) <= units
    assert [begins for begins in FIRST if not any(unit.startswith(begins) for unit in units)] == []
    assert longest(sorted(units)).startswith(FIRST[0])


def test_what_a_worker_dies_of_fails_once_and_the_rest_is_run(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\n")
    (tmp_path / "test_first.py").write_text(
        "import os\n\ndef test_before(): pass\n\ndef test_dies(): os._exit(1)\n\ndef test_after(): pass\n"
    )
    (tmp_path / "test_second.py").write_text("def test_other(): pass\n")
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.conftest", "-n", "2", "-rA", tmp_path]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**outside, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert sorted(re.findall(r"^(?:PASSED|FAILED) .*::(\w+)", done.stdout, re.MULTILINE)) == [
        "test_after",
        "test_before",
        "test_dies",
        "test_other",
    ], done.stdout
    assert "crashed while running 'test_first.py::test_dies'" in done.stdout
