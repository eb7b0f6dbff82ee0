"""How values are written into columns."""

from __future__ import annotations

import json
from typing import Any


def json_text(value: Any) -> str:
    """Without the spaces of ``json.dumps``, a tenth of it."""
    return json.dumps(value, separators=(",", ":"))
