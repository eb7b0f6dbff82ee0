"""Two desks on one database hand the same cases on to five systems, one of which is dead, and one desk is killed:
afterwards nothing is lost, and nothing is there twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from concierge.conversations.handoffs import Handoffs
from concierge.handoff.commands import handoffs
from concierge.settings import get_settings
from tests.desk.conftest import Desk, start, stop
from tests.handoff.fakes import ChatwootServer, DirectLine, Hook, ZendeskServer
from tests.mail_server import MailServer, mail_server
from tests.postgres import postgres_schema

# Real pauses, leases and alarms, made short.
HURRIED = """
import concierge.handoff.dispatcher as d
from datetime import timedelta
d.FIRST_PAUSE, d.LONGEST_PAUSE, d.LEASE_SECONDS, d.ALARM_AFTER = 0.3, 1.0, 4.0, timedelta(seconds=1)
"""
CASES = 5


class World:
    """The five systems."""

    def __init__(self, stack: ExitStack) -> None:
        self.hook, self.hub, self.chatwoot, self.zendesk = Hook(), DirectLine(), ChatwootServer(), ZendeskServer()
        for each in (self.hook, self.hub, self.chatwoot, self.zendesk):
            stack.enter_context(closing(each.server))
        self.post: MailServer = stack.enter_context(mail_server())

    @property
    def environment(self) -> dict[str, str]:
        told = {
            "WEBHOOK_URL": self.hook.url,
            "WEBHOOK_SECRET": self.hook.SECRET,
            "SMTP": self.post.address,
            "MAIL_FROM": "concierge@example.com",
            "MAIL_TO": "service@example.com",
            "DIRECTLINE_URL": self.hub.url,
            "DIRECTLINE_SECRET": self.hub.SECRET,
            "CHATWOOT_URL": self.chatwoot.url,
            "CHATWOOT_ACCOUNT": str(self.chatwoot.ACCOUNT),
            "CHATWOOT_INBOX": str(self.chatwoot.INBOX),
            "CHATWOOT_TOKEN": self.chatwoot.TOKEN,
            "ZENDESK_URL": self.zendesk.url,
            "ZENDESK_USER": self.zendesk.USER,
            "ZENDESK_TOKEN": self.zendesk.TOKEN,
        }
        return {f"CONCIERGE_HANDOFF_{name}": value for name, value in told.items()}

    @property
    def mailed(self) -> list[str]:
        """A letter that came twice is the same letter, by its Message-ID."""
        return sorted({mail["message-id"] for mail in self.post.mails})


@pytest.fixture
def world() -> Iterator[World]:
    with ExitStack() as stack:
        yield World(stack)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'concierge.db'}"
        return
    with postgres_schema("handing") as schema:
        yield schema.url()


def until(true: Callable[[], bool], what: str, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def test_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, database: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.zendesk.down = True
    world.chatwoot.ahead = ["lost", None, 503, None, "lost", None, ("wait", 1), None, "lost"]
    world.hub.ahead = [None, "lost", 502, None, "lost"]
    desks = [start(tmp_path, database, HURRIED, **world.environment) for _ in range(2)]
    try:
        first, second = desks
        cases = [first.case(f"Nummer {number}") for number in range(CASES)]
        until(lambda: len(world.hook.cases) > 2, "the hook got nothing")
        first.process.kill()
        first.process.wait()
        ids = sorted(case.id for case in cases)
        reached = (world.hook, world.hub, world.chatwoot)
        until(lambda: all(sorted(each.cases) == ids for each in reached), "not everything went on past the dead one")
        until(lambda: len(world.mailed) == CASES, "not every letter came")
        it_is_seen(second, cases[0].id)
        it_is_told_to_an_operator(second, database, monkeypatch)
        world.zendesk.down = False
        until(lambda: sorted(world.zendesk.cases) == ids, "what was dead did not get everything")
        deliveries = Handoffs(second.log)
        until(
            lambda: all(each["state"] == "sent" for case in ids for each in deliveries.of(case)), "not all is on record"
        )
        time.sleep(1.5)  # for what would come twice
        for each in (*reached, world.zendesk):
            assert sorted(each.cases) == ids, type(each).__name__
        assert all(len(each["messages"]) == 3 for each in world.chatwoot.conversations), "a note was lost or doubled"
        assert len(world.mailed) == CASES
        assert len(world.post.mails) <= CASES + 1, "only what was on its way at the kill may come twice"
    finally:
        for desk in desks:
            stop(desk)


def it_is_seen(desk: Desk, case_id: str) -> None:
    """At the case, in the figures of the process, and in its health, which stays well."""
    client = desk.client("ada")

    def shown() -> dict[str, str]:
        found = client.get(f"/api/cases/{case_id}").json()["handoffs"]
        return {each["destination"]: f"{each['state']} {each['error']}".strip() for each in found}

    there = dict.fromkeys(("webhook", "e-mail", "Bot Framework", "Chatwoot"), "sent")
    wanted = {**there, "Zendesk": "waiting Zendesk cannot be reached (RemoteProtocolError)"}
    until(lambda: shown() == wanted, f"the case says {shown()}")
    until(lambda: 'concierge_handoffs_dead{destination="Zendesk"} 1.0' in _metrics(desk), "no alarm")
    assert f'concierge_handoffs_waiting{{destination="Zendesk"}} {CASES}.0' in _metrics(desk)
    ready = httpx.get(f"{desk.url}/health/ready")
    assert (ready.status_code, ready.json()["warnings"]) == (
        200,
        ["Zendesk takes no cases: see concierge handoffs status"],
    )


def it_is_told_to_an_operator(desk: Desk, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCIERGE_DATABASE_URL", database)
    get_settings.cache_clear()
    try:
        told = CliRunner().invoke(handoffs, ["status"])
    finally:
        get_settings.cache_clear()
    assert f"{CASES} waiting, 0 refused, in vain since" in told.output, told.output
    assert "Claire" not in told.output


def _metrics(desk: Desk) -> str:
    return httpx.get(f"{desk.url}/metrics").text
