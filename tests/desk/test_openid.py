"""Signing in with a real OpenID Connect provider, and everything that must not get in that way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from concierge.conversations.schema import openid_attempts
from concierge.desk.audit import Audit
from concierge.desk.commands import advisors
from concierge.desk.openid import Refused, admitted
from concierge.desk.services import Services
from concierge.settings import Settings, get_settings
from tests.desk.conftest import PASSWORD, Desk, start, stop
from tests.oidc_provider import CLIENT, SECRET, OidcProvider, oidc_provider
from tests.ports import free_port

CALLBACK = "https://desk.example.com/openid/callback"  # the browser's part is played here
ASK_FOR_KEYS_AT_ONCE = "import concierge.desk.openid_provider as p; p.KEYS_AGAIN_SECONDS = 0"
ADVISOR, LEAD, ADMIN = ({"realm": {"groups": ["boutique", group]}} for group in ("desk", "desk leads", "desk admins"))
NO_ROLES = {"CONCIERGE_OPENID_ROLE_CLAIM": "", "CONCIERGE_OPENID_ROLES": ""}


def person(name: str, *more: dict[str, Any], verified: bool = True) -> dict[str, Any]:
    claims: dict[str, Any] = {"email": f"{name}@house.example", "email_verified": verified}
    for each in more:
        claims |= each
    return claims


def variables(provider: OidcProvider, **more: str) -> dict[str, str]:
    return {
        "CONCIERGE_DESK_URL": "https://desk.example.com",
        "CONCIERGE_OPENID_ISSUER": provider.issuer,
        "CONCIERGE_OPENID_CLIENT_ID": CLIENT,
        "CONCIERGE_OPENID_CLIENT_SECRET": SECRET,
        "CONCIERGE_OPENID_NAME": "the house",
        "CONCIERGE_OPENID_ROLE_CLAIM": "realm.groups",
        "CONCIERGE_OPENID_ROLES": "advisor=desk, lead=desk leads, admin=desk admins",
        **more,
    }


def settings(provider: OidcProvider, **more: str) -> dict[str, str]:
    return {name.removeprefix("CONCIERGE_").lower(): each for name, each in variables(provider, **more).items()}


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    with oidc_provider(CALLBACK) as running:
        yield running


@pytest.fixture(scope="module")
def desk(provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The provider alone says who there is: by groups, without passwords."""
    without = {"CONCIERGE_OPENID_ACCOUNTS": "made", "CONCIERGE_DESK_PASSWORDS": "false"}
    var = tmp_path_factory.mktemp("desk")
    running = start(var, before=ASK_FOR_KEYS_AT_ONCE, **variables(provider, **without))
    yield running
    stop(running)


def way_back(desk: Desk, provider: OidcProvider, subject: str) -> tuple[httpx.Client, str]:
    """A browser at the provider's door, and the address by which it is sent back."""
    browser = desk.anonymous()
    begun = browser.get("/openid/begin")
    assert begun.status_code == 302, begun.text
    back = urlsplit(provider.sign_in(begun.headers["location"], subject))
    assert f"{back.scheme}://{back.netloc}{back.path}" == CALLBACK
    return browser, f"{back.path}?{back.query}"


def sign_in(desk: Desk, provider: OidcProvider, subject: str) -> tuple[httpx.Client, str]:
    """A browser, and where it is led in the end."""
    browser, back = way_back(desk, provider, subject)
    answer = browser.get(back)
    assert answer.status_code == 302
    return browser, answer.headers["location"]


def record(desk: Desk, word: str) -> list[tuple[str, str, str, str]]:
    rows = Audit(desk.log.engine).find(word)
    return [(row["by"], row["what"], row["whom"], row["details"]) for row in rows]


