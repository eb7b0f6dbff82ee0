"""A conversation is erased while its turn runs, in other processes: a widget, a REST client and a stream are there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from tests.channels.conftest import Page, Rest, Site, Stream, until
from tests.postgres import postgres_schema

pytestmark = pytest.mark.timeout(300)
SLOWLY = 15.0  # seconds of an action: two commands that erase have to end before it, on a machine with other work too


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def own(request: pytest.FixtureRequest, new_site: Callable[..., Site]) -> Iterator[Site]:
    if request.param == "sqlite":
        site = new_site()
        yield site
        site.stop()
        return
    with postgres_schema("erased") as schema:
        site = new_site(CONCIERGE_DATABASE_URL=schema.url())
        yield site
        site.stop()


def erase(site: Site, conversation_id: str) -> str:
    command = [sys.executable, "-m", "concierge", "privacy", "erase", "--yes", "--conversation", conversation_id]
    done = subprocess.run(command, env={**os.environ, **site.environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def left(site: Site, conversation_id: str) -> set[str]:
    """The columns in which the conversation's id still stands."""
    found = set()
    with site.engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            for row in connection.execute(sa.text(f'SELECT * FROM "{table}"')).mappings():
                found |= {f"{table}.{column}" for column, value in row.items() if conversation_id in str(value)}
    return found


def read_to_its_end(stream: Stream) -> None:
    while True:
        stream.next()


def _log_of_what_was_erased(site: Site) -> str:
    """Once the turn is over; empty before."""
    log = (site.var / "assistant.log").read_text(errors="replace")
    return log if "was erased while it was worked on" in log else ""


def test_nothing_comes_back_of_what_was_under_way(own: Site) -> None:
    own.start_actions()
    url = own.start_assistant()
    own.slow(SLOWLY)
    page, rest = Page(url), Rest(url, "erased")
    stream = Stream(page, seconds=40)
    rest("hello")
    other = own.log.open("rest", "erased").id
    page.send("slowly")
    until(lambda: page.said(1) == ["Hello"])  # the slow action is running
    assert "Proof" in erase(own, page.id)
    erase(own, other)
    assert page.send("slowly").status_code == 401
    assert page.http.get("/events").status_code == 401
    with pytest.raises(AssertionError, match="the stream ended"):
        read_to_its_end(stream)
    stream.close()
    assert rest.post("hello").status_code == 401
    anew = rest.post("hello", headers={}).json()
    assert anew[0]["text"] == "Hello", "a new conversation, though this process knew the sender's old one"
    again = Page(url, token=page.opened["token"])
    assert again.id != page.id
    assert again.ask("hello") == "Hello"
    log = until(lambda: _log_of_what_was_erased(own), 60)
    assert left(own, page.id) <= {"trackers.sender_id"}
    assert left(own, other) <= {"trackers.sender_id"}
    assert "Traceback" not in log
