"""A copy of the project, to be changed at will."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concierge.languages import registry
from concierge.settings import ROOT

PARTS = ("actions", "concierge", "data", "tests/nlu/languages.yml", "domain.yml", "config.yml", "requirements.txt")
LEFT_OUT = shutil.ignore_patterns("node_modules", "static", "__pycache__")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in PARTS:
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, tmp_path / part, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / part, tmp_path / part)
    forget_what_is_begun(tmp_path)
    return tmp_path


def forget_what_is_begun(project: Path) -> None:
    """The tests begin Portuguese, and somebody may have done so in earnest."""
    languages = registry.read(project)
    begun = {code for code, language in languages.items() if not language.complete}
    for code in begun:
        for path in project.glob(f"**/{code}.*"):
            if path.suffix in {".yml", ".json"}:
                path.unlink()
    registry.write(project, {code: language for code, language in languages.items() if code not in begun})
