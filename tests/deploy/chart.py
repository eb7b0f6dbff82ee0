"""Renders the chart with Helm's own engine. It runs in the environment that has it (.venv-deploy): see tools/setup.py.

Values as JSON on standard input; what Helm made of them, and what it thinks of the chart, as JSON on standard output.
What Helm refuses ends it with 1, and is said on standard error.
"""

from __future__ import annotations

import json
import sys

import helm_python as helm


def main() -> int:
    path, kubernetes = sys.argv[1:]
    values = json.load(sys.stdin)
    try:
        with helm.Chart.load(path) as chart:
            made = {
                "app": chart.metadata["appVersion"],
                "defaults": chart.values,
                "files": chart.render(values, name="concierge", namespace="concierge", is_install=True),
            }
    except helm.HelmError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # What an icon is good for, of which it reminds (1), is not known here.
    found = helm.lint(path, values, strict=True, kube_version=f"v{kubernetes}.0")
    made["findings"] = [each for each in found["messages"] if each["severity"] > 1] + found["errors"]
    json.dump(made, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
