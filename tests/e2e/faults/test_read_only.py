"""PostgreSQL becomes read-only, as a primary that is now a standby does, and comes back."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from concierge.conversations import ConversationLog
from concierge.storage import database
from tests.e2e.faults.conftest import Customer
from tests.e2e.faults.test_silence import send

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.timeout(300)]


@pytest.fixture
def read_only(schema):
    """The schema, for a login of its own whose new sessions can be made read-only."""
    role = schema.name
    with schema.server.begin() as connection:
        connection.execute(sa.text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(sa.text(f"ALTER SCHEMA {schema.name} OWNER TO {role}"))
    schema.url = sa.engine.make_url(schema.url).set(username=role).render_as_string(hide_password=False)
    yield schema
    with schema.server.begin() as connection:
        connection.execute(sa.text(f"REASSIGN OWNED BY {role} TO CURRENT_USER"))
        connection.execute(sa.text(f"DROP OWNED BY {role}"))
        connection.execute(sa.text(f"DROP ROLE {role}"))


def switch(schema, on: bool) -> None:
    change = "SET default_transaction_read_only = on" if on else "RESET default_transaction_read_only"
    with schema.server.begin() as connection:
        connection.execute(sa.text(f"ALTER ROLE {schema.name} {change}"))


def test_customers_are_told_kindly_the_log_stays_short_and_it_recovers_by_itself(read_only, started):
    product = started(read_only.url)
    own = database.open_engine(read_only.url)
    log = ConversationLog(own)
    customer = Customer(product, log)
    assert customer.ask("hello")
    assert database.trouble_of(own) == ""

    switch(read_only, on=True)
    read_only.cut()
    began, refused = time.monotonic(), 0
    while time.monotonic() - began < 15:
        status, error, _ = send(customer)
        assert (status, error) == (503, "busy")
        refused += 1
    assert "read-only" in database.trouble_of(own)

    switch(read_only, on=False)  # nobody restarts anything, nor closes a connection
    assert customer.ask("hello")
    assert database.trouble_of(own) == ""
    own.dispose()
    assert refused > 20
    for name in ("assistant", "desk"):
        told = (product.var / "log" / f"{name}.log").read_text()
        assert "Traceback" not in told
        assert len([line for line in told.splitlines() if "again" in line]) < 10
