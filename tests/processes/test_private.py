"""What the product writes can be read by its operator only, what an older version has written included."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from concierge.processes.private import tighten
from concierge.settings import ROOT


def _rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_was_open_to_all_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "log"
    folder.mkdir(parents=True)
    file = folder / "desk.log"
    file.write_text("x")
    file.chmod(0o644)
    folder.chmod(0o755)
    outside = tmp_path / "outside"
    outside.write_text("x")
    outside.chmod(0o644)
    (folder / "link").symlink_to(outside)
    assert tighten(tmp_path / "var") >= 2
    assert _rights(file) == 0o600
    assert _rights(folder) == 0o700
    assert _rights(outside) == 0o644, "a link is not followed"
    assert tighten(tmp_path / "var") == 0


def test_what_a_command_writes_is_private(tmp_path: Path) -> None:
    environment = {**os.environ, "CONCIERGE_VAR": str(tmp_path / "var")}
    command = [sys.executable, "-m", "concierge", "orders", "import", str(ROOT / "concierge/orders/example.jsonl")]
    done = subprocess.run(command, cwd=ROOT, env=environment, umask=0o022, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written = list((tmp_path / "var").rglob("*"))
    assert any(path.name.startswith("orders.db") for path in written)
    assert not [path for path in [tmp_path / "var", *written] if _rights(path) & 0o077]
