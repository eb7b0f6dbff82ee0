"""Opens the case of a conversation that is handed over, in the queue of the house that it belongs to."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from concierge.conversations.base import now
from concierge.conversations.cases import Cases
from concierge.conversations.model import Case
from concierge.handoff import package
from concierge.orders.model import Order
from concierge.queues.model import Matter
from concierge.queues.reader import BadQueues, queues

logger = logging.getLogger(__name__)


def open_case(cases: Cases, document: Mapping[str, Any], order: Order | None) -> Case:
    """``document``: the package; its queue, and its priority where the queue asks for more, are set here. Blocks."""
    brief = package.brief(document, order)
    began = now()
    try:
        queue = queues().of(_matter(document, brief))
    except BadQueues as problem:  # the customer waits all the same
        logger.error("A case goes to no queue, for the file of queues cannot be read: %s", problem)
        code, priority, due = "", str(document["priority"]), None
    else:
        code, priority = queue.code, queue.at_least(document["priority"])
        due = queue.due(priority, began)
    routed = package.routed(document, queue=code, priority=priority)
    return cases.start(
        document["conversation"]["id"],
        document["reason"],
        priority=priority,
        queue=code,
        summary=document["summary"],
        package=routed,
        brief=brief,
        due_at=due,
    )


def _matter(document: Mapping[str, Any], brief: Mapping[str, Any]) -> Matter:
    customer, decided = document["customer"], document["context"]["decisions"]
    kinds = frozenset(str(each.get("kind")) for each in decided)
    return Matter(document["reason"], customer["language"], customer["region"], brief, kinds)
