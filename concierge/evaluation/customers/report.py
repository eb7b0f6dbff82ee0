"""Writes what simulated customers came to as one page, the transcripts of those that failed in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from concierge.evaluation.customers.episodes import Trial, pass_at_1, pass_hat
from concierge.evaluation.page import page, table, transcript


@dataclass(frozen=True)
class Figures:
    episodes: int
    attempts: int
    seed: int
    pass_1: float
    pass_k: float

    def lines(self) -> list[str]:
        return [
            f"{self.episodes} episodes, each played {self.attempts} times, seed {self.seed}",
            f"pass^1: {self.pass_1:.1%}",
            f"pass^{self.attempts}: {self.pass_k:.1%}",
        ]


def write(played: Sequence[Trial], seed: int, folder: Path) -> tuple[Figures, Path]:
    """Returns the figures, which stand beside the page as simulation.json, and the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = {trial.episode.number for trial in played}
    attempts = len({trial.attempt for trial in played})
    figures = Figures(len(numbers), attempts, seed, pass_at_1(played), pass_hat(played))
    failed = [trial for trial in played if not trial.passed]
    causes = Counter((trial.episode.goal.name, problem) for trial in failed for problem in trial.problems)
    by = {
        "goal": lambda trial: trial.episode.goal.name,
        "language": lambda trial: trial.episode.language,
        "mood": lambda trial: trial.episode.mood,
        "manner": lambda trial: trial.episode.manner,
    }
    parts = [
        *(f"<p>{line}</p>" for line in figures.lines()),
        *(f"<h2>By {name}</h2>{_shares(played, key, attempts)}" for name, key in by.items()),
        "<h2>What failed</h2>",
        table(["times", "goal", "problem"], [(count, *cause) for cause, count in causes.most_common()]),
        "<h2>Transcripts of what failed</h2>",
        *(
            transcript(f"{trial.episode} ({trial.attempt + 1}): {'; '.join(trial.problems)}", trial.transcript)
            for trial in failed
        ),
    ]
    report = folder / "simulation.html"
    report.write_text(page("Simulated customers", parts), encoding="utf-8")
    (folder / "simulation.json").write_text(json.dumps(vars(figures), indent=2), encoding="utf-8")
    return figures, report


def _shares(played: Sequence[Trial], key: Callable[[Trial], str], attempts: int) -> str:
    rows = []
    for value in sorted({key(trial) for trial in played}):
        of_it = [trial for trial in played if key(trial) == value]
        rows.append((value, len(of_it) // attempts, f"{pass_at_1(of_it):.0%}", f"{pass_hat(of_it):.0%}"))
    return table(["", "episodes", "pass^1", f"pass^{attempts}"], rows)
