"""What each channel can and cannot do, as its adapter has it: the table in ``docs/channels/README.md``."""

from __future__ import annotations

from datetime import timedelta

from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.model import Gallery, Measure, utf8, utf16
from concierge.channels.messaging.registry import kinds
from concierge.files.content import ENDINGS

_HEAD = (
    "Channel",
    "Text",
    "Buttons",
    "List",
    "Cards",
    "Answers until",
    "Receipts",
    "Files",
    "When an answer is lost",
    "Cannot",
)
_UNITS: dict[Measure, str] = {len: "characters", utf16: "characters", utf8: "bytes"}


def table() -> str:
    """In Markdown, a row for each adapter."""
    rows = [_HEAD, tuple("---" for _ in _HEAD), *(_row(kind) for kind in kinds())]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _row(kind: type[Adapter]) -> tuple[str, ...]:
    limits = kind.limits
    return (
        kind.title,
        f"{limits.text:,} {_UNITS[limits.unit]}",
        f"{limits.buttons} of {limits.title}" if limits.buttons else "numbered",
        f"{limits.rows} of {limits.row}" if limits.rows else "–",
        _cards(limits.gallery),
        _span(limits.window) if limits.window else "any time",
        kind.receipts,
        _files(kind),
        kind.once or f"not sent again, and shown at the desk, unless CONCIERGE_UNKNOWN_OUTCOME wants it: {kind.untold}",
        "; ".join(kind.cannot) or "–",
    )


def _cards(gallery: Gallery | None) -> str:
    if gallery is None:
        return "in words"
    return f"{gallery.cards} side by side" if gallery.cards > 1 else "a link below the words, a picture above them"


def _span(window: timedelta) -> str:
    return f"{window.total_seconds() / 3600:.0f} hours after the customer's words"


def _files(kind: type[Adapter]) -> str:
    """What an advisor may send."""
    shown = [ENDINGS[each].upper() for each in {**kind.uploads, **kind.fetched}]
    link = "as a link" if not shown else "any other as a link"
    return "; ".join([*([", ".join(shown)] if shown else []), link])
