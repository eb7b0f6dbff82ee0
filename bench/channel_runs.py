"""A test of the channels, run on one after the other, and what it counted written as JSON and as a table of a page."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bench.figures import commit
from concierge.channels.messaging.registry import kinds
from concierge.settings import ROOT

MESSAGES = 1000
PAGE = ROOT / "bench" / "results" / "channels.md"
_SECONDS = 900  # of one channel, at most

Figures = dict[str, Any]


@dataclass(frozen=True)
class Measurement:
    """``test`` of a channel's name: what pytest is asked for, and its environment. ``counted``: of what the test has
    recorded, by name, to what is kept. ``columns``: the table's, after the channel, and the cell of each. The table
    stands in ``PAGE`` between ``begin`` and ``end``, the figures in ``results``."""

    about: str
    test: Callable[[str], tuple[str, Mapping[str, str]]]
    counted: Callable[[str, Mapping[str, int]], Figures]
    columns: Mapping[str, Callable[[Figures], Any]]
    begin: str
    end: str
    results: Path


def main(measurement: Measurement) -> None:
    """Of the channels that ``--only`` names, else of all. Channels that are not run keep their figures. Ends with 1
    where a test has not passed."""
    names = [kind.name for kind in kinds()]
    parser = argparse.ArgumentParser(
        description=measurement.about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    kept = measurement.results
    results: dict[str, Figures] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    for name in parser.parse_args().only:
        results[name] = _run(measurement, name)
        kept.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", "utf-8")
        before, _, rest = PAGE.read_text("utf-8").partition(measurement.begin)
        after = rest.partition(measurement.end)[2]
        PAGE.write_text(
            f"{before}{measurement.begin}{_table(measurement.columns, results)}{measurement.end}{after}", "utf-8"
        )
    if not all(each["passed"] for each in results.values()):
        raise SystemExit(1)


def _run(measurement: Measurement, name: str) -> Figures:
    """Of one channel: ``seconds`` and what was counted; without figures where the test did not pass."""
    test, environment = measurement.test(name)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["-q", f"--timeout={_SECONDS}", f"--junitxml={report}", "-o", "junit_family=xunit1", "-p", "no:xdist"]
        command = [sys.executable, "-m", "pytest", *options, test]
        subprocess.run(command, env={**os.environ, **environment}, cwd=ROOT, check=False)
        case = ElementTree.parse(report).getroot().find(".//testcase") if report.exists() else None  # it may be killed
    day, load = datetime.now(timezone.utc).date().isoformat(), round(os.getloadavg()[0])
    figures: Figures = {"day": day, "commit": commit(ROOT), "load": load}
    if case is None or case.find("failure") is not None or case.find("error") is not None:
        return {**figures, "passed": False}
    told = {str(each.get("name")): int(each.get("value", "0")) for each in case.iter("property")}
    seconds = round(float(case.get("time", "0")))
    return {**figures, "passed": True, "seconds": seconds, **measurement.counted(name, told)}


def _table(columns: Mapping[str, Callable[[Figures], Any]], results: Mapping[str, Figures]) -> str:
    """In Markdown."""
    lines = [_row(["Channel", "seconds", *columns]), "|" + " --- |" * (len(columns) + 2)]
    for kind in kinds():
        found = results.get(kind.name)
        if found is None:
            continue
        cells = [found["seconds"], *(cell(found) for cell in columns.values())] if found["passed"] else ["did not pass"]
        lines.append(_row([kind.title, *cells, *[""] * (len(columns) + 1 - len(cells))]))
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
