"""Every place that keeps something of a customer, behind one small interface; ``all_stores`` is the list of them.

A new place to keep things joins with a class of its four methods and its line below. A
table of the conversation log with a ``conversation_id`` needs nothing: it is found by that.
"""

from __future__ import annotations

from concierge.privacy.stores.base import Counts, Selection, Store
from concierge.settings import Settings

__all__ = ["Counts", "Selection", "Store", "all_stores"]


def all_stores(settings: Settings) -> list[Store]:
    """In the order in which they are erased: the log first, for what has lost its conversation soon stops."""
    from concierge.privacy.stores.files import SentFileStore
    from concierge.privacy.stores.log import LogStore
    from concierge.privacy.stores.order_requests import OrderRequestStore
    from concierge.privacy.stores.trackers import TrackerStore

    return [LogStore(settings.database), TrackerStore(settings), OrderRequestStore(settings), SentFileStore(settings)]
