"""The look of a report: one page of HTML without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """
body { font: 15px/1.5 Helvetica, Arial, sans-serif; color: #000; max-width: 62rem; margin: 3rem auto; padding: 0 1rem }
h1, h2 { font-weight: 500 } table { border-collapse: collapse; margin: 1rem 0 } img { max-width: 100% }
td, th { border-bottom: 1px solid #ddd; padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top }
.missed { color: #b00 } pre { white-space: pre-wrap; font: inherit; margin: .2rem 0 } summary { cursor: pointer }
.customer { font-weight: 500 }
"""


def page(title: str, parts: Iterable[str]) -> str:
    head = f"<!doctype html><meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style>"
    return "\n".join([f"{head}<h1>{escape(title)}</h1>", *parts])


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(c))}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><tr>{cells}</tr>{body}</table>"


def transcript(title: str, said: Iterable[tuple[str, str]]) -> str:
    """Folded under its title; ``said``: pairs of who and what."""
    lines = "".join(f"<pre class={escape(who)}>{escape(what)}</pre>" for who, what in said)
    return f"<details><summary>{escape(title)}</summary>{lines}</details>"
