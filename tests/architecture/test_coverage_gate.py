"""The gate of ``make coverage``: fails for few statements, few branches, and a package that was not measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools import coverage_gate


def report(tmp_path: Path, branches: int = 95, without: str = "") -> Path:
    files: dict[str, Any] = {}
    for package in coverage_gate.GUARDED:
        counts = {"covered_lines": 99, "num_statements": 100, "covered_branches": branches, "num_branches": 100}
        if package != without:
            files[f"concierge/{package}/module.py"] = {"summary": counts}
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"files": files}))
    return path


def test_enough_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert coverage_gate.main(report(tmp_path)) == 0
    assert "dialogue       99.0 %    95.0 %" in capsys.readouterr().out


def test_too_few_branches_fail_although_all_statements_run(tmp_path: Path) -> None:
    assert coverage_gate.main(report(tmp_path, branches=89)) == 1


def test_a_package_that_was_not_measured_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert coverage_gate.main(report(tmp_path, without="orders")) == 1
    assert "Below 90 %: orders." in capsys.readouterr().out
