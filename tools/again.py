"""``make test``, where tests have failed beside others: each once more, alone.

Hundreds of processes and browsers share two cores there, and now and then one of them answers too late. What passes
alone is named, to be mended; what fails again, or more than a few at once, is a failure.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MOST = 5
FAILED = Path(".pytest_cache/v/cache/lastfailed")


def main() -> int:
    failed = list(json.loads(FAILED.read_text())) if FAILED.exists() else []
    if not 0 < len(failed) <= MOST:
        print(f"{len(failed)} tests failed: none is tried again")
        return 1
    print(f"\nOnce more, alone: {len(failed)} tests", flush=True)
    again = [sys.executable, "-m", "pytest", "--last-failed", "--last-failed-no-failures=none"]
    code = subprocess.run(again, check=False).returncode
    if code == 0:
        print("\nThese failed beside others and passed alone. Find out why:", *failed, sep="\n  ")
    return code


if __name__ == "__main__":
    sys.exit(main())
