"""Whose conversations they are: those in which an e-mail address was proved, and those in which it was only told."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from concierge.conversations import schema
from concierge.conversations.proof import ever_proved
from concierge.orders import OrderBook
from concierge.orders.identity import exact_email
from concierge.privacy.stores import Selection
from concierge.storage.database import read

_conversations, _messages = schema.conversations, schema.messages


@dataclass(frozen=True)
class Found:
    """``proved``: by an order or by the shop. ``unproved``: the customer wrote it, or writes from it, and proved no
    other. ``others``: somebody who has proved another address wrote it, so the conversation is theirs."""

    proved: tuple[str, ...]
    unproved: tuple[str, ...]
    others: tuple[str, ...]
    orders: tuple[str, ...]

    def selection(self, unproved: bool) -> Selection:
        return Selection(self.proved + (self.unproved if unproved else ()), self.orders)


def by_email(engine: Engine, book: OrderBook, email: str) -> Found:
    """Blocks. Raises ``OrdersUnavailable``, and ``ValueError`` for what is no address."""
    wanted = exact_email(email.strip())
    if not re.fullmatch(r"[^\s@]+@[^\s@]+", wanted):
        raise ValueError(f"{email!r} is no e-mail address")
    # The look-up of orders folds more than is right for whom an address belongs to.
    orders = tuple(order.number for order in book.find_by_email(wanted) if exact_email(order.email) == wanted)
    with read(engine, one_state=True) as connection:
        owners = _owners(connection, wanted, orders)
        writers = _writers(connection, wanted)
    proved = tuple(sorted(each for each, emails in owners.items() if wanted in emails))
    unproved = tuple(sorted(each for each in writers if each not in owners))
    others = tuple(sorted(each for each in writers if each in owners and each not in proved))
    return Found(proved, unproved, others, orders)


def _owners(connection: Connection, wanted: str, orders: Collection[str]) -> dict[str, set[str]]:
    """The addresses that were proved in each conversation: also where only an order of the address was, by a link that
    has not been looked at yet, and which the desk shows beside the customer's others."""
    query = sa.select(_conversations.c.id, _conversations.c.email, _conversations.c.attributes)
    found: dict[str, set[str]] = {}
    for row in connection.execution_options(stream_results=True).execute(query):
        emails = {exact_email(each) for each in (row.email, str((row.attributes or {}).get("verified_email") or ""))}
        emails.discard("")
        if not emails and ever_proved(row.attributes or {}) & set(orders):
            emails.add(wanted)
        if emails:
            found[row.id] = emails
    return found


def _writers(connection: Connection, wanted: str) -> set[str]:
    """The conversations in which the customer has written this address, and no longer one that ends or begins so, or
    whose channel knows the customer by it."""
    whole = re.compile(rf"(?<![\w.+\-]){re.escape(wanted)}(?![\w\-]|\.\w|@)")
    # SQLite's lower() knows ASCII alone.
    part = wanted if wanted.isascii() else "@"
    query = sa.select(_messages.c.conversation_id, _messages.c.text).where(
        _messages.c.role == "customer", sa.func.lower(_messages.c.text).contains(part, autoescape=True)
    )
    rows = connection.execution_options(stream_results=True).execute(query)
    found = {row.conversation_id for row in rows if whole.search(exact_email(row.text))}
    known = sa.select(_conversations.c.id, _conversations.c.address).where(_conversations.c.address.contains("@"))
    return found | {row.id for row in connection.execute(known) if exact_email(row.address) == wanted}
