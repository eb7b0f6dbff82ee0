"""``concierge evaluate``."""

from __future__ import annotations

import asyncio
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
@click.option(
    "--conversations",
    type=click.Path(path_type=Path, exists=True),
    help="Play these instead: a file such as bench/rounds/development.yml, or a folder of them.",
)
@click.option("--only", default="", help="With --conversations: those whose id or area begins so.")
@click.option("--strict", is_flag=True, help="Fail where a target is missed, or a conversation is not right.")
def evaluate(  # noqa: PLR0917 - click calls it by name
    out: Path | None,
    model: Path | None,
    cross_validation: bool,
    public: bool,
    conversations: Path | None,
    only: str,
    strict: bool,
) -> None:
    """How well messages are understood, on questions never trained on; report in results/.

    First looks, the measure, are told apart from development.
    """
    from concierge.evaluation.report import write
    from concierge.evaluation.rounds import first_looks
    from concierge.evaluation.understanding import run

    root = get_settings().root
    if conversations is not None:
        _play(root, conversations, only, model=model, out=out or root / "results", strict=strict)
        return
    results = run(root, model, cross_validation=cross_validation, public=public, tell=click.echo)
    results.first_looks = first_looks(root)
    page = write(results, out or root / "results")
    click.echo("First look:")
    for name, *scores in results.first_looks[1:]:
        told = zip(results.first_looks[0][1:], scores, strict=False)
        click.echo("  ".join(["", name, *(f"{what}: {score}" for what, score in told if score)]))
    click.echo("Development:")
    for target in results.targets():
        click.echo(f"  {target}")
    click.echo(f"Report: {page}")
    if strict and not all(target.met for target in results.targets()):
        sys.exit(1)


def _play(root: Path, path: Path, only: str, *, model: Path | None, out: Path, strict: bool) -> None:
    from concierge.evaluation.conversations import BadConversation, read
    from concierge.evaluation.rounds import play_all, summary, write
    from concierge.training import ensure_model

    try:
        chosen = [each for each in read(path) if each.id.startswith(only) or each.area.startswith(only)]
    except BadConversation as problem:
        raise click.ClickException(str(problem)) from problem
    if not chosen:
        raise click.ClickException(f"no conversation of {path} begins with {only!r}")
    played = asyncio.run(play_all(model or ensure_model(root)[0], chosen))
    for line in summary(played):
        click.echo(line)
    click.echo(f"Report: {write(played, root, out)}")
    if strict and any(each.score not in ("right", None) for each in played):
        sys.exit(1)
