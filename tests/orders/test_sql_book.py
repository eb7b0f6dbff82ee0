"""The SQL back end, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import logging
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from concierge.orders import NoSuchOrder, OrdersUnavailable, open_orders
from concierge.orders.model import Order, Return
from concierge.orders.sql import SqlOrderBook
from concierge.orders.tables import metadata, upgrade
from concierge.storage.database import UTCDateTime, open_engine, write

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=timezone.utc)
Make = Callable[..., Order]


def test_number_and_email_together_open_an_order(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    assert book.find(" #ba 1048-3726", "ADA@example.com ") == order()
    assert book.get("ba10483726") == order()


def test_no_such_order_and_not_your_email_are_the_same_answer(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    for number, email in [
        ("BA99999999", "ada@example.com"),
        ("BA10483726", "eve@example.com"),
        ("BA10483726", ""),
        ("", "ada@example.com"),
        ("BA10483726' OR 1=1 --", "ada@example.com"),
        ("%", "%"),
    ]:
        assert book.find(number, email) is None


def _attempts(order: Order, other: Order) -> Iterator[tuple[str, str]]:
    """Ways to come at ``order`` knowing only ``other``, or little."""
    mail, mine = order.email, other.email
    yield from ((order.number, wrong) for wrong in (mine, "", "@", "%", "_", "*", mail[:-1], mail + "m", "x" + mail))
    name, domain = mail.split("@")
    yield from ((order.number, f"{name}{extra}@{domain}") for extra in ("+x", ".", "%00", "\x00", "'", '"', "\\", "--"))
    yield from ((order.number, f"{mail}{glue}{mine}") for glue in (" ", ",", ";", "\n", "|", " OR ", "\r\nBcc: "))
    yield from ((order.number, f"{mine}{glue}{mail}") for glue in (" ", ",", ";", "\n", "|", " OR ", "<"))
    lookalikes = str.maketrans(
        {"a": "\u0430", "e": "\u0435", "o": "\u043e", "i": "\u0456", "c": "\u0441", "p": "\u0440"}
    )
    yield order.number, mail.translate(lookalikes)
    yield order.number, "' OR '1'='1"
    yield order.number, f"' OR email = '{mail}' --"
    yield order.number, f"{name}@{domain}.example"
    yield order.number, f"{name}%@{domain}"
    yield order.number, f"{name}@%"
    yield from ((f"{other.number}{glue}{order.number}", mine) for glue in (" ", ",", "' OR number='", "|", "%", "\n"))
    yield from ((f"{order.number}{tail}", mine) for tail in ("", "%", "'--", "\x00", "*", "?"))
    yield from ((number, mine) for number in ("%", "_" * 10, "BA%", "BA________", "", "' OR 1=1 --"))


def test_a_hundred_ways_to_anothers_order_lead_nowhere(book: SqlOrderBook, order: Make) -> None:
    mine = order(number="BA10000001", email="eve@example.com")
    theirs = order()
    book.put([mine, theirs])
    tried = 0
    for number, email in [*_attempts(theirs, mine), *_attempts(mine, theirs)]:
        known = {"eve@example.com": mine, "ada@example.com": theirs}.get(email)
        found = book.find(number, email)
        assert found is None or found == known, (number, email)
        tried += 1
        # A proved address shows its own orders and no others, however it is written.
        assert all(seen == known for seen in book.find_by_email(email)), email
    assert tried >= 100


def test_orders_of_an_address_the_newest_first(book: SqlOrderBook, order: Make) -> None:
    older = order(number="BA10000001", placed_at=NOW - timedelta(days=400))
    other = order(number="BA10000002", email="eve@example.com")
    book.put([older, order(), other])
    book.note("BA10000001", "please call", "message", "k", NOW)
    assert [found.number for found in book.find_by_email("Ada@Example.com")] == ["BA10483726", "BA10000001"]
    assert book.find_by_email("") == []
    assert book.find_by_email("nobody@example.com") == []


@pytest.mark.parametrize(
    ("proved", "another"),
    [
        ("x@straße.de", "x@strasse.de"),
        ("strauß@example.com", "strauss@example.com"),
        ("!claire@example.com", "claire@example.com"),
        ("mailto:claire@example.com", "claire@example.com"),
        ("claire@example.com.", "claire@example.com"),
        ("ｃlaire@example.com", "claire@example.com"),
        ("cla\u00adire@example.com", "claire@example.com"),
    ],
)
def test_a_proved_address_opens_no_other(book: SqlOrderBook, order: Make, proved: str, another: str) -> None:
    book.put([order(email=another)])
    assert book.find_by_email(proved) == []
    book.put([order(email=proved)])
    assert book.find_by_email(another) == []


def test_a_proved_address_is_known_in_either_form_of_its_accents(book: SqlOrderBook, order: Make) -> None:
    book.put([order(email="Ren\u00e9@example.com")])
    assert book.find_by_email("rene\u0301@EXAMPLE.com")


def test_putting_counts_what_changed(book: SqlOrderBook, order: Make) -> None:
    assert book.put([order()]) == {"created": 1, "updated": 0, "unchanged": 0}
    assert book.put([order()]) == {"created": 0, "updated": 0, "unchanged": 1}
    assert book.put([order(email="new@example.com"), order(number="BA10000001")]) == {
        "created": 1,
        "updated": 1,
        "unchanged": 0,
    }
    assert book.find("BA10483726", "new@example.com")
    assert book.find("BA10483726", "ada@example.com") is None
    assert book.count() == 2


def test_a_request_is_in_the_next_look_up_and_outlives_an_import(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    asked = book.request_return("ba 10483726", ["1"], "exchange", "Grey", key="a", at=NOW)
    repair = book.request_repair("BA10483726", "1", "The zip is broken", "b", NOW)
    note = book.note("BA10483726", "Call it off if you still can", "cancel_if_possible", "c", NOW)
    book.put([order(name="Ada Marin")])
    found = book.find("BA10483726", "ada@example.com")
    assert found is not None
    assert found.name == "Ada Marin"
    assert found.returns == (asked,)
    assert asked == Return("BA10483726-R1", ("1",), NOW, "exchange", replacement="Grey")
    assert found.repairs == (repair,)
    assert (repair.status, repair.description) == ("requested", "The zip is broken")
    assert book.notes("BA10483726") == [note]
    assert book.notes("BA10000001") == book.notes("nonsense") == []


def test_a_key_records_once(book: SqlOrderBook, order: Make) -> None:
    book.put([order(), order(number="BA10000001")])
    first = book.request_return("BA10483726", ["1"], key="same", at=NOW)
    again = book.request_return("BA10483726", ["1"], "exchange", key="same", at=NOW + timedelta(days=1))
    assert again == first
    # A key belongs to its order and to what it was asked for: it never shows another's record.
    assert book.request_return("BA10000001", ["1"], key="same", at=NOW).id == "BA10000001-R1"
    assert book.request_repair("BA10483726", "1", "zip", "same", NOW).id == "BA10483726-C1"
    assert book.request_return("BA10483726", ["1"], key="other", at=NOW).id == "BA10483726-R2"


def test_many_at_once_record_once(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    made: list[str] = []
    threads = [
        threading.Thread(
            target=lambda n=n: made.append(book.request_return("BA10483726", ["1"], key=f"k{n % 3}", at=NOW).id)
        )
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(made)) == ["BA10483726-R1", "BA10483726-R2", "BA10483726-R3"]
    assert len(made) == 12
    found = book.get("BA10483726")
    assert found is not None
    assert len(found.returns) == 3


def test_the_houses_own_system_knows_better_how_a_return_goes_on(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    asked = book.request_return("BA10483726", ["1"], key="a", at=NOW)
    received = replace(asked, received_at=NOW + timedelta(days=4))
    book.put([order(returns=(received,))])
    found = book.get("BA10483726")
    assert found is not None
    assert found.returns == (received,)
    assert book.request_return("BA10483726", ["1"], key="b", at=NOW).id == "BA10483726-R2"


def test_whatever_a_customer_types_can_be_recorded(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    for number, words in enumerate(["", "\0", "half \ud800 of it", "🧵" * 500, "'; DROP TABLE orders; --", "\r\n\t"]):
        book.note("BA10483726", words, "message", f"k{number}", NOW)
        book.request_repair("BA10483726", "1", words, f"k{number}", NOW)
    assert [note.text for note in book.notes("BA10483726")][2:4] == ["half ? of it", "🧵" * 500]
    found = book.get("BA10483726")
    assert found is not None
    assert len(found.repairs) == 6
    for text in ("\0", "\ud800", "BA10483726\0"):
        assert book.get(text) is None or text.startswith("BA")
        assert book.find(text, text) is None
        assert book.find("BA10483726", text) is None
        assert book.find_by_email(text) == []
    with pytest.raises(ValueError, match="idempotency key"):
        book.note("BA10483726", "x", "message", "\0", NOW)


def test_a_write_that_cannot_be_right_is_refused(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    with pytest.raises(NoSuchOrder, match="BA99999999"):
        book.note("BA99999999", "x", "message", "k", NOW)
    with pytest.raises(ValueError, match="no line '7': it has 1"):
        book.request_return("BA10483726", ["7"], key="k", at=NOW)
    with pytest.raises(ValueError, match="at least one line"):
        book.request_return("BA10483726", [], key="k", at=NOW)
    with pytest.raises(ValueError, match="one of return, exchange"):
        book.request_return("BA10483726", ["1"], "refund", key="k", at=NOW)
    with pytest.raises(ValueError, match="idempotency key"):
        book.note("BA10483726", "x", "message", "", NOW)


def test_a_look_up_is_one_indexed_query(book: SqlOrderBook, order: Make) -> None:
    book.put([order()])
    statements: list[str] = []
    engine = book._database.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))  # BEGIN is one too
    book.find("BA10483726", "ada@example.com")
    statements = [statement for statement in statements if not statement.startswith("BEGIN")]
    assert len(statements) == 1
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statements[0]}", ("BA10483726",)).all()
        assert all("SEARCH" in row[3] for row in plan if "TEMP B-TREE" not in row[3]), plan


def test_the_migrations_make_the_tables_that_the_code_uses(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    with engine.connect() as connection:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        context = MigrationContext.configure(connection, opts={"version_table": "orders_alembic_version"})
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert [item for item in differences if item[0] != "remove_table"] == []


def _open_and_count(url: str, start: threading.Event, results: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    start.wait()
    try:
        book = open_orders(url)
        results.put(book.get("BA10000001") is None)
        book.close()
    except Exception as error:
        results.put(repr(error))


def test_several_processes_may_start_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, results = spawn.Event(), spawn.Queue()
    url = f"sqlite:///{tmp_path / 'new' / 'orders.db'}"
    processes = [spawn.Process(target=_open_and_count, args=(url, start, results)) for _ in range(4)]
    for process in processes:
        process.start()
    start.set()
    assert [results.get(timeout=60) for _ in processes] == [True] * 4
    for process in processes:
        process.join()


@pytest.mark.postgres
def test_several_may_prepare_one_postgresql_at_once(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url, future=True)
    with engine.begin() as connection:
        for table in ("orders", "order_records", "order_stock", "orders_alembic_version"):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {table}"))
    engine.dispose()
    results: list[object] = []

    def prepare() -> None:
        book = SqlOrderBook(postgres_url)
        results.append(book.count())
        book.close()

    threads = [threading.Thread(target=prepare) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0] * 5


def test_a_locked_database_says_so_without_personal_data(
    book: SqlOrderBook, url: str, order: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.put([order()])
    monkeypatch.setattr("concierge.orders.database.PATIENCE", 0.3)
    impatient, engine = SqlOrderBook(url), book._database.engine
    with write(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("LOCK TABLE orders, order_records"))
        with pytest.raises(OrdersUnavailable, match=r"does not answer: .*lock") as failure:
            impatient.put([order(email="secret@example.com")])
        assert "secret" not in str(failure.value) + str(failure.value.__cause__)
    assert impatient.put([order()])["unchanged"] == 1
    impatient.close()


def test_an_unreachable_database_is_tried_again_at_each_look_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, order: Make
) -> None:
    place = tmp_path / "orders.db"
    place.write_bytes(b"this is no database" * 100)
    with caplog.at_level(logging.WARNING):
        book = open_orders(f"sqlite:///{place}")
    assert "does not answer" in caplog.text
    for _ in range(2):
        with pytest.raises(OrdersUnavailable, match="not a database"):
            book.find("BA10483726", "ada@example.com")
    place.unlink()
    assert book.find("BA10483726", "ada@example.com") is None
    book.close()


def test_no_postgresql_answers(caplog: pytest.LogCaptureFixture) -> None:
    book = open_orders("postgresql://someone:hidden@127.0.0.1:1/none")
    with pytest.raises(OrdersUnavailable, match=r"127\.0\.0\.1") as failure:
        book.get("BA10483726")
    assert "hidden" not in str(failure.value) + caplog.text


@pytest.mark.parametrize("url", ["nonsense", "", "oracle9://x/y"])
def test_what_is_not_a_databases_address(url: str) -> None:
    with pytest.raises(ValueError, match="CONCIERGE_ORDERS_URL"):
        open_orders(url)


def test_it_may_share_a_database_with_the_conversation_log(tmp_path: Path) -> None:
    conversations = pytest.importorskip("concierge.conversations")
    engine = open_engine(f"sqlite:///{tmp_path / 'one.db'}")
    conversations.upgrade(engine)
    upgrade(engine)
    conversations.upgrade(engine)
    assert {"orders", "order_records", "messages"} <= set(sa.inspect(engine).get_table_names())
    engine.dispose()


def test_a_database_of_before_requests_knew_their_conversation(url: str, order: Make) -> None:
    from alembic import command
    from alembic.config import Config

    from concierge.orders import tables

    config = Config()
    config.set_main_option("script_location", str(tables.MIGRATIONS))
    engine = open_engine(url)
    with engine.begin() as connection:
        for table in ("orders", "order_records", "order_stock", tables.VERSION_TABLE):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {table}"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        row = {"id": "BA10483726-N1", "order_number": "BA10483726", "kind": "note", "key": "k", "created_at": NOW}
        old = {
            **row,
            "document": '{"id":"BA10483726-N1","kind":"message","text":"call me","at":"2026-03-02T09:00:00+00:00"}',
        }
        statement = "INSERT INTO order_records ({}) VALUES ({})"
        names = ", ".join(old), ", ".join(f":{name}" for name in old)
        connection.execute(
            sa.text(statement.format(*names)).bindparams(sa.bindparam("created_at", type_=UTCDateTime)), old
        )
    engine.dispose()
    book = SqlOrderBook(url)
    try:
        book.put([order()])
        [kept] = book.notes("BA10483726")
        assert kept.text == "call me"
        book.note("BA10483726", "and again", "message", "k2", NOW, conversation="c1")
        book.forget("c1")
        assert [note.text for note in book.notes("BA10483726")] == ["call me"]
    finally:
        book.close()
