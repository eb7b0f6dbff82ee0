"""Writes what ``bench.front`` has measured: front.json, and its tables between the marks of front.md."""

from __future__ import annotations

import json
import re
from typing import Any

from bench.report import RESULTS

PAGE = RESULTS / "front.md"
_MARKED = re.compile(r"(<!-- measured by bench.front -->\n).*?(<!-- end -->)", re.DOTALL)
_TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def write(results: dict[str, Any]) -> None:
    """Raises ``ValueError`` where the page has lost its marks."""
    text = PAGE.read_text("utf-8")
    if not _MARKED.search(text):
        raise ValueError(f"{PAGE.name} has no marks for the tables")
    (RESULTS / "front.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    made = "\n".join(tables(results))
    PAGE.write_text(_MARKED.sub(lambda found: f"{found[1]}\n{made}\n\n{found[2]}", text), "utf-8")


def tables(results: dict[str, Any]) -> list[str]:
    size, machine = results["size"], results["machine"]
    lines = [
        f"Measured on {results['date']}, commit {results['commit']}, {machine['cores']} cores, load of others before "
        f"{machine['load_before']}: `python -m bench.front`. Latency: one client at a time, both versions running, "
        f"{size['blocks']} blocks of {size['messages']} messages that take turns. Load: {size['crowd']} clients, both "
        f"cores for all. Streams: {size['streams']} open on one front, {size['rate']:g} messages a second.",
    ]
    for kind, sides in results["databases"].items():
        lines += ["", f"| {_TITLES[kind]} | before | after |", "|---|---|---|"]
        lines += [
            f"| {name} | {_cell(sides['before'], get)} | {_cell(sides['after'], get)} |" for name, get in _ROWS.items()
        ]
    return lines


def _cell(side: dict[str, Any], get: Any) -> str:
    try:
        return str(get(side))
    except KeyError:
        return "–"


def _ms(found: dict[str, float]) -> str:
    return " / ".join(f"{found[name]:.1f}" for name in ("p50", "p95", "p99")) if found else "none"


def _parts(found: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in sorted(found.items(), key=lambda each: -each[1]))


def _memory(found: dict[str, float]) -> str:
    return f"{sum(found.values()):.0f} ({_parts(found)})"


def _account(found: dict[str, Any]) -> str:
    bad = {name: found[name] for name in ("lost", "twice", "unanswered", "answered_twice") if found[name]}
    return f"{found['accepted']} accepted, {found['refused']} refused; {_parts(bad) or 'none lost, none doubled'}"


_ROWS = {
    "start to first answer, s": lambda side: side["start_s"],
    "REST, ms (p50 / p95 / p99)": lambda side: _ms(side["rest_ms"]),
    "website, post to receive, ms": lambda side: _ms(side["website_received_ms"]),
    "website, post to answer, ms": lambda side: _ms(side["website_answered_ms"]),
    "messages a second, one assistant": lambda side: side["load"]["per_second"],
    "messages for each second of an assistant's core": lambda side: side["load"]["per_assistant_core_second"],
    "processor, ms a message": lambda side: _parts(side["load"]["processor_ms_a_message"]),
    "messages a second, two assistants": lambda side: side["load_two_assistants"]["per_second"],
    "memory at rest, MB": lambda side: _memory(side["memory_mb"]),
    "memory with the streams, MB": lambda side: _memory(side["streams"]["memory_mb"]),
    "streams, assistant busy: post to receive, ms": lambda side: _ms(side["streams"]["busy"].get("received_ms", {})),
    "the same: post to answer, ms": lambda side: _ms(side["streams"]["busy"].get("answered_ms", {})),
    "the same: messages": lambda side: _account(side["streams"]["busy"]),
    "assistant killed: post to receive, ms": lambda side: _ms(side["streams"]["restart"].get("received_ms", {})),
    "assistant killed: post to answer, ms": lambda side: _ms(side["streams"]["restart"].get("answered_ms", {})),
    "assistant killed: messages": lambda side: _account(side["streams"]["restart"]),
    "assistant killed: streams lost": lambda side: side["streams"]["restart"]["lost_streams"],
}
