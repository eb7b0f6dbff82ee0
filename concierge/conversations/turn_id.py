"""What a turn is called in Rasa's events, in handoff packages, and in the keys of what a turn writes elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_WRITTEN = re.compile(r"(.+):(\d+)(?:\.(\d+))?", re.DOTALL)


@dataclass(frozen=True)
class TurnId:
    """One message of a conversation. ``part``: which of several questions in it, counted from 0.

    ``str`` writes it as it is stored: ``conversation:seq``, and ``conversation:seq.part`` for a later part.
    """

    conversation_id: str
    seq: int
    part: int = 0

    def __str__(self) -> str:
        whole = f"{self.conversation_id}:{self.seq}"
        return f"{whole}.{self.part}" if self.part else whole

    @classmethod
    def parse(cls, written: str | None) -> TurnId | None:
        """``None`` for what is none, such as the identifiers that Rasa's own channels make."""
        match = _WRITTEN.fullmatch(written or "")
        return cls(match[1], int(match[2]), int(match[3] or 0)) if match else None

    @property
    def whole(self) -> TurnId:
        """The message that this is a part of."""
        return replace(self, part=0)
