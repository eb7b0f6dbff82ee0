"""What ``concierge evaluate`` says to what it cannot play."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from concierge.evaluation.commands import evaluate
from concierge.evaluation.rounds import first_looks
from concierge.settings import ROOT


@pytest.mark.parametrize(
    ("written", "only", "problem"),
    [
        ("[{id: a, area: b, turns: [{say: hi, expects: [x]}]}]", "", "talks.yml, a: there is no expects"),
        ("[{id: a, area: b, turns: [{say: hi}]}]", "c", "begins with 'c'"),
    ],
)
def test_what_cannot_be_played_is_said_in_a_sentence(tmp_path, written, only, problem):
    file = tmp_path / "talks.yml"
    file.write_text(written, encoding="utf-8")
    done = CliRunner().invoke(evaluate, ["--conversations", str(file), "--only", only])
    assert done.exit_code == 1
    assert problem in done.output


def test_first_looks_are_read_where_they_are_written_down(tmp_path):
    head, *rounds = first_looks(ROOT)
    assert "first turns right" in head
    assert all(len(row) == len(head) for row in rounds)
    assert len(rounds) > 1
    assert first_looks(tmp_path) == []
