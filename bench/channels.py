"""A thousand messages with faults on each channel, one after the other: ``python -m bench.channels [--only NAME …]``.

Runs the test of the outbox against the fakes of the providers (tests/channels/messaging), which fails where a message
is there twice or out of order, or neither there nor shown as one of which nobody knows whether it arrived. Writes
``bench/results/channels.json`` and the table of ``bench/results/channels.md``; channels that were not run keep their
figures.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bench.figures import commit
from concierge.channels.messaging.registry import kinds
from concierge.settings import ROOT

MESSAGES = 1000
_SECONDS = 900  # of one channel, at most
_TEST = "tests/channels/messaging/test_sending.py::test_hundreds_of_messages_with_faults"
_RESULTS = ROOT / "bench" / "results" / "channels.json"
_PAGE = _RESULTS.with_suffix(".md")
_BEGIN, _END = "<!-- made by python -m bench.channels -->\n", "<!-- end -->"


def run(name: str) -> dict[str, Any]:
    """Of one channel: ``seconds``, ``failed`` (calls, of those that were made), ``doubled`` (messages), ``held``
    (messages of which nobody knows), ``arrived`` (of those); without figures where the test did not pass."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["-q", f"--timeout={_SECONDS}", f"--junitxml={report}", "-p", "no:xdist"]
        subprocess.run(
            [sys.executable, "-m", "pytest", *options, f"{_TEST}[{name}]"],
            env={**os.environ, "CONCIERGE_TEST_MESSAGES": str(MESSAGES)},
            cwd=ROOT,
            check=False,
        )
        case = ElementTree.parse(report).getroot().find(".//testcase")
    day, load = datetime.now(timezone.utc).date().isoformat(), round(os.getloadavg()[0])
    figures: dict[str, Any] = {"day": day, "commit": commit(ROOT), "load": load}
    if case is None or case.find("failure") is not None or case.find("error") is not None:
        return {**figures, "passed": False}
    told = {each.get("name"): int(each.get("value", "0")) for each in case.iter("property")}
    seconds = round(float(case.get("time", "0")))
    counted = {name: told[name] for name in ("failed", "doubled", "held", "arrived")}
    return {**figures, "passed": True, "seconds": seconds, **counted}


def table(results: dict[str, dict[str, Any]]) -> str:
    """In Markdown."""
    head = (
        "Channel",
        "seconds",
        "calls that failed",
        "lost unseen",
        "came twice",
        "out of order",
        "held",
        "of them there",
    )
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    for kind in kinds():
        found = results.get(kind.name)
        if found is None:
            continue
        cells: list[Any] = ["did not pass"]
        if found["passed"]:
            cells = [found["seconds"], found["failed"], 0, found["doubled"], 0, found["held"], found["arrived"]]
        cells += [""] * (len(head) - 1 - len(cells))
        lines.append("| " + " | ".join([kind.title, *map(str, cells)]) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    names = [kind.name for kind in kinds()]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    results: dict[str, dict[str, Any]] = json.loads(_RESULTS.read_text("utf-8")) if _RESULTS.exists() else {}
    for name in parser.parse_args().only:
        results[name] = run(name)
        _RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", "utf-8")
        before, _, rest = _PAGE.read_text("utf-8").partition(_BEGIN)
        _PAGE.write_text(f"{before}{_BEGIN}{table(results)}{_END}{rest.partition(_END)[2]}", "utf-8")
    if not all(each["passed"] for each in results.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
