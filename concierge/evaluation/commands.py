"""``concierge evaluate``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from concierge.settings import get_settings


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the report. [results]")
@click.option("--model", type=click.Path(path_type=Path, exists=True), help="[the latest in models/]")
@click.option("--cross-validation/--no-cross-validation", default=True)
@click.option(
    "--public/--no-public", default=True, help="Check on CLINC150 and Banking77 where ../shared/data has them."
)
@click.option("--strict", is_flag=True, help="Fail where a target is missed.")
def evaluate(out: Path | None, model: Path | None, cross_validation: bool, public: bool, strict: bool) -> None:
    """How well messages are understood, on questions never trained on; report in results/."""
    from concierge.evaluation.report import write
    from concierge.evaluation.understanding import run

    root = get_settings().root
    results = run(root, model, cross_validation=cross_validation, public=public, tell=click.echo)
    page = write(results, out or root / "results")
    for target in results.targets():
        click.echo(str(target))
    click.echo(f"Report: {page}")
    if strict and not all(target.met for target in results.targets()):
        sys.exit(1)