def test_groups_decide_and_an_account_is_made(desk: Desk, provider: OidcProvider) -> None:
    provider.people(stranger=person("stranger"), nina=person("nina", ADVISOR, {"userinfo:name": "Nina"}))
    assert desk.anonymous().get("/api/ways").json() == {"passwords": False, "openid": "the house"}
    assert sign_in(desk, provider, "stranger")[1] == "../#sign-in/no_role"
    browser, at = sign_in(desk, provider, "nina")
    assert at == "../"
    me = browser.get("/api/me").json()["advisor"]
    assert (me["login"], me["name"], me["role"]) == ("nina@house.example", "Nina", "advisor")
    assert ("OpenID Connect", "account_made", "nina@house.example", "advisor") in record(desk, "account_made")
    assert ("nina@house.example", "signed_in", "", "OpenID Connect") in record(desk, "signed_in")

    # The provider may call her otherwise one day: her subject stays.
    provider.people(nina=person("nina.married", LEAD))
    again, _ = sign_in(desk, provider, "nina")
    me = again.get("/api/me").json()["advisor"]
    assert (me["login"], me["role"]) == ("nina@house.example", "lead")
    assert browser.get("/api/me").status_code == 401, "another role ends what was open"
    left = again.post("/api/logout")
    assert left.json()["next"].startswith(f"{provider.issuer}/leave?")
    assert again.get("/api/me").status_code == 401

    again, _ = sign_in(desk, provider, "nina")
    provider.people(nina=person("nina"))
    assert sign_in(desk, provider, "nina")[1] == "../#sign-in/no_role"
    assert again.get("/api/me").status_code == 401, "who has left the groups is out, everywhere"


def test_whom_the_desk_does_not_let_in(desk: Desk, provider: OidcProvider) -> None:
    provider.people(
        unchecked=person("claire", ADVISOR, verified=False), gone=person("gone", ADVISOR), nobody=person("nobody")
    )
    assert sign_in(desk, provider, "unchecked")[1] == "../#sign-in/unknown", "an address that nobody has verified"
    browser, back = way_back(desk, provider, "nobody")
    assert browser.get(back).headers["location"] == "../#sign-in/cancelled"
    desk.advisors.create("gone@house.example", "Gone", PASSWORD)
    desk.advisors.deactivate("gone@house.example")
    browser, at = sign_in(desk, provider, "gone")
    assert at == "../#sign-in/deactivated"
    assert browser.get("/api/me").status_code == 401


def test_a_state_is_good_once_and_in_the_browser_that_began(desk: Desk, provider: OidcProvider) -> None:
    provider.people(stranger=person("stranger"), claire=person("claire", ADVISOR))
    browser, back = way_back(desk, provider, "stranger")
    elsewhere = desk.anonymous()
    elsewhere.get("/openid/begin")  # it has a cookie of its own
    assert elsewhere.get(back).headers["location"] == "../#sign-in/again"
    assert desk.anonymous().get(back).headers["location"] == "../#sign-in/again", "and without one"
    assert browser.get(back).headers["location"] == "../#sign-in/no_role", "the one that began is heard"
    assert browser.get(back).headers["location"] == "../#sign-in/again", "once"
    other = back.replace("state=", "state=x")
    assert browser.get(other).headers["location"] == "../#sign-in/again"
    # A code of another sign-in: the verifier is not its own, and the provider refuses.
    first, mine = way_back(desk, provider, "claire")
    _, theirs = way_back(desk, provider, "claire")
    swapped = f"/openid/callback?{urlsplit(mine).query.replace(code(mine), code(theirs))}"
    assert first.get(swapped).headers["location"] == "../#sign-in/again"


def code(back: str) -> str:
    return parse_qs(urlsplit(back).query)["code"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": ["another client"]},
        {"aud": [CLIENT, "another client"]},
        {"azp": "another client"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1_700_000_000},
        {"iat": 4_000_000_000},
        {"sub": "s" * 256},
        {"key": "unknown"},
        {"key": "none"},
        {"key": "shared"},
    ],
)
def test_an_id_token_that_does_not_hold_lets_nobody_in(
    desk: Desk, provider: OidcProvider, wrong: dict[str, object]
) -> None:
    provider.people(claire=person("claire", ADVISOR))
    browser, back = way_back(desk, provider, "claire")
    with provider.wrong(**wrong):
        answer = browser.get(back)
    assert answer.headers["location"] == "../#sign-in/provider"
    assert browser.get("/api/me").status_code == 401


def test_the_provider_changes_its_key(desk: Desk, provider: OidcProvider) -> None:
    provider.people(claire=person("claire", ADVISOR))
    assert sign_in(desk, provider, "claire")[1] == "../"
    provider.rotate()
    assert sign_in(desk, provider, "claire")[1] == "../"


