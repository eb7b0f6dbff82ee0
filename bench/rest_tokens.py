"""What every caller of the REST channel has to keep: the token of the first answer, for each sender."""

from __future__ import annotations

from collections.abc import Mapping


class RestTokens:
    """Harmless with a server that gives none, such as Rasa's own."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}

    def headers(self, sender: str) -> dict[str, str]:
        """For the sender's next message."""
        token = self._of.get(sender)
        return {"Authorization": f"Bearer {token}"} if token else {}

    def keep(self, sender: str, answered: Mapping[str, str]) -> None:
        """``answered``: the headers of the answer, whatever their case."""
        for name, value in answered.items():
            if name.lower() == "concierge-token":
                self._of[sender] = value
