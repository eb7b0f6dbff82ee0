"""``concierge topics`` and ``concierge evaluate``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from concierge.settings import get_settings


@click.group()
def topics() -> None:
    """The questions that the assistant answers: check them, add one."""


@topics.command("check")
@click.option(
    "--overlaps/--no-overlaps", default=True, help="Compare all examples with each other; takes some seconds."
)
@click.option("--notes/--no-notes", default=True, help="Print what is worth a look, too.")
def check_command(overlaps: bool, notes: bool) -> None:
    """Overlapping questions, unused intents, digits in answers, figures without a source, answers too long."""
    from concierge.nlu.topics import check
    from concierge.policy import load_house

    findings = check(get_settings().root, load_house(), overlaps)
    for finding in findings:
        if finding.serious or notes:
            click.echo(str(finding))
    serious = sum(finding.serious for finding in findings)
    click.echo(f"{serious} to put right, {len(findings) - serious} to look at.")
    sys.exit(1 if serious else 0)


@topics.command("new")
@click.argument("name")
def new_command(name: str) -> None:
    """Write the template of a topic and of its test questions."""
    from concierge.nlu.topics import create

    try:
        topic, questions = create(get_settings().root, name)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Wrote {topic} and {questions}. Fill them in, then: concierge topics check")


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
