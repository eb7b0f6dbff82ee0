"""Signing in and out."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any, TypeVar

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json, redirect

from concierge.conversations import Advisor
from concierge.conversations.model import HERE
from concierge.desk import guard
from concierge.desk.aids import choices
from concierge.desk.login_failures import Attempt
from concierge.desk.refusals import Refusal
from concierge.desk.services import Services, services_of
from concierge.desk.sessions import COOKIE, drop_cookie, set_cookie
from concierge.handoff.names import channels, names, titles

accounts = Blueprint("desk_accounts", url_prefix="/api")
T = TypeVar("T")

LOGIN_CHARS = 100
PASSWORD_CHARS = 1000
CHECKS_AT_ONCE = 2  # argon2 takes 64 MB and a core for each


@accounts.post("/login")
async def login(request: Request) -> HTTPResponse:
    services = services_of(request)
    guard.passwords_only(request)
    sent = guard.fields(request)
    name, password = sent.get("login"), sent.get("password")
    if not isinstance(name, str) or not isinstance(password, str) or not name.strip() or not password:
        raise Refusal(400, "incomplete", "Write your login and your password.")
    name = name.strip().lower()
    if len(name) > LOGIN_CHARS or len(password) > PASSWORD_CHARS:
        raise _wrong()
    browser = request.headers.get("user-agent", "")
    try:
        attempt, (advisor, token) = await checked(
            request, name, _open, services, name, password, sent.get("code"), browser
        )
    except _CodeNeeded:
        raise Refusal(401, "code_needed", "Write the code that your authenticator app shows.") from None
    if advisor is None or token is None:
        raise _wrong()
    await asyncio.to_thread(services.login_failures.succeeded, attempt)
    await asyncio.to_thread(services.staff.choose, advisor.id, HERE)
    await asyncio.to_thread(services.audit.record, advisor.login, "signed_in")
    response = json({"advisor": who(advisor)})
    set_cookie(request, response, token)
    services.devices.remember(request, response, name)
    return response


@accounts.post("/logout")
async def logout(request: Request) -> HTTPResponse:
    """Over for good, in every process. The device stays known.

    Who came from an OpenID Connect provider is sent there, too: on a shared machine the next one would come in as them.
    """
    services = services_of(request)
    openid = await asyncio.to_thread(services.sessions.end, request.cookies.get(COOKIE))
    leave = await services.openid.leave() if openid and services.openid else None
    response = json({"next": leave}) if leave else empty()
    drop_cookie(request, response)
    return response


@accounts.get("/ways")
async def ways(request: Request) -> HTTPResponse:
    """How one signs in here."""
    settings = services_of(request).settings
    return json(
        {"passwords": settings.desk_passwords, "openid": settings.openid_name if settings.openid_issuer else None}
    )


@accounts.get("/me")
async def me(request: Request) -> HTTPResponse:
    return json({"advisor": who(request.ctx.advisor)})


@accounts.get("/names")
async def known_names(request: Request) -> HTTPResponse:
    """What intents, reasons and channels are called, by their code; it changes with the program alone.

    ``?language=``: what intents are called in it, by their English name.
    """
    services = services_of(request)
    known = {"codes": names(), "channels": channels(), "files": services.channels_with_files}
    known["titles"] = titles(request.args.get("language") or "")
    return json({**known, "intents": choices(), "translator": services.translations is not None})


async def admit(request: Request, token: str) -> HTTPResponse:
    """A lead's pass: the device is known from here on. It signs nobody in."""
    response = redirect("../")
    if not services_of(request).devices.admit(request, response, token):
        raise Refusal(404, "not_found", "This pass is not valid any longer. Ask for a new one.")
    return response


async def checked(request: Request, login: str, check: Callable[..., T], *given: Any) -> tuple[Attempt, T]:
    """What ``check`` finds of a password, and the attempt, which counts as a guess until it has ``succeeded``.

    Raises ``Refusal`` after too many guesses. Where ``check`` raises, it was none: the database did not answer, or half
    of the way is done.
    """
    services = services_of(request)
    failures, device = services.login_failures, services.devices.known(request, login)
    attempt = await asyncio.to_thread(failures.begin, login, guard.network(request), device)
    if attempt.wait:
        raise _too_many(attempt.wait)
    try:
        async with request.app.ctx.password_checks:
            return attempt, await asyncio.to_thread(check, *given)
    except Exception:
        await asyncio.to_thread(failures.undo, attempt)
        raise


class _CodeNeeded(Exception):
    """The password is right, and the account has a second factor."""


def _open(
    services: Services, login: str, password: str, code: object, browser: str
) -> tuple[Advisor | None, str | None]:
    """``code``: as it was sent. A wrong code is as wrong as a password."""
    known = services.advisors.credential(login, password)
    if known is None:
        return None, None
    if services.advisors.has_second_factor(known[0].id):
        if not code:
            raise _CodeNeeded
        if not isinstance(code, str) or not services.advisors.use_code(known[0].id, code):
            return None, None
    return known[0], services.sessions.issue(known[0].id, known[1], browser)


def who(advisor: Advisor) -> dict[str, str]:
    return {"id": advisor.id, "login": advisor.login, "name": advisor.name, "role": advisor.role}


def _too_many(seconds: float) -> Refusal:
    minutes = math.ceil(seconds / 60)
    hours = math.ceil(seconds / 3600)
    time = f"{hours} hours" if minutes > 60 else f"{minutes} minutes" if minutes > 1 else "a minute"
    message = f"Too many wrong passwords. Try again in {time}, or ask whoever leads the desk to unlock your login."
    return Refusal(429, "too_many_tries", message, retry_after=math.ceil(seconds))


def _wrong() -> Refusal:
    return Refusal(401, "wrong_login", "This login and password do not belong together, or the code is not right.")
