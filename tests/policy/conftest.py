from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import concierge.policy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped figures, rules and sources, to be changed or spoilt."""
    shipped = Path(concierge.policy.__file__).parent
    for name in ("figures", "rules"):
        shutil.copytree(shipped / name, tmp_path / name)
    shutil.copy(shipped / "sources.yml", tmp_path)
    return tmp_path
