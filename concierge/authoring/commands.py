"""``concierge topics`` and ``concierge languages``."""

from __future__ import annotations

import sys

import click

from concierge.languages.registry import DEFAULT, Language, english_name, read
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
        topic, questions, registry = create(get_settings().root, name)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Wrote {topic}, {questions} and an entry in {registry}. Fill them in, then: concierge topics check")


@click.group()
def languages() -> None:
    """The languages that customers are answered in: check them, begin one."""


@languages.command("check")
@click.argument("code", required=False)
def check_language_command(code: str | None) -> None:
    """What a language lacks (default: each of them). Fails where a complete one lacks anything."""
    known = read(get_settings().root)
    if code is not None and code not in known:
        raise click.ClickException(f"There is no language “{code}”. Begin it: concierge languages new {code}")
    failed = [_tell_language(each) for each in known.values() if code in {None, each.code}]
    sys.exit(1 if any(failed) else 0)


@languages.command("new")
@click.argument("code")
@click.option("--fallback", default=DEFAULT, show_default=True, help="Answers until the language is complete.")
def new_language_command(code: str, fallback: str) -> None:
    """Write the files of a language, such as pt, with the English beside what is to be filled in."""
    from concierge.authoring.new_language import begin

    root = get_settings().root
    try:
        files = begin(root, code, fallback)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo("Wrote " + ", ".join(map(str, files)) + ".")
    _tell_language(read(root)[code])


def _tell_language(language: Language) -> bool:
    """Prints what is missing; whether customers would notice it."""
    from concierge.authoring.parity import gaps

    found = gaps(get_settings().root, language.code)
    name = english_name(language.code)
    if language.complete:
        click.echo(f"{name}: {'lacks' if found else 'lacks nothing.'}")
    elif found:
        click.echo(f"{name} is begun, and {english_name(language.fallback or DEFAULT)} answers meanwhile. It lacks")
    else:
        click.echo(
            f"{name} lacks nothing. Move it to “complete” in data/languages.json, add it to TEXTS in "
            "concierge/web/src/widget/strings.ts and to FILE_TEXTS beside it, and run the tests."
        )
    for gap in found:
        click.echo(f"  {gap}")
    return bool(found) and (language.complete or any(gap.wrong for gap in found))
