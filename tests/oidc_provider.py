"""An OpenID Connect provider on loopback, in a process of its own: Authlib's server, which refuses what real ones do
(a wrong secret, redirect URI or code verifier, a code twice, a missing nonce), with one client and the tests' people.

``PUT /people`` says who there is; ``POST /people/<sub>`` is the person pressing "sign in". ``POST /rotate`` takes
another key; ``PUT /wrong`` spoils the ID tokens from then on, so that who relies on them has to notice.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.ports import free_port

CLIENT, SECRET = "concierge desk", "a secret: with / and +"
START_SECONDS = 60


@dataclass
class OidcProvider:
    issuer: str
    process: subprocess.Popen[bytes]

    def people(self, **people: dict[str, Any]) -> None:
        """By subject, with their claims."""
        assert httpx.put(f"{self.issuer}/people", json=people, timeout=20).status_code == 204

    def sign_in(self, address: str, subject: str) -> str:
        """What a person does at ``address``; where the browser is sent then."""
        query = address.partition("?")[2]
        answer = httpx.post(f"{self.issuer}/people/{subject}?{query}", timeout=20)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def rotate(self) -> None:
        assert httpx.post(f"{self.issuer}/rotate", timeout=20).status_code == 204

    @contextmanager
    def wrong(self, **claims: Any) -> Iterator[None]:
        """ID tokens with these claims; ``key="unknown"``: signed by one that is not published, under a published name;
        ``"none"``: not signed; ``"shared"``: signed by the public key as if it were a shared secret."""
        httpx.put(f"{self.issuer}/wrong", json=claims, timeout=20)
        try:
            yield
        finally:
            httpx.put(f"{self.issuer}/wrong", json={}, timeout=20)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@contextmanager
def oidc_provider(callback: str) -> Iterator[OidcProvider]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.oidc_provider", str(port), callback],
        env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
    )
    running = OidcProvider(f"http://127.0.0.1:{port}", process)
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{running.issuer}/jwks", timeout=5).status_code == 200:
                    break
            assert process.poll() is None, "the provider did not start"
            assert time.monotonic() < end, "the provider did not get ready"
            time.sleep(0.05)
        yield running
    finally:
        running.stop()


def _serve(port: int, callback: str) -> None:
    import logging

    import flask
    from authlib.integrations.flask_oauth2 import AuthorizationServer
    from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
    from authlib.oauth2.rfc7636 import CodeChallenge
    from authlib.oidc.core import OpenIDCode, UserInfo
    from joserfc import jws, jwt
    from joserfc.jwk import OctKey, RSAKey

    issuer = f"http://127.0.0.1:{port}"
    people: dict[str, dict[str, Any]] = {}
    codes: dict[str, Any] = {}
    tokens: dict[str, str] = {}
    wrong: dict[str, Any] = {}
    keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})]

    class Client(ClientMixin):
        client_id, redirect_uris = CLIENT, [callback]

        def get_client_id(self) -> str:
            return CLIENT

        def get_default_redirect_uri(self) -> str:
            return callback

        def get_allowed_scope(self, scope: str) -> str:
            return " ".join(each for each in scope.split() if each in ("openid", "email", "profile"))

        def check_redirect_uri(self, redirect_uri: str) -> bool:
            return redirect_uri == callback

        def check_client_secret(self, client_secret: str) -> bool:
            return secrets.compare_digest(client_secret, SECRET)

        def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
            return method == "client_secret_basic"

        def check_response_type(self, response_type: str) -> bool:
            return response_type == "code"

        def check_grant_type(self, grant_type: str) -> bool:
            return grant_type == "authorization_code"

    @dataclass
    class Code(AuthorizationCodeMixin):
        code: str
        subject: str
        redirect_uri: str
        scope: str
        nonce: str
        code_challenge: str
        code_challenge_method: str

        def get_redirect_uri(self) -> str:
            return self.redirect_uri

        def get_scope(self) -> str:
            return self.scope

        def get_nonce(self) -> str:
            return self.nonce

        def get_auth_time(self) -> int:
            return int(time.time())

        def get_acr(self) -> None: ...

        def get_amr(self) -> None: ...

    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            challenge = data.get("code_challenge"), data.get("code_challenge_method")
            uri = request.payload.redirect_uri
            codes[code] = Code(code, request.user, uri, request.payload.scope, data.get("nonce"), *challenge)

        def query_authorization_code(self, code: str, client: Any) -> Any:
            return codes.get(code)

        def delete_authorization_code(self, authorization_code: Any) -> None:
            codes.pop(authorization_code.code)

        def authenticate_user(self, authorization_code: Any) -> str:
            return authorization_code.subject

    class IdToken(OpenIDCode):
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(code.nonce == nonce for code in codes.values())

        def generate_user_info(self, user: str, scope: str) -> UserInfo:
            told = {name: value for name, value in people[user].items() if not name.startswith("userinfo:")}
            return UserInfo(sub=user, **told)

        def resolve_client_private_key(self, client: Any) -> Any:
            return keys[-1]

        def get_encode_header(self, client: Any) -> dict[str, str]:
            return {"alg": "RS256", "kid": keys[-1].kid}

        def get_client_claims(self, client: Any) -> dict[str, Any]:
            return {"iss": issuer}

        def encode_id_token(self, token: Any, request: Any) -> str:
            tokens[token["access_token"]] = request.user
            good = super().encode_id_token(token, request)
            return spoilt(good) if wrong else good

    def spoilt(token: str) -> str:
        read = jwt.decode(token, keys[-1])
        claims = {**read.claims, **{name: value for name, value in wrong.items() if name != "key"}}
        head, key, how = read.header, keys[-1], wrong.get("key")
        if how == "none":
            return "eyJhbGciOiJub25lIn0." + jwt.encode(head, claims, key).split(".")[1] + "."
        if how == "shared":  # the public key taken for a shared secret
            secret = OctKey.import_key(key.as_pem(private=False))
            return jws.serialize_compact({"alg": "HS256", "kid": key.kid}, json.dumps(claims), secret, ["HS256"])
        return jwt.encode(head, claims, RSAKey.generate_key(2048) if how == "unknown" else key)

    app = flask.Flask(__name__)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = AuthorizationServer(
        app,
        query_client=lambda client_id: Client() if client_id == CLIENT else None,
        save_token=lambda token, request: None,
    )
    server.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(require_nonce=True)])

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Any:
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "end_session_endpoint": f"{issuer}/leave",
            "jwks_uri": f"{issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile"],
            "code_challenge_methods_supported": ["S256"],
        }

    @app.get("/jwks")
    def jwks() -> Any:
        return {"keys": [{**key.as_dict(private=False), "kid": key.kid} for key in keys[-1:]]}

    @app.post("/people/<subject>")
    def press(subject: str) -> Any:
        if subject == "nobody":  # who presses "cancel"
            state = flask.request.args["state"]
            return flask.redirect(f"{callback}?error=access_denied&state={state}")
        grant = server.get_consent_grant(end_user=subject)
        return server.create_authorization_response(grant_user=subject, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Any:
        subject = tokens.get(flask.request.headers.get("authorization", "").removeprefix("Bearer "))
        if subject is None:
            return {"error": "invalid_token"}, 401
        told = {name.removeprefix("userinfo:"): value for name, value in people[subject].items()}
        return {"sub": subject, **told}

    @app.put("/people")
    def who() -> Any:
        people.update(flask.request.get_json())
        return "", 204

    @app.post("/rotate")
    def rotate() -> Any:
        keys.append(RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"}))
        return "", 204

    @app.put("/wrong")
    def spoil() -> Any:
        wrong.clear()
        wrong.update(flask.request.get_json())
        return "", 204

    app.run("127.0.0.1", port)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2])
