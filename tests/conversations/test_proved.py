"""What was proved is found by an index, and says what the conversations' attributes say."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from concierge.conversations import schema, upgrade
from concierge.conversations.proved import conversations_with
from concierge.conversations.upgrade import MIGRATIONS

EMAIL = "claire@example.com"


def rows(engine) -> set[tuple[str, str]]:
    with engine.connect() as connection:
        return {(row.conversation_id, row.value) for row in connection.execute(sa.select(schema.proved))}


def test_the_rows_are_what_the_attributes_prove(engine, log):
    one, two, three, four = (log.open("website").id for _ in range(4))
    log.prove(one, EMAIL, "Claire", 24, number="BA1")
    log.prove(one, EMAIL, "Claire", 24, number="BA2", address=False)
    assert log.identify(two, "subject", EMAIL, "Claire", int(time.time()) + 60)
    assert log.open_by_link(three, "BA1", "status", int(time.time()) + 60)
    log.prove(four, "anna@example.com", "Anna", 24, number="BA7")
    log.update(four, attributes={"proved_email": ""})
    kept = {(one, EMAIL), (one, "BA1"), (one, "BA2"), (two, EMAIL), (three, "BA1"), (four, "BA7")}
    assert rows(engine) == kept
    made = log.open("website", attributes={"verified_email": EMAIL}).id
    log.update(made, language="fr", attributes={"page": "/bags"})
    assert rows(engine) == {*kept, (made, EMAIL)}
    with engine.connect() as connection:
        assert set(connection.execute(conversations_with(["BA1"])).scalars()) == {one, three}


def test_what_was_proved_before_there_was_an_index_is_in_it(engine, log):
    with_both, with_none = log.open("website").id, log.open("website", attributes={"page": "/proved_orders"}).id
    log.prove(with_both, EMAIL, "Claire", 24, number="BA1")
    kept = rows(engine)
    before = Config()
    before.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        before.attributes["connection"] = connection
        command.downgrade(before, "0028")
    upgrade(engine)
    assert rows(engine) == kept == {(with_both, EMAIL), (with_both, "BA1")}
    assert with_none not in {each for each, _ in kept}
