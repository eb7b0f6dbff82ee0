"""A log line as a JSON object: what is in it, docs/operating.md tells."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime, timezone
from typing import Any

from pythonjsonlogger.json import JsonFormatter


class JsonLines(JsonFormatter):
    """``time`` (UTC), ``level``, ``logger``, ``message``, ``process`` (front, desk, assistant, actions), ``pid``.

    With an error ``error`` is its kind, and ``where`` its places, the innermost last.
    """

    def __init__(self, process: str) -> None:
        super().__init__("%(message)s", json_ensure_ascii=False)
        self._process = process

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        at = datetime.fromtimestamp(record.created, timezone.utc)
        log_data.update(
            time=at.isoformat(timespec="milliseconds"),
            level=record.levelname,
            logger=record.name,
            message=record.getMessage(),
            process=self._process,
            pid=record.process,
        )
        kind, _, places = record.exc_info if isinstance(record.exc_info, tuple) else (None, None, None)
        if kind is not None:
            log_data["error"] = kind.__name__
            log_data["where"] = [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(places)]
