"""Trained arrays, as a component keeps them in Rasa's model storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage


def write(storage: ModelStorage, resource: Resource, file: str, arrays: Mapping[str, Any]) -> None:
    with storage.write_to(resource) as folder:
        np.savez(folder / file, **arrays)


def read(storage: ModelStorage, resource: Resource, file: str) -> dict[str, Any] | None:
    """``None`` where nothing was trained, as in a model without NLU: Rasa says so with a ``ValueError``."""
    try:
        with storage.read_from(resource) as folder, np.load(folder / file) as stored:
            return {name: stored[name] for name in stored.files}
    except (ValueError, FileNotFoundError):
        return None
