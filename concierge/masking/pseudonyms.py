"""What tells people, networks and devices apart without saying who they are."""

from __future__ import annotations

import hashlib
import hmac


def disguised(value: str, key: str) -> str:
    """24 hexadecimal digits, the same for the same value; worth nothing without the key."""
    return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()[:24]
