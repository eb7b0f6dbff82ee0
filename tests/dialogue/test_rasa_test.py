"""`rasa test`, as a user of Rasa runs it: the conversations of test_stories.yml, understanding included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from concierge.settings import ROOT

STORIES = Path(__file__).with_name("test_stories.yml")
TOPICS = ("cancellation", "charges", "returns", "lost labels", "repairs")


def rasa_test(stories: Path, model: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rasa", "test", "core", "--e2e", "--fail-on-prediction-errors", "--no-plot"]
    return subprocess.run(
        [*command, "--stories", str(stories), "--model", str(model), "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.mark.timeout(300)
def test_every_conversation_goes_as_it_is_written(model: Path, tmp_path: Path) -> None:
    done = rasa_test(STORIES, model, tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    stories = yaml.safe_load(STORIES.read_text(encoding="utf-8"))["stories"]
    assert report["conversation_accuracy"]["correct"] == report["conversation_accuracy"]["total"] == len(stories)
    for topic in TOPICS:
        of_topic = [story for story in stories if story["story"].startswith(f"{topic}: ")]
        assert any(sum("user" in step for step in story["steps"]) > 1 for story in of_topic), topic


@pytest.mark.timeout(300)
def test_a_conversation_that_goes_otherwise_fails(model: Path, tmp_path: Path) -> None:
    stories = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
    told = next(story for story in stories["stories"] if story["story"].startswith("returns: "))
    told["steps"] = [
        {"action": "utter_return_item/who_pays"} if step.get("action") == "utter_lost_label/who_pays" else step
        for step in told["steps"]
    ]
    wrong = tmp_path / "test_wrong.yml"
    wrong.write_text(yaml.safe_dump({"version": "3.1", "stories": [told]}), encoding="utf-8")
    done = rasa_test(wrong, model, tmp_path / "out")
    assert done.returncode != 0
    assert "utter_return_item/who_pays  # predicted: utter_lost_label/who_pays" in done.stdout + done.stderr
