"""Customers who are signed in to the shop: its page passes a token that the shop signed; nothing else is believed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from concierge.channels import intake
from concierge.orders.identity import exact_email
from concierge.settings import Settings

_LONGEST = 24 * 3600
_LEEWAY = 30  # seconds that clocks may differ by
_MOST_CHARACTERS = 8192
_REASONS = {  # by PyJWT's name
    "ExpiredSignatureError": "expired",
    "ImmatureSignatureError": "not_valid_yet",
    "InvalidAudienceError": "wrong_audience",
    "InvalidAlgorithmError": "wrong_algorithm",
    "InvalidSignatureError": "wrong_signature",
    "MissingRequiredClaimError": "missing_claim",
}


@dataclass(frozen=True)
class Identity:
    subject: str
    email: str
    name: str
    until: int  # seconds since 1970: when the shop's word for it ends


class NotIdentified(Exception):
    """``reason`` is a code for the page's developers; it says nothing about the customer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CustomerTokens:
    """Reads the shop's tokens. The algorithm is the one that is configured: a token has no say in it."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.customer_jwt_key.get_secret_value() if settings.customer_jwt_key else ""
        self._algorithm = settings.customer_jwt_algorithm
        # Without one of its own, PyJWT refuses a token that names any: it was signed for another application.
        self._audience = settings.customer_jwt_audience or None

    def read(self, token: Any) -> Identity:
        """Raises ``NotIdentified``."""
        if not self._key:
            raise NotIdentified("not_configured")
        if not isinstance(token, str) or not 0 < len(token) <= _MOST_CHARACTERS:
            raise NotIdentified("malformed")
        import jwt  # eight megabytes with its cryptography, for the houses whose shop signs customers in

        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[self._algorithm],
                audience=self._audience,
                leeway=_LEEWAY,
                options={
                    "require": ["sub", "email", "exp", *(["aud"] if self._audience else [])],
                },
            )
        except Exception as problem:  # whatever a made-up token sets off, it is only no identity
            raise NotIdentified(_REASONS.get(type(problem).__name__, "malformed")) from None
        return _identity(claims)


def _identity(claims: dict[str, Any]) -> Identity:
    if int(claims["exp"]) > time.time() + _LONGEST + _LEEWAY:
        raise NotIdentified("valid_too_long")
    subject, email, name = (intake.visible(str(claims.get(claim) or "")).strip() for claim in ("sub", "email", "name"))
    if not subject or not isinstance(claims["email"], str) or not 3 <= len(email) <= 320 or email.count("@") != 1:
        raise NotIdentified("missing_claim")
    if claims.get("email_verified", True) is not True:
        raise NotIdentified("email_not_verified")
    # Shops write one address in several ways; it must not look like another customer's.
    return Identity(subject[:200], exact_email(email), name[:200], int(claims["exp"]))
