"""Processes of one machine that share an SQLite file tell each other what they have written, as they write it.

Each that waits has a named pipe in a folder beside the file, and whoever has committed writes the conversation's id
into all of them: some 0.1 ms from one process to another. It is a hint and nothing more. A pipe that is full, or a
system that has none, costs time alone: whoever waits looks at the file's change counter besides (``Notifications``).
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import threading
import uuid
from pathlib import Path

logger = logging.getLogger(__name__)

_WORK, _OTHER = "+", " "
_AT_ONCE = 65536  # bytes: as much as a pipe holds
_UNFINISHED = ".new"


class Wakes:
    """Of one log. ``tell`` may be called from any thread."""

    def __init__(self, database: Path) -> None:
        self._folder = database.with_suffix(".wake")  # what is called as the file is, backups take for it
        self._lock = threading.Lock()
        self._others: dict[str, int] = {}
        self._seen_at = -1  # the folder's time of change
        self._own = ""

    def tell(self, conversation_id: str, work: bool) -> None:
        """``work``: something was left in its inbox."""
        line = f"{_WORK if work else _OTHER}{conversation_id}\n".encode()
        with self._lock:
            self._look()
            for name, pipe in list(self._others.items()):
                try:
                    os.write(pipe, line)
                except BlockingIOError:  # its process is busy, and has enough to wake it
                    continue
                except OSError:
                    self._forget(name)

    def _look(self) -> None:
        """Opens the pipes that are new. One that nobody reads was left behind by a process that was killed."""
        try:
            changed = os.stat(self._folder).st_mtime_ns
        except OSError:  # nobody has ever waited
            return
        if changed == self._seen_at:
            return
        self._seen_at = changed
        there = {name for name in os.listdir(self._folder) if not name.endswith(_UNFINISHED)} - {self._own}
        for name in set(self._others) - there:
            os.close(self._others.pop(name))
        for name in there - set(self._others):
            try:
                self._others[name] = os.open(self._folder / name, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError as problem:
                if problem.errno == errno.ENXIO:
                    self._remove(name)

    def _forget(self, name: str) -> None:
        os.close(self._others.pop(name))
        self._remove(name)

    def _remove(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self._folder / name).unlink()

    def listen(self) -> Pipe | None:
        """What others tell from now on; ``None`` where the system has no named pipes there."""
        name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        unfinished = self._folder / f"{name}{_UNFINISHED}"
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            os.mkfifo(unfinished, 0o600)
            # For writing, too: it never ends then, whoever comes and goes.
            descriptor = os.open(unfinished, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            unfinished.rename(self._folder / name)  # open by now, so nobody takes it for one that was left behind
        except OSError as problem:
            logger.info("No named pipe in %s (%s): waking takes up to 50 ms", self._folder, problem.strerror)
            return None
        self._own = name
        return Pipe(descriptor, self._folder / name)

    def __del__(self) -> None:
        for descriptor in self._others.values():
            os.close(descriptor)


class Pipe:
    def __init__(self, descriptor: int, path: Path) -> None:
        self.descriptor = descriptor
        self._path = path
        self._rest = b""

    def heard(self) -> list[tuple[str, bool]]:
        """Conversations, and whether something was left in their inbox. Never waits."""
        try:
            data = self._rest + os.read(self.descriptor, _AT_ONCE)
        except BlockingIOError:
            return []
        *lines, self._rest = data.split(b"\n")
        return [(line[1:].decode(), line[:1] == _WORK.encode()) for line in lines if line]

    def close(self) -> None:
        os.close(self.descriptor)
        with contextlib.suppress(OSError):
            self._path.unlink()
