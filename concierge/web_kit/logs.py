"""How processes log: lines for people, or JSON objects for whatever collects them (``CONCIERGE_LOG_FORMAT``).

Neither holds what customers say: messages name conversations by their ids. A traceback's last line may quote what could
not be done; in JSON there is the error's kind instead, and where it happened.
"""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import datetime, timezone
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from concierge.settings import Settings

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_NOISY = ("sanic.root", "sanic.access", "alembic")
_OTHERS = ("sanic.root", "sanic.server", "sanic.error", "rasa")  # that may have handlers of their own


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


def configure(settings: Settings, process: str) -> None:
    """Of this process, once; again after a library has set up its own. Python's warnings are logged, too."""
    logging.captureWarnings(True)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(process) if settings.log_format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    if settings.log_format == "json":
        for name in _OTHERS:
            other = logging.getLogger(name)
            other.handlers, other.propagate = [], True
