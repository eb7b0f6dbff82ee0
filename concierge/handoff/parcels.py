"""The package of a case that is there already, as it is handed on."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from concierge.conversations import ConversationLog
from concierge.conversations import schema as tables
from concierge.conversations.model import LIVE
from concierge.handoff.package import build, closed, schema, with_case
from concierge.storage.database import read

_cases = tables.cases


def package_of(log: ConversationLog, case_id: str) -> dict[str, Any]:
    """As it was handed over, told to be closed where it is by now; a plain one made from the log where there is none
    that can be read. Raises ``LookupError`` for a case that is gone."""
    columns = [column for column in _cases.c if column.name != "package"]
    query = sa.select(*columns, sa.cast(_cases.c.package, sa.Text).label("text")).where(_cases.c.id == case_id)
    with read(log.engine) as connection:
        case = connection.execute(query).mappings().first()
    if case is None:
        raise LookupError(case_id)
    try:
        package = json.loads(case["text"] or "null")
    except ValueError:
        package = None
    if not isinstance(package, dict) or any(key not in package for key in schema()["required"]):
        package = build(
            log,
            case["conversation_id"],
            reason=case["reason"],
            priority=case["priority"],
            queue=case["queue"],
            slots={},
            latest_intent=None,
            order=None,
            decisions=log.decisions(case["conversation_id"]),
        )
    found = with_case(package, case_id)
    return found if case["status"] in LIVE else closed(found, case["status"])
