"""`rasa test`, as a user of Rasa runs it: the conversations of test_stories.yml, understanding included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from concierge import yaml_files
from concierge.settings import ROOT

STORIES = Path(__file__).with_name("test_stories.yml")
TOPICS = ("cancellation", "charges", "returns", "lost labels", "repairs")


def rasa_test(stories: Path, model: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rasa", "test", "core", "--e2e", "--no-plot"]
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
def test_every_conversation_goes_as_it_is_written_and_no_other(model: Path, tmp_path: Path) -> None:
    """In one run: most of its time goes by before the first conversation."""
    stories = yaml_files.read(STORIES)["stories"]
    told = deepcopy(next(story for story in stories if story["story"].startswith("returns: ")))
    told["story"] = "one that goes otherwise"
    told["steps"] = [
        {"action": "utter_return_item/who_pays"} if step.get("action") == "utter_lost_label/who_pays" else step
        for step in told["steps"]
    ]
    asked = tmp_path / "test_stories.yml"
    asked.write_text(yaml.safe_dump({"version": "3.1", "stories": [*stories, told]}), encoding="utf-8")
    done = rasa_test(asked, model, tmp_path)
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    counted = report["conversation_accuracy"]
    assert (counted["correct"], counted["total"]) == (len(stories), len(stories) + 1), done.stderr[-2000:]
    failures = tmp_path / "failed_test_stories.yml"
    failed = yaml_files.read(failures)["stories"]
    assert [story["story"].partition(" (")[0] for story in failed] == [told["story"]]
    expected = "utter_return_item/who_pays  # predicted: utter_lost_label/who_pays"
    assert expected in failures.read_text(encoding="utf-8")
    for topic in TOPICS:
        of_topic = [story for story in stories if story["story"].startswith(f"{topic}: ")]
        assert any(sum("user" in step for step in story["steps"]) > 1 for story in of_topic), topic
