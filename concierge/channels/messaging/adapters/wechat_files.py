"""What WeChat answers in place of a file: an error, or where a video lies (api/material/temporary/api_getmedia)."""

from __future__ import annotations

import json
from typing import Any

_LONGEST = 2000  # bytes; a file that begins as JSON does is longer, or none


def told_in(content: bytes) -> Any:
    """The JSON of the answer; ``None`` where it is the file itself, as it is for videos, too, in spite of the page."""
    if not content.startswith(b"{") or len(content) > _LONGEST:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return None
