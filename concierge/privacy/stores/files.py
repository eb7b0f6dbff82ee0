"""Files that customers and advisors have sent. Their rows are in the conversation log; this is what is in the store."""

from __future__ import annotations

import base64
from typing import Any

from concierge.files.opening import open_files
from concierge.privacy.stores.base import Counts, Selection
from concierge.settings import Settings


class SentFileStore:
    """Raises ``OSError``."""

    name = "files"

    def __init__(self, settings: Settings) -> None:
        self._files = open_files(settings)

    def count(self, selection: Selection) -> Counts:
        return {"files": sum(len(self._files.names(each)) for each in selection.conversations)}

    def export(self, selection: Selection, notes: bool = False) -> dict[str, Any]:
        told = [
            {"name": name, "content_base64": base64.b64encode(self._files.read(each, name)).decode()}
            for each in selection.conversations
            for name in self._files.names(each)
        ]
        return {"files": told}

    def erase(self, selection: Selection) -> Counts:
        return {"files": sum(self._files.forget(each) for each in selection.conversations)}

    def close(self) -> None:
        """Nothing is open."""
