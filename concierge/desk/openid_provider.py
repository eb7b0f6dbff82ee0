"""An OpenID Connect provider, as who relies on it uses it: discovery, keys, a code for tokens, what an ID token says.

OpenID Connect Core 1.0 (3.1, the authorization code flow) and Discovery 1.0, with PKCE (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import jwt

from concierge.settings import Settings

CALLBACK = "/openid/callback"
# With a key pair: an ID token that the client's own secret signs, or that nobody does, is none.
ALGORITHMS = frozenset(f"{kind}{size}" for kind in ("RS", "PS", "ES") for size in (256, 384, 512)) | {"EdDSA"}
KEPT_SECONDS = 3600.0
KEYS_AGAIN_SECONDS = (
    10.0  # a token may name a key of a moment ago; one that names any key must not have us ask each time
)
SUBJECT_CHARS = 255  # Core 1.0, 2
_LEEWAY = 60  # between two machines' clocks
_SECONDS = 5.0


class ProviderProblem(Exception):
    """A sentence for whoever runs the desk; ``code`` is what the sign-in page tells the advisor: see ``openid.py``."""

    def __init__(self, sentence: str, code: str = "provider") -> None:
        super().__init__(sentence)
        self.code = code


class Provider:
    """Asks the provider when something is wanted of it, never before. Everything raises ``ProviderProblem``."""

    def __init__(self, settings: Settings) -> None:
        secret = settings.openid_client_secret
        self.issuer = settings.openid_issuer
        self.callback = settings.desk_url.rstrip("/") + CALLBACK
        self._home = settings.desk_url.rstrip("/") + "/"
        self._id, self._secret = settings.openid_client_id, secret.get_secret_value() if secret else ""
        self._scopes = settings.openid_scopes
        self._found: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, list[jwt.PyJWK]] | None = None
        for name in ("httpx", "httpcore"):  # at INFO they log every URL
            logging.getLogger(name).setLevel(logging.WARNING)
        self._client = httpx.AsyncClient(timeout=_SECONDS)

    async def close(self) -> None:
        await self._client.aclose()

    async def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in."""
        asked = {
            "response_type": "code",
            "client_id": self._id,
            "redirect_uri": self.callback,
            "scope": self._scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": _url64(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return _with(await self._endpoint("authorization_endpoint"), asked)

    async def leave(self) -> str | None:
        """Where the browser goes to sign out there, too; None where the provider offers no such place, or is silent."""
        try:
            at = (await self._discovered()).get("end_session_endpoint")
        except ProviderProblem:
            return None
        return (
            _with(str(at), {"client_id": self._id, "post_logout_redirect_uri": self._home})
            if _safe(at, self.issuer)
            else None
        )

    async def claims(self, code: str, verifier: str, nonce: str, wanted: Iterable[str] = ()) -> dict[str, Any]:
        """What the provider says of who signed in. ``wanted``: asked for once more where the ID token does not tell."""
        tokens = await self._tokens(code, verifier)
        claims = await self._verified(tokens.get("id_token"), nonce)
        missing = [name for name in wanted if name and claim(claims, name) is None]
        told = (await self._discovered()).get("userinfo_endpoint")
        if not missing or not _safe(told, self.issuer):
            return claims
        more = await self._json("GET", str(told), headers={"Authorization": f"Bearer {tokens.get('access_token', '')}"})
        if more.get("sub") != claims["sub"]:
            raise ProviderProblem("the provider's userinfo is of somebody else than its ID token")
        return {**more, **claims}

    async def check(self) -> list[str]:
        """What has to be put right before anybody can sign in, a sentence each."""
        try:
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                await self._endpoint(name)
            await self._fetch_keys()
            found = await self._discovered()
        except ProviderProblem as problem:
            return [str(problem)]
        wrong = []
        if not self._algorithms(found):
            wrong.append(f"the provider signs ID tokens in no way that is taken here: {', '.join(sorted(ALGORITHMS))}")
        methods = found.get("code_challenge_methods_supported")
        if isinstance(methods, list) and "S256" not in methods:
            wrong.append("the provider does not say that it takes code challenges by S256 (PKCE)")
        scopes = found.get("scopes_supported")
        unknown = sorted(set(self._scopes.split()) - set(scopes)) if isinstance(scopes, list) else []
        if unknown:
            wrong.append(f"the provider names no scope {', '.join(unknown)}: CONCIERGE_OPENID_SCOPES")
        return wrong

    async def _discovered(self) -> dict[str, Any]:
        if self._found and time.monotonic() - self._found[0] < KEPT_SECONDS:
            return self._found[1]
        found = await self._json("GET", self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise ProviderProblem(
                f"CONCIERGE_OPENID_ISSUER is {self.issuer}, and the provider there calls itself {found.get('issuer')}: "
                "write it as the provider does, to the last slash"
            )
        self._found = time.monotonic(), found
        return found

    async def _endpoint(self, name: str) -> str:
        address = (await self._discovered()).get(name)
        if not _safe(address, self.issuer):
            raise ProviderProblem(f"the provider names no {name} over https")
        return str(address)

    async def _tokens(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": verifier,
        }
        headers = {}
        methods = (await self._discovered()).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in methods:  # RFC 6749, 2.3.1: encoded as in a form first
            pair = f"{quote(self._id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": self._id, "client_secret": self._secret}
        return await self._json("POST", await self._endpoint("token_endpoint"), data=form, headers=headers)

    async def _verified(self, token: object, nonce: str) -> dict[str, Any]:
        if not isinstance(token, str):
            raise ProviderProblem("the provider gave no ID token: is openid among CONCIERGE_OPENID_SCOPES?")
        try:
            head = jwt.get_unverified_header(token)
            allowed = self._algorithms(await self._discovered())
            if head.get("alg") not in allowed:
                raise ProviderProblem(f"an ID token is signed by {head.get('alg')}, which is not taken")
            key = await self._key(head.get("kid"))
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[head["alg"]],
                audience=self._id,
                issuer=self.issuer,
                leeway=_LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, TypeError, ValueError) as problem:
            raise ProviderProblem(f"an ID token does not hold: {type(problem).__name__}") from problem
        if len(claims["sub"]) > SUBJECT_CHARS:
            raise ProviderProblem("an ID token has a subject longer than OpenID Connect allows")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._id) != self._id:
            raise ProviderProblem("an ID token was made for another client")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise ProviderProblem("an ID token belongs to another sign-in")
        return claims

    def _algorithms(self, found: dict[str, Any]) -> frozenset[str]:
        return ALGORITHMS & {str(each) for each in found.get("id_token_signing_alg_values_supported") or ["RS256"]}

    async def _key(self, kid: object) -> jwt.PyJWK:
        """Providers change their keys: one that is not known is looked for there."""
        at, keys = self._keys or (0.0, [])
        if not keys or time.monotonic() - at > KEPT_SECONDS:
            keys = await self._fetch_keys()
            at = time.monotonic()
        found = _chosen(keys, kid)
        if (found is None or kid is None) and time.monotonic() - at > KEYS_AGAIN_SECONDS:
            found = _chosen(await self._fetch_keys(), kid)
        if found is None:
            raise ProviderProblem("an ID token is signed by a key that the provider does not publish")
        return found

    async def _fetch_keys(self) -> list[jwt.PyJWK]:
        document = await self._json("GET", await self._endpoint("jwks_uri"))
        try:
            keys = [each for each in jwt.PyJWKSet.from_dict(document).keys if each.public_key_use in (None, "sig")]
        except (jwt.PyJWTError, TypeError, ValueError, AttributeError) as problem:
            raise ProviderProblem("the provider publishes no keys that can be used") from problem
        self._keys = time.monotonic(), keys
        return keys

    async def _json(self, method: str, address: str, **options: Any) -> dict[str, Any]:
        try:
            answer = await self._client.request(method, address, **options)
            found = answer.json()
        except httpx.HTTPError as problem:
            host = httpx.URL(address).host
            raise ProviderProblem(f"{host} does not answer: {type(problem).__name__}", "unreachable") from problem
        except ValueError as problem:
            raise ProviderProblem(f"{address} answers {answer.status_code}, and no JSON") from problem
        if answer.status_code != 200 or not isinstance(found, dict):
            error = str(found.get("error", "") if isinstance(found, dict) else "")[:60]
            hint = ": look at CONCIERGE_OPENID_CLIENT_ID and _SECRET" if error == "invalid_client" else ""
            code = "again" if error == "invalid_grant" else "unreachable" if answer.status_code >= 500 else "provider"
            raise ProviderProblem(f"{address} answers {answer.status_code} {error}{hint}", code)
        return found


def claim(claims: dict[str, Any], name: str) -> Any:
    """By its name, or by the way to it: ``realm_access.roles``. None where there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _chosen(keys: list[jwt.PyJWK], kid: object) -> jwt.PyJWK | None:
    if kid is None:  # allowed where there is no choice (Core 1.0, 10.1)
        return keys[0] if len(keys) == 1 else None
    return next((each for each in keys if each.key_id == kid), None)


def _safe(address: object, issuer: str) -> bool:
    """Over TLS, unless the provider itself is a test's on this machine."""
    return isinstance(address, str) and address.startswith(
        ("https://",) if issuer.startswith("https://") else ("https://", "http://")
    )


def _with(address: str, asked: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def _url64(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
