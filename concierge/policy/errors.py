"""What is raised when the policy's data cannot be right: it names the file, the line and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

_HERE = Path(__file__).resolve().parent


class PolicyError(ValueError):
    """A figure, rule or source that cannot be used; ``str()`` is a sentence for the person who edits the file."""

    def __init__(self, problem: str, advice: str = "", *, file: Path | None = None, line: int | None = None) -> None:
        self.problem, self.advice, self.file, self.line = problem, advice, file, line
        where = ""
        if file is not None:
            shown = Path("concierge/policy", file.relative_to(_HERE)) if file.is_relative_to(_HERE) else file
            where = f"{shown}, line {line}: " if line else f"{shown}: "
        super().__init__(f"{where}{problem}" + (f" {advice}" if advice else ""))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The advice for a name that does not exist: the nearest one, or all of them when none is near."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    return "Write one of: " + ", ".join(names) + "."
