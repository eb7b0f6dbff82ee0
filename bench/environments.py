"""Locked environments of what is compared, made with uv at first need and kept: nothing of it is the product's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def environment(name: str) -> Path:
    """Python of the environment of ``requirements-NAME.txt``, in ``BENCH_NAME`` or var/bench/NAME."""
    folder = Path(os.environ.get(f"BENCH_{name.upper()}", ROOT / "var" / "bench" / name))
    python = folder / "bin" / "python"
    if not python.exists():
        uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
        subprocess.run([uv, "venv", "-q", "--no-config", "--python", "3.10", str(folder)], check=True)
        subprocess.run(
            [
                *(uv, "pip", "install", "-q", "--no-config", "--require-hashes", "--python", str(python)),
                *("-r", str(HERE / f"requirements-{name}.txt")),
            ],
            check=True,
        )
    return python
