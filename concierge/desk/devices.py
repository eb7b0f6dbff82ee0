"""Devices that an advisor has signed in on: a cookie that stays when the session ends.

It opens nothing. It only says that guesses from elsewhere are not this device's: see OWASP, "Slow Down Online Guessing
Attacks with Device Cookies". There is one for each login, because advisors share machines.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from sanic.request import Request
from sanic.response import BaseHTTPResponse

from concierge.conversations.base import now
from concierge.desk.sessions import claims_of, purpose_key, put_cookie, sign
from concierge.masking.pseudonyms import disguised

DAYS = 180
PASS_HOURS = 1
_PREFIX = "concierge_device_"


class Devices:
    def __init__(self, signing_key: str) -> None:
        self._key = purpose_key(signing_key, "device")

    def known(self, request: Request, login: str) -> str | None:
        """The device's id, when this login has been used on it."""
        whose = self._whose(login)
        claims = claims_of(request.cookies.get(_PREFIX + whose), self._key)
        return claims["jti"] if claims and claims["sub"] == whose else None

    def remember(self, request: Request, response: BaseHTTPResponse, login: str) -> None:
        """From now on; a device that is known already keeps its id."""
        self._put(request, response, self._whose(login), self.known(request, login) or uuid.uuid4().hex)

    def pass_for(self, login: str) -> str:
        """Makes a device known without a login, for an hour: a lead gives it to an advisor who is being kept out."""
        return self._token(self._whose(login), uuid.uuid4().hex, timedelta(hours=PASS_HOURS))

    def admit(self, request: Request, response: BaseHTTPResponse, token: str) -> bool:
        """False for a pass that is not ours or too old."""
        claims = claims_of(token, self._key)
        if claims is None:
            return False
        self._put(request, response, claims["sub"], claims["jti"])
        return True

    def _put(self, request: Request, response: BaseHTTPResponse, whose: str, device: str) -> None:
        lasts = timedelta(days=DAYS)
        put_cookie(request, response, _PREFIX + whose, self._token(whose, device, lasts), int(lasts.total_seconds()))

    def _token(self, whose: str, device: str, lasts: timedelta) -> str:
        at = now()
        return sign({"sub": whose, "jti": device}, self._key, at, at + lasts)

    def _whose(self, login: str) -> str:
        return disguised(login, self._key)[:16]
