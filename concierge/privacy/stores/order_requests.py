"""What customers asked for of their orders: returns, exchanges, repairs, notes. The orders themselves are the house's
records, which the law has it keep, and are imported from its own system: they are neither exported nor erased here.
"""

from __future__ import annotations

from typing import Any

from concierge.orders import records
from concierge.orders.database import Database
from concierge.privacy.stores.base import Counts, Selection
from concierge.privacy.traces import overwrite, settle
from concierge.settings import Settings
from concierge.storage.database import read, write


class OrderRequestStore:
    """Raises ``OrdersUnavailable``."""

    name = "order requests"

    def __init__(self, settings: Settings) -> None:
        # With a retailer's own system the requests are beside the conversations: see concierge.orders.open_orders.
        elsewhere = settings.orders.startswith(("http://", "https://"))
        self._database = Database(settings.database if elsewhere else settings.orders)

    def count(self, selection: Selection) -> Counts:
        rows = self.rows(selection)
        notes = sum(row.kind == "note" for row in rows)
        worded = sum(row.kind not in {"note", "address"} and bool(records.words_of(row)) for row in rows)
        return {"order notes": notes, "wordings of returns and repairs": worded}

    def export(self, selection: Selection, notes: bool = False) -> dict[str, Any]:
        told = [
            {
                "at": row.created_at.isoformat(),
                "order_number": row.order_number,
                "kind": row.kind,
                "number": row.id,
                "words": records.words_of(row),
            }
            for row in self.rows(selection)
        ]
        return {"order_requests": told}

    def erase(self, selection: Selection) -> Counts:
        with self._database.guard() as engine:
            with write(engine) as connection:
                overwrite(connection)
                gone = records.forget(connection, selection.conversations, selection.orders)
            settle(engine)
        return gone

    def close(self) -> None:
        self._database.close()

    def rows(self, selection: Selection) -> list[Any]:
        """Of the table ``order_records``."""
        with self._database.guard() as engine, read(engine) as connection:
            return records.asked_in(connection, selection.conversations, selection.orders)
