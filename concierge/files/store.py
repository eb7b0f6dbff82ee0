"""Files on disk: below a folder that no server serves, by names that tell nothing, those of a conversation together."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path

from concierge.files.keeping import Store
from concierge.files.scanning import Scanner

_SMALL = "-small"  # behind a photo's name: its small picture, which is not counted


class FileStore(Store):
    """``root`` is shared by all processes."""

    def __init__(self, root: Path, scanner: Scanner | None = None) -> None:
        super().__init__(scanner)
        self._root = root

    def write(self, conversation_id: str, content: bytes) -> str:
        name = secrets.token_hex(16)
        self._write(conversation_id, name, content)
        return name

    def write_small(self, conversation_id: str, name: str, content: bytes) -> None:
        self._write(conversation_id, name + _SMALL, content)

    def read(self, conversation_id: str, name: str, small: bool = False) -> bytes:
        return self._path(conversation_id, name, small).read_bytes()

    def remove(self, conversation_id: str, name: str) -> None:
        for small in (True, False):
            self._path(conversation_id, name, small).unlink(missing_ok=True)

    def names(self, conversation_id: str) -> list[str]:
        folder = self._folder(conversation_id)
        return sorted(each.name for each in folder.iterdir() if each.name.isalnum()) if folder.is_dir() else []

    def forget(self, conversation_id: str) -> int:
        many, folder = len(self.names(conversation_id)), self._folder(conversation_id)
        if folder.is_dir():
            shutil.rmtree(folder)
        return many

    def _write(self, conversation_id: str, name: str, content: bytes) -> None:
        folder = self._folder(conversation_id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = folder / f".{name}"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(folder / name)

    def _path(self, conversation_id: str, name: str, small: bool) -> Path:
        if not name.isascii() or not name.isalnum():
            raise FileNotFoundError(name)
        return self._folder(conversation_id) / (name + _SMALL if small else name)

    def _folder(self, conversation_id: str) -> Path:
        digest = hashlib.sha256(conversation_id.encode()).hexdigest()
        return self._root / digest[:2] / digest
