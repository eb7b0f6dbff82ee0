"""Files on disk: below a folder that no server serves, by names that tell nothing, those of a conversation together."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path


class FileStore:
    """Blocks. ``root`` is shared by all processes, as a database is. Raises ``OSError``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, conversation_id: str, content: bytes) -> str:
        """The file's name, which only this store understands. It is whole, or not there."""
        folder = self._folder(conversation_id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = secrets.token_hex(16)
        unfinished = folder / f".{name}"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(folder / name)
        return name

    def read(self, conversation_id: str, name: str) -> bytes:
        """Raises ``FileNotFoundError``."""
        if not name.isascii() or not name.isalnum():
            raise FileNotFoundError(name)
        return (self._folder(conversation_id) / name).read_bytes()

    def names(self, conversation_id: str) -> list[str]:
        folder = self._folder(conversation_id)
        return sorted(each.name for each in folder.iterdir() if each.name.isalnum()) if folder.is_dir() else []

    def forget(self, conversation_id: str) -> int:
        """How many files of the conversation are gone with it."""
        many, folder = len(self.names(conversation_id)), self._folder(conversation_id)
        if folder.is_dir():
            shutil.rmtree(folder)
        return many

    def _folder(self, conversation_id: str) -> Path:
        digest = hashlib.sha256(conversation_id.encode()).hexdigest()
        return self._root / digest[:2] / digest
