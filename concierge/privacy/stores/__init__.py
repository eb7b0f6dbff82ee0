"""Every place that keeps something of a customer, behind one small interface; ``all_stores`` is the list of them.

A new place to keep things (files, an outbox of a channel) joins with a class of its four methods and its line below. A
table of the conversation log with a ``conversation_id`` needs nothing: it is found by that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from concierge.settings import Settings

Counts = dict[str, int]  # how many rows, by what they are


@dataclass(frozen=True)
class Selection:
    """What is meant: conversations by their ids, and orders whose requests are meant, wherever they were made."""

    conversations: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()


class Store(Protocol):
    """Blocks. Raises what its database raises."""

    name: str

    def count(self, selection: Selection) -> Counts: ...

    def export(self, selection: Selection, notes: bool = False) -> Mapping[str, Any]:
        """For the customer's document, by section; ``notes``: with what advisors noted for each other."""

    def erase(self, selection: Selection) -> Counts:
        """Deletes in one transaction, so that nothing comes back. What is gone already is no error."""

    def close(self) -> None: ...


def all_stores(settings: Settings) -> list[Store]:
    """In the order in which they are erased: the log first, for what has lost its conversation soon stops."""
    from concierge.privacy.stores.log import LogStore
    from concierge.privacy.stores.order_requests import OrderRequestStore
    from concierge.privacy.stores.trackers import TrackerStore

    return [LogStore(settings.database), TrackerStore(settings), OrderRequestStore(settings)]
