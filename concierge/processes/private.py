"""What the product writes is its operator's alone: databases, logs and secrets hold what customers say."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

UMASK = 0o077


def keep_private() -> None:
    """From here on, files and folders that this process makes can be read by its user only."""
    os.umask(UMASK)


def tighten(folder: Path) -> int:
    """Takes the rights of others from all that is under ``folder``, written by an earlier version; returns how much."""
    changed = 0
    for path in [folder, *folder.rglob("*")]:
        with contextlib.suppress(OSError):  # gone meanwhile, or somebody else's
            mode = path.lstat().st_mode
            if not path.is_symlink() and mode & UMASK:
                path.chmod(mode & 0o7777 & ~UMASK)
                changed += 1
    return changed
