"""Rasa's plots, and matplotlib with them, wait until something is plotted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_policy_is_imported_without_what_draws() -> None:
    code = "import sys, rasa.core.policies.rule_policy; print('matplotlib' in sys.modules)"
    assert _python(code).split() == ["False"]


def test_what_is_plotted_is_plotted_by_rasa(tmp_path: Path) -> None:
    picture = tmp_path / "curve.png"
    code = (
        "import rasa.core.policies.rule_policy, rasa.utils.plotting as plotting\n"
        f"plotting.plot_curve({str(tmp_path)!r}, [1, 2], 'x', 'y', graph_path={str(picture)!r})"
    )
    (tmp_path / "results.json").write_text('{"run": [[0.5, 0.6], [0.5, 0.7]]}')
    _python(code)
    assert picture.stat().st_size > 1000
