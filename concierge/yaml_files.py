"""Our YAML files, read safely, and by libyaml where PyYAML was built with it: in a tenth of the time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]


def read(path: Path) -> Any:
    """What is written in it; ``None`` for an empty file. Raises ``yaml.YAMLError``, and ``OSError`` without a file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader)
