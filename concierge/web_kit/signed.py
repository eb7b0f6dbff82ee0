"""Tokens that we sign and read ourselves: JWTs by HS256, each for one audience and until a moment.

Tokens of others (the shop's, Apple's, an OpenID Connect provider's) are read where they come in, by their own rules and
by PyJWT. That brings cryptography along, eight megabytes of every front, of which one fixed algorithm that the standard
library has (RFC 7515, appendix A.1) needs nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from typing import Any

MOST_CHARACTERS = 2048  # ours have some 300; what is longer is not even looked at
_ALGORITHM = "HS256"
_PARTS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)


class NotOurs(Exception):
    """It is no token, was not signed by this key, or was made for something else."""


class Over(NotOurs):
    """It was ours, and its time has passed."""


def sign(claims: Mapping[str, Any], key: str, audience: str, until: float, *, kid: str | None = None) -> str:
    """``until``: seconds since 1970. ``kid`` names the key in the token's header, where there are several."""
    header = {"alg": _ALGORITHM, "typ": "JWT", **({"kid": kid} if kid else {})}
    signed = f"{_written(header)}.{_written({**claims, 'aud': audience, 'exp': int(until)})}"
    return f"{signed}.{_signature(signed, key)}"


def read(
    token: object, key: str, audience: str, *needed: str, leeway: float = 0.0, check_iat: bool = True
) -> dict[str, Any]:
    """The claims: ``sub``, ``aud``, ``exp`` and those that are ``needed`` are among them.

    ``leeway``: seconds that clocks may differ by. Without ``check_iat`` a token may be from a little later than now.
    Raises ``NotOurs``; ``Over`` where it is only too late.
    """
    header, payload, signature = _parts(token)
    # The signature as it is written, so that nothing else is it: of the bytes alone there are several spellings.
    if not hmac.compare_digest(signature, _signature(f"{header}.{payload}", key)):
        raise NotOurs
    if _object(header).get("alg") != _ALGORITHM:
        raise NotOurs
    claims = _object(payload)
    if any(claims.get(name) is None for name in ("exp", "sub", "aud", *needed)):
        raise NotOurs
    if not isinstance(claims["sub"], str) or claims["aud"] != audience:
        raise NotOurs
    now = time.time()
    if any(
        _seconds(claims[name]) > now + leeway for name in ("nbf", *(["iat"] if check_iat else [])) if name in claims
    ):
        raise NotOurs
    if _seconds(claims["exp"]) <= now - leeway:
        raise Over
    return claims


def key_named(token: object) -> str:
    """What the token's header calls its key, unchecked; empty where it names none. Raises ``NotOurs``."""
    named = _object(_parts(token)[0]).get("kid") or ""
    if not isinstance(named, str):
        raise NotOurs
    return named


def _parts(token: object) -> tuple[str, str, str]:
    """Header, payload, signature, as they are written."""
    found = _PARTS.fullmatch(token) if isinstance(token, str) and len(token) <= MOST_CHARACTERS else None
    if found is None:
        raise NotOurs
    return found[1], found[2], found[3]


def _written(value: Mapping[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):  # letters that are no base64, bytes that are no text, a text that is no JSON
        raise NotOurs from None
    if not isinstance(found, dict):
        raise NotOurs
    return found


def _signature(signed: str, key: str) -> str:
    return _base64(hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _seconds(value: Any) -> float:
    """Raises ``NotOurs`` for what is no moment."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NotOurs
    return float(value)
