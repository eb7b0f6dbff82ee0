"""What is done with every file that comes in, wherever it is kept: told by its content, cleaned, written."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass

from concierge.files.content import ENDINGS, LARGEST, NotKept, clean
from concierge.files.scanning import Scanner

logger = logging.getLogger(__name__)

_LONGEST_ENDING = 5


@dataclass(frozen=True)
class Kept:
    """``name`` is for the store alone; ``title`` is what the sender calls it; ``small``: there is a small picture."""

    kind: str
    media_type: str
    name: str
    size: int
    title: str = ""
    small: bool = False


class Store(ABC):
    """Shared by all processes, as a database is. ``scanner`` looks at what is to be kept, where there is one. Blocks.
    Raises ``OSError`` while it, or the scanner, is out of reach."""

    def __init__(self, scanner: Scanner | None = None) -> None:
        self._scanner = scanner

    def keep(
        self, conversation_id: str, content: bytes, *, title: str = "", only: Collection[str] | None = None
    ) -> Kept:
        """``only``: the media types that are taken, where not all are. Raises ``NotKept``."""
        # Before Pillow opens it, and as it came: what is drawn anew is another file.
        if self._scanner is not None and 0 < len(content) <= LARGEST:
            named = self._scanner.finds(content)
            if named:
                logger.warning("A file of conversation %s is not kept: ClamAV found %s", conversation_id, named)
                raise NotKept("infected")
        found = clean(content)
        if only is not None and found.media_type not in only:
            raise NotKept("unknown_kind")
        name = self.write(conversation_id, found.content)
        if found.small:
            self.write_small(conversation_id, name, found.small)
        ended = _ended(title, found.media_type)
        return Kept(found.kind, found.media_type, name, len(found.content), ended, bool(found.small))

    @abstractmethod
    def write(self, conversation_id: str, content: bytes) -> str:
        """The file's name, which only this store understands. It is whole, or not there."""

    @abstractmethod
    def write_small(self, conversation_id: str, name: str, content: bytes) -> None:
        """The small picture of a photo, which goes with it."""

    @abstractmethod
    def read(self, conversation_id: str, name: str, small: bool = False) -> bytes:
        """Raises ``FileNotFoundError``."""

    @abstractmethod
    def remove(self, conversation_id: str, name: str) -> None:
        """Where it is there."""

    @abstractmethod
    def names(self, conversation_id: str) -> list[str]:
        """Of all its files, without their small pictures."""

    @abstractmethod
    def forget(self, conversation_id: str) -> int:
        """How many files of the conversation are gone with it."""


def _ended(title: str, media_type: str) -> str:
    """With the ending of what it has become: whoever saves it opens it by that."""
    ending = ENDINGS[media_type]
    stem, dot, given = title.rpartition(".")
    if not title or given.lower().replace("jpeg", "jpg") == ending:
        return title
    return f"{stem if dot and len(given) <= _LONGEST_ENDING else title}.{ending}"
