"""How processes log: lines for people, or JSON objects for whatever collects them (``CONCIERGE_LOG_FORMAT``).

Neither holds what customers say: messages name conversations by their ids. A traceback's last line may quote what could
not be done; in JSON there is the error's kind instead, and where it happened.
"""

from __future__ import annotations

import logging
import sys

from concierge.settings import Settings

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_NOISY = ("sanic.root", "sanic.access", "alembic")
_OTHERS = ("sanic.root", "sanic.server", "sanic.error", "rasa")  # that may have handlers of their own


def configure(settings: Settings, process: str) -> None:
    """Of this process, once; again after a library has set up its own. Python's warnings are logged, too."""
    logging.captureWarnings(True)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(settings, process))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    if settings.log_format == "json":
        for name in _OTHERS:
            other = logging.getLogger(name)
            other.handlers, other.propagate = [], True


def _formatter(settings: Settings, process: str) -> logging.Formatter:
    if settings.log_format != "json":
        return logging.Formatter(_TEXT)
    from concierge.web_kit.json_lines import JsonLines

    return JsonLines(process)
