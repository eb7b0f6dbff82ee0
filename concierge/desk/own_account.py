"""What advisors do with their own account: a password, a second factor, a portrait, where they are signed in."""

from __future__ import annotations

import asyncio
import re

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw

from concierge.conversations import second_factor
from concierge.desk import guard
from concierge.desk.accounts import PASSWORD_CHARS, checked
from concierge.desk.refusals import Refusal
from concierge.desk.sent import INERT, received, refused
from concierge.desk.services import services_of
from concierge.desk.sessions import COOKIE, set_cookie
from concierge.files import NotKept, portrait_of
from concierge.serialisation import as_json

own_account = Blueprint("desk_own_account", url_prefix="/api")

SHORTEST_PASSWORD = 12
_SECRET = re.compile(r"[A-Z2-7]{32}")


@own_account.get("/account")
async def account(request: Request) -> HTTPResponse:
    return await _account(request)


@own_account.post("/password")
async def password(request: Request) -> HTTPResponse:
    """A new one, by whoever knows the old; every other session ends."""
    guard.passwords_only(request)
    services, sent, advisor = services_of(request), guard.fields(request), request.ctx.advisor
    await _prove(request, sent.get("password"))
    new = chosen(sent.get("new"))
    async with request.app.ctx.password_checks:
        digest = await asyncio.to_thread(services.advisors.set_password, advisor.login, new)
    await asyncio.to_thread(services.audit.record, advisor.login, "password_changed", advisor.login)
    token = await asyncio.to_thread(services.sessions.issue, advisor.id, digest, request.headers.get("user-agent", ""))
    response = await _account(request, token)
    if token is not None:
        set_cookie(request, response, token)
    return response


@own_account.post("/sessions/end")
async def end_sessions(request: Request) -> HTTPResponse:
    """One of the advisor's own, or all but this one."""
    services, advisor, session = services_of(request), request.ctx.advisor, guard.fields(request).get("id")
    if session is not None and not isinstance(session, str):
        raise Refusal(400, "bad_request", "Name the session to end.")
    token = request.cookies.get(COOKIE)
    await asyncio.to_thread(services.sessions.end_of, advisor.id, token, session)
    await asyncio.to_thread(services.audit.record, advisor.login, "sessions_ended", advisor.login)
    return await _account(request)


@own_account.post("/portrait", stream=True)
async def set_portrait(request: Request) -> HTTPResponse:
    """The photo that customers see beside the advisor's name; an empty body takes it away."""
    services, advisor = services_of(request), request.ctx.advisor
    async with received(request) as content:
        try:
            picture = await asyncio.to_thread(portrait_of, content) if content else b""
        except NotKept as problem:
            raise refused(problem.reason) from None
    await asyncio.to_thread(services.portraits.keep, advisor.id, picture)
    await asyncio.to_thread(services.audit.record, advisor.login, "portrait_changed", advisor.login)
    return await _account(request)


@own_account.get("/portraits/<name:str>")
async def portrait(request: Request, name: str) -> HTTPResponse:
    found = await asyncio.to_thread(services_of(request).portraits.find, name)
    if found is None:
        raise Refusal(404, "not_found", "There is no such picture any longer.")
    return raw(found, headers={**INERT, "Cache-Control": "private, max-age=86400"}, content_type="image/jpeg")


@own_account.post("/second-factor/new")
async def new_factor(request: Request) -> HTTPResponse:
    """A secret for an authenticator app; nothing asks for its codes before ``/second-factor`` has seen one."""
    guard.passwords_only(request)
    secret = second_factor.new_secret()
    return json({"secret": secret, "address": second_factor.address(secret, request.ctx.advisor.login)})


@own_account.post("/second-factor")
async def set_factor(request: Request) -> HTTPResponse:
    """From now on a code is asked for at each login; without a secret, no longer."""
    guard.passwords_only(request)
    services, sent, advisor = services_of(request), guard.fields(request), request.ctx.advisor
    secret, code = sent.get("secret"), sent.get("code")
    await _prove(request, sent.get("password"))
    if secret is None:
        await asyncio.to_thread(services.advisors.set_second_factor, advisor.login, "")
        await asyncio.to_thread(services.audit.record, advisor.login, "second_factor_off", advisor.login)
        return await _account(request)
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret) or not isinstance(code, str):
        raise Refusal(400, "bad_request", "The page sent no secret. Reload it.")
    if second_factor.step_of(secret, code) is None:
        raise Refusal(400, "wrong_code", "This is not the code that the app shows. Look at the phone's clock.")
    await asyncio.to_thread(services.advisors.set_second_factor, advisor.login, secret)
    await asyncio.to_thread(services.audit.record, advisor.login, "second_factor_on", advisor.login)
    return await _account(request)


@own_account.post("/invitation")
async def accept(request: Request) -> HTTPResponse:
    """Whoever has the link chooses a password with it, once; then they sign in."""
    guard.passwords_only(request)
    services, sent = services_of(request), guard.fields(request)
    token = sent.get("token")
    login = await asyncio.to_thread(services.invitations.login, token) if isinstance(token, str) else None
    if login is None:
        raise Refusal(404, "not_found", "This link is not valid any longer. Ask for a new one.")
    new = chosen(sent.get("password"))
    async with request.app.ctx.password_checks:
        await asyncio.to_thread(services.advisors.set_password, login, new)
    await asyncio.to_thread(services.audit.record, login, "password_chosen", login)
    return json({"login": login})


def chosen(password: object) -> str:
    """A password that may be one. Raises ``Refusal``."""
    if not isinstance(password, str) or not SHORTEST_PASSWORD <= len(password) <= PASSWORD_CHARS:
        raise Refusal(400, "weak_password", f"Choose a password of at least {SHORTEST_PASSWORD} characters.")
    return password


async def _prove(request: Request, password: object) -> None:
    """Whoever sits down at an open page does not know the password. Guesses are counted as at the login."""
    services, advisor = services_of(request), request.ctx.advisor
    given = password if isinstance(password, str) else ""
    attempt, known = await checked(request, advisor.login, services.advisors.verify, advisor.login, given)
    if known is None:
        raise Refusal(403, "wrong_password", "This is not your present password.")
    await asyncio.to_thread(services.login_failures.succeeded, attempt)


async def _account(request: Request, token: str | None = None) -> HTTPResponse:
    """``token``: of the session that the answer begins, where it begins one."""
    services, advisor = services_of(request), request.ctx.advisor
    sessions = await asyncio.to_thread(services.sessions.of, advisor.id, token or request.cookies.get(COOKIE))
    has = await asyncio.to_thread(services.advisors.has_second_factor, advisor.id)
    portrait = await asyncio.to_thread(services.portraits.name_of, advisor.id)
    told = {"passwords": services.settings.desk_passwords, "second_factor": has, "portrait": portrait}
    return json({**told, "sessions": as_json(sessions)})
