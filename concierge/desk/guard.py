"""What stands before every request: who asks, from where, and the headers that go out with every answer."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import urlsplit

from sanic import Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from concierge.conversations import Advisor
from concierge.desk.refusals import Refusal
from concierge.desk.sessions import COOKIE
from concierge.storage import database
from concierge.web_kit import server
from concierge.web_kit.limits import network_of

COMPRESSED_FROM = 1000  # bytes: less fits into one packet
CSRF_HEADER = "x-concierge"
CSRF_VALUE = "desk"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src {images}",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html",
    )
)
HEADERS = {
    **server.HEADERS,
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Robots-Tag": "noindex, nofollow",
}

_OPEN = {"/api/login", "/api/invitation", "/api/ways"}
_READS = {"GET", "HEAD"}


def install(app: Sanic) -> None:
    app.register_middleware(_before, "request")
    app.register_middleware(_after, "response")


def network(request: Request) -> str:
    """The client's address, of IPv6 its /64; behind ``settings.proxies`` trusted proxies, the one they saw."""
    return network_of(request, request.app.ctx.settings.proxies)


def fields(request: Request) -> dict[str, Any]:
    """The JSON object that was sent, its texts cleaned."""
    document = request.json if request.body else {}
    if not isinstance(document, dict):
        raise Refusal(400, "bad_request", "The request must be a JSON object.")
    return {key: clean(value) if isinstance(value, str) else value for key, value in document.items()}


def clean(text: str) -> str:
    """Without control characters and halves of characters: no database takes them."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(each for each in whole if each in "\n\t" or each.isprintable() or ord(each) > 0x9F)


def passwords_only(request: Request) -> None:
    """Raises ``Refusal`` where the house has switched passwords off."""
    settings = request.app.ctx.settings
    if not settings.desk_passwords:
        raise Refusal(403, "passwords_off", f"The desk takes no passwords. Sign in with {settings.openid_name}.")


async def _before(request: Request) -> None:
    if not request.path.startswith("/api/"):
        return
    if request.method not in _READS:
        _same_site(request)
    if request.path in _OPEN:
        return
    advisor = await signed_in(request)
    if advisor is None:
        raise Refusal(401, "signed_out", "You are signed out. Sign in again; what you have typed stays.")
    request.ctx.advisor = advisor


async def signed_in(request: Request) -> Advisor | None:
    services = request.app.ctx.services
    return await database.run(services.engine, None, services.sessions.check, request.cookies.get(COOKIE))


def _same_site(request: Request) -> None:
    """A page elsewhere can neither set our header without asking first, nor hide its origin."""
    refused = Refusal(403, "not_from_here", "This request did not come from the desk's own page. Reload the page.")
    if request.headers.get(CSRF_HEADER) != CSRF_VALUE:
        raise refused
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise refused
    origin = request.headers.get("origin")
    if origin is not None and _authority(origin) not in _own(request):
        raise refused


def _own(request: Request) -> set[str]:
    hosts = {request.headers.get("host", "")}
    if request.app.config.PROXIES_COUNT:
        hosts.add(request.headers.get("x-forwarded-host", ""))
    return {_authority(f"{request.scheme}://{host}") for host in hosts if host} - {""}


def _authority(origin: str) -> str:
    """``host:port`` of an origin; the scheme is not compared, because a proxy may end TLS."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return parts.hostname if port in (None, 80, 443) else f"{parts.hostname}:{port}"


async def _after(request: Request, response: BaseHTTPResponse) -> None:
    _compress(request, response)
    images = " ".join(("'self'", *request.app.ctx.settings.pictures.split()))
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY.format(images=images))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.scheme == "https":
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _compress(request: Request, response: BaseHTTPResponse) -> None:
    """What pages are told in full. Nothing that a stranger sends comes back in it beside something secret (BREACH):
    other sites cannot ask, and the session's cookie is not sent with what they start."""
    body = response.body
    if response.content_type != "application/json" or not body or len(body) < COMPRESSED_FROM:
        return
    response.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(body, 5)
        response.headers["Content-Encoding"] = "gzip"
