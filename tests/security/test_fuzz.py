"""What the descriptions allow, and what they do not, sent to both servers by schemathesis: bounded, and repeatable.

Requests carry a good token, none, or a wrong one, and names of things that are there. ``CONCIERGE_FUZZ=20`` does twenty
times as much, with another seed each time.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from concierge.settings import ROOT
from tests.security.fuzzing import MORE, SECRET, WORDS, House, address, chance, is_well, resident

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120 * MORE)]

EXAMPLES = 25 * MORE
# Kilobytes that a server may hold on to: caches fill, more slowly than requests come (13 MB after 2,400 of them to both
# servers, 31 MB after some 30,000).
GROWTH = 20_000 + 2_000 * MORE
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
Headers = dict[str, str]
_CONFIG = {
    "generation": {"deterministic": MORE == 1, "database": "none", "with-security-parameters": False},
    "phases": {"coverage": {"unexpected-methods": ["PUT", "DELETE", "PATCH", "GET", "POST"]}},
}


def _description(room: str) -> Any:
    config = schemathesis.Config.from_dict(_CONFIG)
    return schemathesis.openapi.from_path(ROOT / "concierge" / room / "openapi.yml", config=config)


CHANNELS, DESK = _description("channels"), _description("desk")
bounded = settings(
    max_examples=EXAMPLES,
    derandomize=MORE == 1,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)


def _send(case: Any, url: str, headers: Headers) -> None:
    """Streams are not followed: how they begin is what is looked at."""
    if case.path.endswith("/stream") and case.method == "GET":
        _begin(case, url, headers)
        return
    # No session: a cookie that an answer brings would be shown by the cases after it.
    answer = case.call_and_validate(base_url=url, headers=headers, timeout=20, checks=CHECKS, allow_redirects=False)
    _is_told_of(case, answer.status_code)


def _is_told_of(case: Any, status: int) -> None:
    """What a description leaves to ``default`` it names in a sentence."""
    described = case.operation.schema.raw_schema
    responses = described["paths"][case.path][case.operation.method]["responses"]
    named = re.findall(r"\b[45]\d\d\b", described["components"]["responses"]["Refused"]["description"])
    assert str(status) in {*responses, *named}, f"{status} is not described"


def _begin(case: Any, url: str, headers: Headers) -> None:
    sent = case.as_transport_kwargs(base_url=url)
    sent["headers"] = {**sent["headers"], **headers}
    with requests.request(**sent, stream=True, timeout=20) as answer:
        if answer.status_code == 200:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert next(answer.iter_content(1, decode_unicode=False), None) is not None
        else:
            case.validate_response(answer, checks=CHECKS)
            _is_told_of(case, answer.status_code)


def _lead_on(case: Any, house: House, pick: Random) -> None:
    """Puts in what is there: tokens, buttons, senders, words that lead somewhere."""
    body, conversation = case.body, pick.choice(house.conversations)
    if not isinstance(body, dict):
        return
    for field in ("text", "message"):
        if isinstance(body.get(field), str):
            body[field] = pick.choice([pick.choice(WORDS), body[field]])
    if isinstance(body.get("token"), str):
        body["token"] = pick.choice([body["token"], conversation.token, conversation.token[:-1]])
    choice = body.get("choice")
    if isinstance(choice, dict) and isinstance(choice.get("seq"), int):
        choice["seq"] = pick.choice([choice["seq"], conversation.seq, conversation.seq + 2])
        if isinstance(choice.get("index"), int):
            choice["index"] = pick.choice([choice["index"], 0, 1])


def _sent(case: Any, good: Headers, others: list[Headers], pick: Random) -> list[Headers]:
    """With what a case is sent: mostly with what is good; where a case has next to nothing to vary, with everything."""
    return [pick.choice([*[good] * 8, *others])] if case.operation.body else [good, *others]


@CHANNELS.parametrize()
@bounded
def test_the_website_and_rest(case: Any, house: House) -> None:
    pick = chance(case)
    _lead_on(case, house, pick)
    token = pick.choice(house.conversations).token
    if case.path.startswith("/webhooks/rest"):
        sender, token = pick.choice(house.rest)
        if isinstance(case.body, dict) and isinstance(case.body.get("sender"), str):
            case.body["sender"] = pick.choice([sender, sender, case.body["sender"]])
    others = [{}, {"Authorization": "Bearer x.y"}, {"Concierge-Secret": SECRET}, {"Concierge-Secret": "x"}]
    for headers in _sent(case, {"Authorization": f"Bearer {token}"}, others, pick):
        _send(case, address(house.front), headers)


@DESK.parametrize()
@bounded
def test_the_desk(case: Any, house: House) -> None:
    pick = chance(case)
    if isinstance((case.path_parameters or {}).get("case"), str):
        ends = case.path.endswith(("/resolve", "/hand-back"))
        case.path_parameters["case"] = pick.choice([*(house.cases[20:] if ends else house.cases), "nobody"])
    if pick.random() < 0.8:
        case.headers["X-Concierge"] = "desk"
    cookie = pick.choice(house.cookies)
    if case.path == "/api/logout":
        cookie = next(house.leaving)
    elif case.path == "/api/sessions/end":
        cookie = house.ending
    others = [{}, {"Cookie": "concierge_desk=x.y.z"}, {"Cookie": "concierge_desk=; a=b"}]
    for headers in _sent(case, {"Cookie": cookie}, others, pick):
        _send(case, address(house.desk), headers)


def test_deep_places_were_reached(house: House) -> None:
    """Else the run above would have gone round the doors only."""
    seen = requests.get(
        f"{address(house.desk)}/api/cases", params={"closed": "1"}, headers={"Cookie": house.cookies[0]}, timeout=20
    ).json()
    assert isinstance(seen, list), seen  # else it was signed out by another case
    states = {row["status"] for row in seen}
    assert {"queued", "accepted"} & states
    assert {"resolved", "returned"} & states
    assert len(seen) > len(house.cases), "the assistant has handed conversations over, too"


def test_both_servers_are_well_afterwards_and_have_not_grown(house: House) -> None:
    for server in (house.front, house.desk):
        is_well(server)
        grown = resident(server) - house.before[server.name]
        assert grown < GROWTH, f"{server.name} has grown by {grown} kB"
