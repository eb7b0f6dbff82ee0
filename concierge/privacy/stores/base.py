"""What a place that keeps something of a customer can do, and what of it is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Counts = dict[str, int]  # how many rows, by what they are


@dataclass(frozen=True)
class Selection:
    """What is meant: conversations by their ids, and orders whose requests are meant, wherever they were made."""

    conversations: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()


class Store(Protocol):
    """Blocks. Raises what its database raises."""

    name: str

    def count(self, selection: Selection) -> Counts:
        """What ``erase`` would delete."""

    def export(self, selection: Selection, notes: bool = False) -> Mapping[str, Any]:
        """For the customer's document, by section; ``notes``: with what advisors noted for each other."""

    def erase(self, selection: Selection) -> Counts:
        """Deletes in one transaction, so that nothing comes back. What is gone already is no error."""

    def close(self) -> None: ...
