"""Signing in with the house's own OpenID Connect provider. A second factor is the provider's to ask for."""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, redirect

from concierge.conversations import Advisor
from concierge.conversations.model import HERE, ROLES
from concierge.desk import guard
from concierge.desk.openid_attempts import MINUTES
from concierge.desk.openid_provider import Provider, ProviderProblem, claim
from concierge.desk.people import NAME_CHARS
from concierge.desk.refusals import not_found
from concierge.desk.services import Services, services_of
from concierge.desk.sessions import put_cookie, set_cookie
from concierge.settings import Settings

logger = logging.getLogger(__name__)

openid = Blueprint("desk_openid", url_prefix="/openid")

COOKIE = "concierge_openid"
BEGINS = (60, 60.0)  # of one network, in seconds
LOGIN_CHARS = 100
_LONGEST = 4000  # of what the browser brings back
_BY = "OpenID Connect"


class Refused(Exception):
    """``code``: what the sign-in page tells the advisor."""

    def __init__(self, code: str, advisor: Advisor | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.advisor = advisor


@openid.get("/begin")
async def begin(request: Request) -> HTTPResponse:
    services, provider = services_of(request), _provider(request)
    if request.app.ctx.openid_begins.take(guard.network(request)):
        return _refused("again")
    # One that is there stays: two tabs may be on their way at once.
    browser = _cookie(request) or secrets.token_urlsafe(32)
    state, attempt = await asyncio.to_thread(services.openid_attempts.begin, browser)
    try:
        response: HTTPResponse = redirect(await provider.address(state, attempt.nonce, attempt.verifier))
    except ProviderProblem as problem:
        logger.warning("Nobody can sign in by OpenID Connect: %s", problem)
        return _refused(problem.code)
    # Lax: the provider's page leads back here, and its cookie has to come along.
    put_cookie(request, response, COOKIE, browser, MINUTES * 60, samesite="Lax")
    return response


@openid.get("/callback")
async def callback(request: Request) -> HTTPResponse:
    services, provider = services_of(request), _provider(request)
    state, code, browser = request.args.get("state") or "", request.args.get("code") or "", _cookie(request)
    if not browser or len(state) > _LONGEST or len(code) > _LONGEST:
        return _refused("again")
    attempt = await asyncio.to_thread(services.openid_attempts.take, state, browser)
    if attempt is None or request.args.get("iss") not in (None, provider.issuer):  # RFC 9207
        return _refused("again")
    if not code:
        return _refused("cancelled" if request.args.get("error") == "access_denied" else "provider")
    settings = services.settings
    wanted = (settings.openid_login_claim, settings.openid_role_claim, "name")
    try:
        claims = await provider.claims(code, attempt.verifier, attempt.nonce, wanted)
    except ProviderProblem as problem:
        logger.warning("A sign-in by OpenID Connect came to nothing: %s", problem)
        return _refused(problem.code)
    browser_name = request.headers.get("user-agent", "")
    try:
        token = await asyncio.to_thread(admitted, services, claims, browser_name)
    except Refused as problem:
        logger.warning(
            "A sign-in by OpenID Connect was refused: %s (account %s)",
            problem.code,
            problem.advisor.id if problem.advisor else "none",
        )
        return _refused(problem.code)
    response: HTTPResponse = redirect("../")
    set_cookie(request, response, token)
    return response


def role_of(claims: dict[str, Any], settings: Settings) -> str | None:
    """The highest that the provider gives; None where it gives none, or is not asked for any."""
    told = claim(claims, settings.openid_role_claim) if settings.openid_role_claim else None
    theirs = {str(each) for each in (told if isinstance(told, list) else [told])}
    pairs = (each.partition("=") for each in settings.openid_roles.split(",") if each.strip())
    given = {role.strip() for role, _, group in pairs if group.strip() in theirs}
    return next((role for role in reversed(ROLES) if role in given), None)


def admitted(services: Services, claims: dict[str, Any], browser: str) -> str:
    """A session's token. Raises ``Refused``. Blocks."""
    settings, book = services.settings, services.advisors
    role = role_of(claims, settings)
    known = _known(services, claims)
    if settings.openid_roles and role is None:
        if known is not None:  # who has left the group is out, everywhere
            book.sign_out(known.login)
        raise Refused("no_role", known)
    advisor = known or _first_time(services, claims, role)
    if not advisor.active:
        raise Refused("deactivated", advisor)
    if role is not None and role != advisor.role:
        book.set_role(advisor.login, role)
        services.audit.record(_BY, "role", advisor.login, role)
    token = services.sessions.issue(advisor.id, None, browser)
    if token is None:
        raise Refused("deactivated", advisor)
    services.staff.choose(advisor.id, HERE)
    services.audit.record(advisor.login, "signed_in", details=_BY)
    return token


def _known(services: Services, claims: dict[str, Any]) -> Advisor | None:
    advisor_id = services.identities.advisor(services.settings.openid_issuer, claims["sub"])
    return services.advisors.get(advisor_id) if advisor_id else None


def _first_time(services: Services, claims: dict[str, Any], role: str | None) -> Advisor:
    """The account that was made for them, from now on theirs alone; or a new one, where the house wants that."""
    settings, book = services.settings, services.advisors
    login = claim(claims, settings.openid_login_claim)
    login = guard.clean(login).strip().lower() if isinstance(login, str) else ""
    # An address that nobody has checked may be typed by anybody who has an account there.
    checked = settings.openid_login_claim != "email" or claims.get("email_verified") is True
    if not login or len(login) > LOGIN_CHARS or not checked:
        raise Refused("unknown")
    found = next((each for each in book.all() if each.login == login), None)
    if found is None:
        if settings.openid_accounts != "made" or role is None:
            raise Refused("unknown")
        name = guard.clean(str(claims.get("name") or login.partition("@")[0]))[:NAME_CHARS]
        try:
            found = book.create(login, name, secrets.token_urlsafe(32), role)
        except ValueError:  # by a second sign-in of the same moment
            raise Refused("again") from None
        services.audit.record(_BY, "account_made", login, role)
    if not services.identities.link(settings.openid_issuer, claims["sub"], found.id):
        raise Refused("taken", found)
    services.audit.record(_BY, "identity_linked", login)
    return found


def _provider(request: Request) -> Provider:
    provider = services_of(request).openid
    if provider is None:
        raise not_found()
    return provider


def _cookie(request: Request) -> str:
    kept = request.cookies.get(COOKIE) or ""
    return kept if len(kept) == len(secrets.token_urlsafe(32)) and kept.isascii() else ""


def _refused(code: str) -> HTTPResponse:
    """Back to the sign-in page, which says why in the advisor's language."""
    return redirect(f"../#sign-in/{code}")
