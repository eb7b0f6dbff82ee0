"""An installation filled through the product's own ways, in SQLite and PostgreSQL, and a look at all that is in it."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from concierge.conversations.lookups import TryLimits
from concierge.settings import Settings, get_settings
from tests.dialogue.conftest import agent, model, talk  # noqa: F401 - fixtures
from tests.dialogue.talk import EMAIL, Talk
from tests.postgres import postgres_schema
from tests.trackers import readable

ANNA = "anna@example.com"
# What only Claire has said, been called or been told; some of it in words that nobody uses by chance.
HERS = (EMAIL, "Claire", "Fontaine", "xylophone", "marmalade", "periwinkle", "gooseberry", "kaleidoscope")
WORDS = {
    "said": "where is my order, the xylophone is waiting",
    "repair": "the zip broke like marmalade",
    "exchange": "the periwinkle one",
    "note": "call it off, gooseberry",
    "advisor": "She collects a kaleidoscope.",
}


LIMITS = TryLimits(of_conversation=5, of_network=20, network_seconds=3600.0)


def in_an_hour() -> int:
    """When the shop's proof of a customer ends, in seconds since 1970."""
    return int(time.time()) + 3600


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def urls(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Iterator[dict[str, str]]:
    """Addresses of the two databases, empty."""
    if request.param == "sqlite":
        shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
        files = {"database": "concierge.db", "orders": "orders.db"}
        yield {name: f"sqlite:///{tmp_path / file}" for name, file in files.items()}
        return
    with postgres_schema("privacy_database") as database, postgres_schema("privacy_orders") as orders:
        yield {"database": database.url(), "orders": orders.url()}


@pytest.fixture
def shop(urls: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:

    from concierge.demo.documented import documented_orders
    from concierge.dialogue import resources

    monkeypatch.setenv("CONCIERGE_VAR", str(tmp_path))
    monkeypatch.setenv("CONCIERGE_DATABASE_URL", urls["database"])
    monkeypatch.setenv("CONCIERGE_ORDERS_URL", urls["orders"])
    monkeypatch.setenv("CONCIERGE_MESSAGES_PER_MINUTE", "100000")
    get_settings.cache_clear()
    resources.current.cache_clear()
    shop = resources.current()
    claires = documented_orders(datetime.now(timezone.utc))
    annas = [
        replace(order, number=order.number.replace("BA1", "BA3"), email=ANNA, name="Anna Weber") for order in claires
    ]
    shop.orders().put([*claires, *annas])
    yield shop
    shop.log().engine.dispose()
    shop.orders().close()
    resources.current.cache_clear()
    get_settings.cache_clear()


@pytest.fixture
def settings(shop: Any) -> Settings:
    return get_settings()


async def live_a_little(talk: Callable[..., Talk], shop: Any, email: str, numbers: str, secret: bool) -> str:  # noqa: F811
    """A conversation that leaves something in every table. Returns its id."""
    from concierge.conversations import Advisors
    from concierge.conversations.drafts import Drafts
    from concierge.conversations.handoffs import Handoffs
    from concierge.conversations.mail_threads import MailThreads
    from concierge.conversations.mailed_codes import Addressee, CodeLimits
    from concierge.conversations.outbox import Outbox, Taken
    from concierge.conversations.searched import Searched
    from concierge.desk import notes, redaction
    from concierge.desk.misunderstood import Marks, understood
    from concierge.dialogue.next_steps import note, register
    from concierge.files import FileStore, Kept

    words = WORDS if secret else dict.fromkeys(WORDS, "plain words")
    conversation, log, cases = talk(network="digest"), shop.log(), shop.cases()
    number = numbers + "0000003"
    await conversation.say(words["said"])
    await conversation.say(f"{number} wrong@example.org")  # a look-up that fails
    await conversation.says(f"{number} {email}", "can I cancel it")
    line = shop.orders().get(numbers + "0000008").lines[0].id
    told = {"at": shop.now(), "conversation": conversation.id}
    register(shop, numbers + "0000008", line, "repair", words=words["repair"], **told)
    register(shop, numbers + "0000004", "1", "exchange", words=words["exchange"], **told)
    note(shop, number, words["note"], "cancel_if_possible", key=f"{conversation.id}:note", **told)
    request = {"task": "track", "words": words["said"], "number": number, "email": email}
    made = shop.promised().promise(conversation.id, f"{conversation.id}:track:", request, within=timedelta(days=1))
    shop.promised().keep(made.id)
    await conversation.say("I want to talk to a person")
    known = {each.login: each for each in Advisors(log.engine).all()}
    advisor = known.get("camille") or Advisors(log.engine).create("camille", "Camille", "a long password")
    case = cases.claim(cases.live(conversation.id).id, advisor.id)
    book = Advisors(log.engine)
    colleague = known.get("antoine") or book.create("antoine", "Antoine", "a long password")
    noted = notes.add(log, case, advisor, words["advisor"], uuid.uuid4().hex)
    notes.Mentions(log.engine).add(case.id, replace(noted, payload={"mentions": [colleague.id]}))
    Drafts(log.engine).keep(case.id, advisor.id, "reply", words["advisor"])
    redaction.record(log, redaction.REVEALED, conversation.id, case.id, advisor)
    deliveries = Handoffs(log)
    deliveries.enrol(["webhook"], datetime.now(timezone.utc))
    delivery = deliveries.claim("webhook", 5)
    assert delivery is not None
    deliveries.sent(delivery)
    outbox = Outbox(log)  # as if it had come in by a provider
    outbox.hear(conversation.id, "telegram", datetime.now(timezone.utc), {"name": words["note"]})
    said = cases.say(case.id, advisor.id, f"Good morning, {words['advisor']}")
    claim = outbox.claim(conversation.id, 5)
    assert claim is not None
    outbox.taken(claim, [Taken(said.seq, provider_id="1")], {}, 5)
    to = Addressee(number, email, "en", f"order of {conversation.id}", f"address of {conversation.id}")
    shop.codes().request(
        conversation.id, to, CodeLimits(dict.fromkeys(("conversation", "order", "address"), (9, 3600)))
    )
    file_id, file = log.expect_file(conversation.id, 1, "telegram", "photo", words["note"]), words["said"].encode()
    name = FileStore(get_settings().files).write(conversation.id, file)
    log.file_kept(file_id, Kept("photo", "image/jpeg", name, len(file)))
    log.typing(conversation.id, "customer", seconds=600)
    log.seen(conversation.id, said.seq)
    log.read_by_advisor(conversation.id, said.seq)
    asked = next(each for each in log.messages(conversation.id) if each.role == "customer" and understood(each))
    Marks(log.engine).put(asked, 0, "final_sale", advisor)
    Searched(log, str).catch_up()
    MailThreads(log, "key", lambda case, _: email, 0).due(9)
    return conversation.id


def everything(urls: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """Every row of every table of both databases, each value as text."""
    found: dict[str, list[dict[str, str]]] = {}
    for database, url in urls.items():
        engine = sa.create_engine(url, future=True)
        with engine.connect() as connection:
            for table in sa.inspect(connection).get_table_names():
                # No types: what is stored is looked at, not what the code makes of it.
                rows = connection.execute(sa.text(f'SELECT * FROM "{table}"')).mappings()
                opened = [readable(table, dict(row)) for row in rows]
                found[f"{database}.{table}"] = [{key: str(value) for key, value in row.items()} for row in opened]
        engine.dispose()
    return found


def with_any(rows: dict[str, list[dict[str, str]]], words: tuple[str, ...]) -> set[str]:
    """The columns in which one of these words stands, in any case."""
    wanted = [word.casefold() for word in words]
    return {
        f"{table}.{column}"
        for table, each in rows.items()
        for row in each
        for column, value in row.items()
        if any(word in value.casefold() for word in wanted)
    }
