"""``concierge simulate``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from concierge.settings import get_settings

LEAST = 0.95  # pass^4


@click.command()
@click.option("--episodes", default=400, show_default=True, type=click.IntRange(1))
@click.option("--trials", default=4, show_default=True, type=click.IntRange(1, 4), help="How often each is played.")
@click.option("--seed", default=1, show_default=True)
@click.option("--goal", "chosen", multiple=True, help="Only goals whose name begins so; may be repeated.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the report. [results]")
@click.option("--model", type=click.Path(path_type=Path, exists=True), help="[the latest in models/]")
@click.option("--strict", is_flag=True, help=f"Fail where pass^k is below {LEAST:.0%}.")
def simulate(  # noqa: PLR0917 - click calls it by name
    episodes: int, trials: int, seed: int, chosen: tuple[str, ...], out: Path | None, model: Path | None, strict: bool
) -> None:
    """Simulated customers, judged by the order book, the case and the decision; report in results/.

    They play in this process, over databases of their own, through what a message on the website goes through.
    """
    from concierge.evaluation.customers.report import write
    from concierge.evaluation.customers.run import run
    from concierge.evaluation.production import settle_in
    from concierge.training import ensure_model

    root = get_settings().root
    model = model or ensure_model(root)[0]
    with TemporaryDirectory(prefix="concierge-simulate-") as var:
        settle_in(Path(var))
        played = asyncio.run(run(model, episodes, trials, seed, chosen))
    if not played:
        raise click.ClickException(f"no goal begins with {' or '.join(chosen)}")
    figures, page = write(played, seed, out or root / "results")
    for line in figures.lines():
        click.echo(line)
    click.echo(f"Report: {page}")
    if strict and figures.pass_k < LEAST:
        sys.exit(1)