def test_passwords_switched_off(desk: Desk) -> None:
    desk.person("locum")
    anonymous = desk.anonymous()
    answer = anonymous.post("/api/login", json={"login": "locum", "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]) == (403, "passwords_off")
    assert "Sign in with the house" in answer.json()["message"]
    answer = anonymous.post("/api/invitation", json={"token": "x", "password": PASSWORD})
    assert answer.json()["error"] == "passwords_off"


def test_what_is_kept_of_an_attempt_opens_nothing(desk: Desk) -> None:
    browser = desk.anonymous()
    begun = browser.get("/openid/begin")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    for part in ("HttpOnly", "SameSite=Lax", "Max-Age=600"):
        assert part in begun.headers["set-cookie"]
    assert asked["code_challenge_method"] == ["S256"]
    with desk.log.engine.connect() as connection:
        rows = str(connection.execute(sa.select(openid_attempts)).mappings().all())
    assert asked["state"][0] not in rows
    assert browser.cookies["concierge_openid"] not in rows


def test_an_account_is_one_persons_until_an_administrator_says_otherwise(desk: Desk, provider: OidcProvider) -> None:
    provider.people(old=person("moved", ADVISOR), new=person("moved", ADVISOR), boss=person("boss", ADMIN))
    assert sign_in(desk, provider, "old")[1] == "../"
    assert sign_in(desk, provider, "new")[1] == "../#sign-in/taken"
    boss, _ = sign_in(desk, provider, "boss")
    account = next(each for each in boss.get("/api/people").json()["people"] if each["login"] == "moved@house.example")
    assert account["openid"] is True
    assert boss.post(f"/api/people/{account['id']}", json={"deed": "unlink"}).status_code == 200
    assert sign_in(desk, provider, "new")[1] == "../"
    assert sign_in(desk, provider, "old")[1] == "../#sign-in/taken"
    invited = boss.post("/api/people", json={"login": "next@house.example", "name": "Next", "role": "advisor"})
    assert invited.json()["invitation"] is None, "there is no password to choose"


def test_invited_ones_alone(provider: OidcProvider, tmp_path: Path) -> None:
    """What follows from claims that hold, in an installation without groups."""
    services = Services(Settings(_env_file=None, var=tmp_path, **settings(provider, **NO_ROLES)))
    services.prepare()
    invited = services.advisors.create("claire@house.example", "Claire", PASSWORD, "lead")
    with pytest.raises(Refused, match="unknown"):
        admitted(services, {"sub": "1", **person("stranger")}, "")
    token = admitted(services, {"sub": "2", **person("Claire"), **ADMIN}, "")
    assert services.sessions.check(token) == invited
    services.close()


def test_what_is_set_wrongly_is_said_before_anybody_tries(
    provider: OidcProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(**more: str) -> tuple[int, str]:
        for name, value in variables(provider, **more).items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        result = CliRunner().invoke(advisors, ["openid"])
        return result.exit_code, result.output

    monkeypatch.setenv("CONCIERGE_VAR", str(tmp_path))
    try:
        code, said = told()
        assert code == 0, said
        assert CALLBACK in said
        code, said = told(CONCIERGE_OPENID_ISSUER=provider.issuer + "/")
        assert code == 1
        assert "write it as the provider does, to the last slash" in said
        code, said = told(CONCIERGE_OPENID_ISSUER=f"http://127.0.0.1:{free_port()}")
        assert code == 1
        assert "does not answer" in said
        code, said = told(CONCIERGE_OPENID_SCOPES="openid email groups")
        assert code == 1
        assert "no scope groups" in said
    finally:
        get_settings.cache_clear()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"desk_passwords": "false"}, "CONCIERGE_OPENID_ISSUER has to be set"),
        ({"openid_issuer": "https://login.example"}, "CONCIERGE_OPENID_CLIENT_ID"),
        ({"openid_issuer": "http://login.example"}, "write https://host"),
        ({"openid_roles": "boss=desk"}, "write advisor=group"),
    ],
)
def test_settings_that_do_not_go_together(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Settings(_env_file=None, **given)


def test_everybody_whom_a_provider_knows_is_not_let_in(provider: OidcProvider) -> None:
    with pytest.raises(ValueError, match="only for who has a role"):
        Settings(_env_file=None, **settings(provider, **NO_ROLES), openid_accounts="made")
