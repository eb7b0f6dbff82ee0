"""Rasa's own command trains, runs and answers without TensorFlow, and says so where a component needs it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from concierge.rasa_runtime.startup import PTH, write_pth
from concierge.rasa_runtime.without_tensorflow import REPLACED

RASA = Path(sys.executable).with_name("rasa")
ASSISTANT = Path(__file__).parent / "assistant"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is not None, reason="TensorFlow is installed: nothing stands in for it"
)


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "CONCIERGE_VAR": str(cwd / "var"), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ASSISTANT, tmp_path / "assistant")
    return tmp_path / "assistant"


def test_training_and_answering_with_the_plain_command(folder: Path) -> None:
    trained = run(RASA, "train", "--data", "data.yml", "--fixed-model-name", "tiny", cwd=folder)
    assert trained.returncode == 0, trained.stderr
    assert (folder / "models" / "tiny.tar.gz").exists()
    code = (
        "import asyncio, sys\n"
        "from rasa.core.agent import Agent\n"
        "agent = Agent.load('models/tiny.tar.gz')\n"
        "print('ANSWER', asyncio.run(agent.handle_text('hello'))[0]['text'])\n"
        "print('IMPORTED', [name for name in ('tensorflow', 'keras') if name in sys.modules])\n"
    )
    answered = run(sys.executable, "-c", code, cwd=folder)
    assert "ANSWER Good day." in answered.stdout, answered.stderr
    assert "IMPORTED []" in answered.stdout


@pytest.mark.parametrize(
    ("ours", "theirs"), [("LogisticRegressionClassifier", "DIETClassifier"), ("MemoizationPolicy", "TEDPolicy")]
)
def test_a_component_that_needs_tensorflow_is_explained(folder: Path, ours: str, theirs: str) -> None:
    config = folder / "config.yml"
    config.write_text(config.read_text().replace(ours, theirs))
    trained = run(RASA, "train", "--data", "data.yml", cwd=folder)
    assert trained.returncode == 1
    said = trained.stdout.strip().splitlines()[-1]
    assert f"{theirs} needs TensorFlow, which is not installed here on purpose" in said
    assert "tensorflow==2.12.0" in said


def _python(code: str, cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    finished = run(sys.executable, "-c", code, cwd=cwd, **(environment or {}))
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


def test_it_steps_aside_where_tensorflow_can_be_imported(tmp_path: Path) -> None:
    origin = "import importlib.util as u; print(u.find_spec('rasa.nlu.classifiers.diet_classifier').origin)"
    assert _python(origin, tmp_path) == "None"
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").touch()
    assert _python(origin, tmp_path, {"PYTHONPATH": str(tmp_path)}).endswith("diet_classifier.py")


def test_tensorflow_itself_is_never_pretended(tmp_path: Path) -> None:
    assert _python("import importlib.util as u; print(u.find_spec('tensorflow'))", tmp_path) == "None"


def test_the_file_in_the_environment(tmp_path: Path) -> None:
    written = write_pth(tmp_path)
    assert written.name == PTH
    code = (
        f"import site; site.addsitedir({str(tmp_path)!r}); import sys; "
        "print(sum(type(f).__module__ == 'concierge.rasa_runtime.without_tensorflow' for f in sys.meta_path))"
    )
    # The environment's own file has been there before: still only one finder.
    assert _python(code, tmp_path) == "1"


def test_every_module_of_rasa_that_imports_tensorflow_at_its_top_is_replaced() -> None:
    spec = importlib.util.find_spec("rasa")
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    importing = {
        ".".join(path.relative_to(root.parent).with_suffix("").parts)
        for path in root.rglob("*.py")
        if any(line.startswith(("import tensorflow", "from tensorflow")) for line in path.read_text().splitlines())
    }
    assert importing
    assert importing <= REPLACED
