"""Links in the house's own mails, which open the widget with one order already proved: for one purpose, until a day.

A link's token is a JWT (HS256) of ``sub`` (the order's number), ``aud`` "concierge-link", ``purpose`` (one under
``links`` in ``concierge/policy/proofs.yml``) and ``exp``, and ``iat`` so that an order's later links outlive those that
are revoked; its header's ``kid`` names the key. So the house's mail system may sign them itself. Knows no order:
whose it is shows when it is first looked at.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any

from concierge.orders.numbers import normalise
from concierge.policy.proofs import load_proofs
from concierge.settings import Settings
from concierge.web_kit import signed

AUDIENCE = "concierge-link"
FRAGMENT = "concierge-link"  # behind the #, which no server is sent, and no other page is told
_LEEWAY = 30  # seconds that clocks may differ by


@dataclass(frozen=True)
class Link:
    """``until``, ``made_at``: seconds since 1970."""

    order: str
    purpose: str
    until: int
    made_at: int = 0  # nought where whoever signed it does not tell
    digest: str = ""  # by which a single one is known


class NotALink(Exception):
    """``reason`` is a code for the page's developers: not_configured, malformed, expired, revoked, or unknown_key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _digest(token: str) -> str:
    """Of what is signed: a signature can be written in more than one way."""
    return hashlib.sha256(token.rpartition(".")[0].encode()).hexdigest()


def page_of(settings: Settings) -> str:
    """The page with the widget that links lead to."""
    host = settings.public_url or f"http://{settings.host}:{settings.front_port}"
    return (settings.link_page or f"{host}/shop/").partition("#")[0]


class Links:
    """Signs with the first of the keys, and believes all of them."""

    def __init__(self, settings: Settings) -> None:
        written = settings.link_keys.get_secret_value().split() if settings.link_keys else []
        self._keys = {name: secret for name, _, secret in (each.partition(":") for each in written)}
        self._page = page_of(settings)

    def make(self, number: str, purpose: str, seconds: float) -> str:
        """The address for a mail. Raises ``ValueError`` with a sentence where no such link can be made."""
        order, policy = normalise(number), load_proofs()
        if not self._keys:
            raise ValueError("CONCIERGE_LINK_KEYS is not set: there is nothing to sign links with")
        if not order:
            raise ValueError(f"{number!r} is no order number")
        if purpose not in policy.links:
            raise ValueError(f"There are no links for {purpose!r}. Write one of: {', '.join(policy.links)}")
        if not 0 < seconds <= policy.link_lasts.total_seconds():
            raise ValueError(f"A link holds for at most {policy.link_lasts.days} days")
        name, secret = next(iter(self._keys.items()))
        claims = {"sub": order, "purpose": purpose, "iat": int(time.time())}
        token = signed.sign(claims, secret, AUDIENCE, time.time() + seconds, kid=name)
        return f"{self._page}#{FRAGMENT}={token}"

    def read(self, token: Any) -> Link:
        """Raises ``NotALink``."""
        if not self._keys:
            raise NotALink("not_configured")
        try:
            secret = self._keys.get(signed.key_named(token))
            if secret is None:
                raise NotALink("unknown_key")
            claims = signed.read(token, secret, AUDIENCE, "purpose", leeway=_LEEWAY)
        except signed.Over:
            raise NotALink("expired") from None
        except signed.NotOurs:
            raise NotALink("malformed") from None
        order, purpose, until = normalise(str(claims["sub"])), str(claims["purpose"]), int(claims["exp"])
        policy = load_proofs()
        too_long = until > time.time() + policy.link_lasts.total_seconds() + _LEEWAY
        if not order or purpose not in policy.links or too_long:
            raise NotALink("malformed")
        made_at = claims.get("iat")
        return Link(order, purpose, until, made_at if isinstance(made_at, int) else 0, _digest(token))

    def digest(self, link: str) -> str:
        """Of a link, or of its token. Raises ``NotALink`` for one that opens nothing anyhow."""
        token = link.rpartition(f"{FRAGMENT}=")[2].strip()
        return self.read(token).digest
