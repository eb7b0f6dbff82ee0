"""Measures the product beside others, in one run, and writes bench/results.

    python -m bench                      ours, and the same model in Rasa's own runtime
    python -m bench --with-tensorflow    also the Rasa starter and a retail-demo-like assistant, DIET and MiniLM
    python -m bench --only concierge     one of them; the other results are kept
    python -m bench --quick              a tenth of the time: to see that it works

Environment: BENCH_KEEP=<folder> keeps the others' trained models, BENCH_TENSORFLOW=<folder> their packages,
BENCH_DATABASE=<postgresql://…> an empty database to run ours on as well.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from bench import contestants, report, streams
from bench.figures import commit, machine
from bench.measure import Limits, measure

PARTS = {"nlu": 900, "decisions": 120, "orders": 600}  # each a module of its own that writes bench/results/<name>*.json
WITH_TENSORFLOW = {"nlu": ("--diet", "--minilm")}  # what else a part measures then, three hours at most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--with-tensorflow", action="store_true")
    parser.add_argument("--only", nargs="*", help="concierge plain-rasa starter retail streams nlu decisions orders")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    chosen = set(options.only or [])
    database = os.environ.get("BENCH_DATABASE")
    available = {
        "concierge": contestants.concierge,
        "plain-rasa": contestants.plain_rasa,
        **({"concierge-postgresql": lambda: contestants.concierge(database)} if database else {}),
        **({"starter": contestants.starter, "retail": contestants.retail} if options.with_tensorflow or chosen else {}),
    }
    limits = Limits(seconds=3, warm_up=1, grow_seconds=8) if options.quick else Limits()
    results: dict[str, Any] = {
        "machine": machine(),
        "commit": commit(contestants.ROOT),
        "date": datetime.now(timezone.utc).date().isoformat(),
        "assistants": {},
    }
    started = time.monotonic()
    for name, contestant in available.items():
        if not chosen or name in chosen:
            results["assistants"][name] = measure(contestant(), limits, say)
    if not chosen or "streams" in chosen:
        results["streams"] = streams.measure(*((200, 20, 4) if options.quick else (2000, 50, 20)))
        say(f"streams: {json.dumps(results['streams'])}")
    results["parts"] = {}
    for name, seconds in PARTS.items():
        if (contestants.HERE / f"{name}.py").exists() and (name in chosen or not (chosen or options.quick)):
            say(f"{name} …")
            more = WITH_TENSORFLOW.get(name, ()) if options.with_tensorflow else ()
            results["parts"] |= run_part(name, 10800 if more else seconds, more)
    for file in sorted(report.RESULTS.glob("*.json")):
        if file.stem.split("-")[0] in PARTS:
            results["parts"][file.stem] = json.loads(file.read_text())
    results["minutes"] = round((time.monotonic() - started) / 60, 1)
    report.write(results)
    say((report.RESULTS / "README.md").read_text())


def run_part(name: str, seconds: float, more: Sequence[str] = ()) -> dict[str, Any]:
    """What a part says, unless it writes a file of its own. One that takes too long is left out."""
    before = time.time()
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}", *more],
            cwd=contestants.ROOT,
            timeout=seconds,
            check=False,
            stdout=subprocess.PIPE,
            text=True,
        )
    except subprocess.TimeoutExpired as problem:
        say(f"{name}: {problem}")
        return {}
    say(done.stdout)
    wrote = any(file.stat().st_mtime >= before for file in report.RESULTS.glob(f"{name}*.json"))
    return {} if wrote else {name: done.stdout.strip().splitlines()}


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
