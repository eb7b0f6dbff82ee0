"""A thousand messages that come in with faults on each channel, one after the other: ``python -m bench.channels_in
[--only NAME …]``.

Runs the test of the door (tests/channels/messaging/test_incoming.py) against what the fakes of the providers deliver,
which fails where a message is not in the log, there twice, or out of its customer's order. Writes
``bench/results/channels_in.json`` and its table in ``bench/results/channels.md``; channels that were not run keep their
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
_TEST = "tests/channels/messaging/test_incoming.py"
_RESULTS = ROOT / "bench" / "results" / "channels_in.json"
_PAGE = ROOT / "bench" / "results" / "channels.md"
_BEGIN, _END = "<!-- made by python -m bench.channels_in -->\n", "<!-- end of channels_in -->"
_COUNTED = ("deliveries", "refused", "doubled", "batched")


def run(name: str) -> dict[str, Any]:
    """Of one channel: ``seconds``, and how many deliveries there were, were refused, came twice, held several messages;
    without figures where the test did not pass."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["-q", f"--timeout={_SECONDS}", f"--junitxml={report}", "-o", "junit_family=xunit1", "-p", "no:xdist"]
        asked = {"CONCIERGE_TEST_INCOMING": str(MESSAGES), "CONCIERGE_TEST_INCOMING_ONLY": name}
        command = [sys.executable, "-m", "pytest", *options, _TEST]
        subprocess.run(command, env={**os.environ, **asked}, cwd=ROOT, check=False)
        case = ElementTree.parse(report).getroot().find(".//testcase") if report.exists() else None  # it may be killed
    day, load = datetime.now(timezone.utc).date().isoformat(), round(os.getloadavg()[0])
    figures: dict[str, Any] = {"day": day, "commit": commit(ROOT), "load": load}
    if case is None or case.find("failure") is not None or case.find("error") is not None:
        return {**figures, "passed": False}
    told = {each.get("name"): int(each.get("value", "0")) for each in case.iter("property")}
    counted = {what: told.get(f"{name}.{what}", 0) for what in _COUNTED}
    return {**figures, "passed": True, "seconds": round(float(case.get("time", "0"))), **counted}


def table(results: dict[str, dict[str, Any]]) -> str:
    """In Markdown."""
    head = (
        "Channel",
        "seconds",
        "deliveries",
        "refused",
        "came twice",
        "of several",
        "lost",
        "doubled",
        "out of order",
    )
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    for kind in kinds():
        found = results.get(kind.name)
        if found is None:
            continue
        cells: list[Any] = ["did not pass"]
        if found["passed"]:
            cells = [found["seconds"], *(found[what] for what in _COUNTED), 0, 0, 0]
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
