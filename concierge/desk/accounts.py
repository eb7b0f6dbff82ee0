"""Signing in and out."""

from __future__ import annotations

import asyncio
import math

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from concierge.conversations import Advisor
from concierge.desk import guard
from concierge.desk.errors import Refusal
from concierge.desk.services import Services
from concierge.desk.sessions import COOKIE, drop_cookie, set_cookie

accounts = Blueprint("desk_accounts", url_prefix="/api")

LOGIN_CHARS = 100
PASSWORD_CHARS = 1000
CHECKS_AT_ONCE = 2  # argon2 takes 64 MB and a core for each


@accounts.post("/login")
async def login(request: Request) -> HTTPResponse:
    services: Services = request.app.ctx.services
    sent = guard.fields(request)
    name, password = sent.get("login"), sent.get("password")
    if not isinstance(name, str) or not isinstance(password, str) or not name.strip() or not password:
        raise Refusal(400, "incomplete", "Write your login and your password.")
    name = name.strip().lower()
    if len(name) > LOGIN_CHARS or len(password) > PASSWORD_CHARS:
        raise _wrong()
    failures = services.login_failures
    attempt = await asyncio.to_thread(failures.begin, name, guard.network(request))
    if attempt.wait:
        minutes = math.ceil(attempt.wait / 60)
        message = f"Too many wrong passwords. Try again in {minutes} minute{'s' if minutes > 1 else ''}."
        raise Refusal(429, "too_many_tries", message, retry_after=math.ceil(attempt.wait))
    try:
        async with request.app.ctx.password_checks:
            advisor = await asyncio.to_thread(services.advisors.verify, name, password)
    except Exception:  # the database did not answer
        await asyncio.to_thread(failures.undo, attempt)
        raise
    if advisor is None:
        raise _wrong()
    await asyncio.to_thread(failures.succeeded, attempt)
    response = json({"advisor": who(advisor)})
    set_cookie(request, response, await asyncio.to_thread(services.sessions.issue, advisor.id))
    return response


@accounts.post("/logout")
async def logout(request: Request) -> HTTPResponse:
    request.app.ctx.services.sessions.end(request.cookies.get(COOKIE))
    response = empty()
    drop_cookie(request, response)
    return response


@accounts.get("/me")
async def me(request: Request) -> HTTPResponse:
    return json({"advisor": who(request.ctx.advisor)})


def who(advisor: Advisor) -> dict[str, str]:
    return {"id": advisor.id, "login": advisor.login, "name": advisor.name, "role": advisor.role}


def _wrong() -> Refusal:
    return Refusal(401, "wrong_login", "This login and password do not belong together.")
