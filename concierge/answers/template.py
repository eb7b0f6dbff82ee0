"""A reply's text, compiled once. A sentence whose value is unknown is left out, so optional facts need no variants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"{([a-z_][a-z0-9_.]*)}")
_SENTENCE_END = re.compile(r"(?<=[.?!…。？])\s+")


@dataclass(frozen=True)
class Sentence:
    literals: tuple[str, ...]  # one more than names: text before, between and after the placeholders
    names: tuple[str, ...]

    def render(self, value: Callable[[str], str | None]) -> str | None:
        if not self.names:
            return self.literals[0]
        parts = [self.literals[0]]
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            text = value(name)
            if text is None:
                return None
            parts += (text, literal)
        return "".join(parts)


class Template:
    """Raises ``ValueError`` for a text with a brace that is no placeholder."""

    def __init__(self, text: str) -> None:
        self._lines = tuple(
            tuple(_sentence(part) for part in _SENTENCE_END.split(line)) for line in text.strip().split("\n")
        )

    def names(self) -> Iterator[str]:
        for line in self._lines:
            for sentence in line:
                yield from sentence.names

    def render(self, value: Callable[[str], str | None]) -> str:
        """``value`` answers ``None`` for what is not known; empty when nothing of the reply can be said."""
        lines = []
        for line in self._lines:
            rendered = [text for text in (sentence.render(value) for sentence in line) if text is not None]
            if rendered or not line:
                lines.append(" ".join(rendered))
        return "\n".join(lines).strip()


def _sentence(text: str) -> Sentence:
    pieces = PLACEHOLDER.split(text)
    literals = tuple(pieces[::2])
    if any("{" in literal or "}" in literal for literal in literals):
        raise ValueError(f"a brace that is not a placeholder in: {text!r}")
    return Sentence(literals, tuple(pieces[1::2]))
