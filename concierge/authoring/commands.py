"""``concierge topics``."""

from __future__ import annotations

import sys

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
    from concierge.authoring.topics import check
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
    from concierge.authoring.topics import create

    try:
        topic, questions = create(get_settings().root, name)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Wrote {topic} and {questions}. Fill them in, then: concierge topics check")
