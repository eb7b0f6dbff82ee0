"""A file as it is answered to customers and providers: to be saved, never a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from sanic.response import HTTPResponse, raw

from concierge.conversations.sent_files import SentFile

INERT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def answer_with(file: SentFile, content: bytes, *, small: bool, cache: str) -> HTTPResponse:
    """``content``: the file's, or that of its ``small`` picture; ``cache``: what may be kept of it."""
    disposition = f"attachment; filename*=UTF-8''{quote(file.called)}"
    headers = {**INERT, "Cache-Control": cache, "Content-Disposition": disposition}
    return raw(content, headers=headers, content_type="image/jpeg" if small else file.media_type)
