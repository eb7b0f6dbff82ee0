"""``concierge links``: for the mails of the house."""

from __future__ import annotations

import sys

import click

from concierge.channels.links import Links
from concierge.policy.proofs import load_proofs
from concierge.settings import get_settings


@click.command()
@click.argument("numbers", nargs=-1, metavar="ORDER…")
@click.option("--purpose", default="status", show_default=True, help="What for: concierge/policy/proofs.yml, links.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="How long it holds; as long as it may.")
def links(numbers: tuple[str, ...], purpose: str, days: float | None) -> None:
    """Make a link for each ORDER (or for each line of standard input), which opens the widget already proved.

    Prints order number, tab, link. Whoever has a link is told of the order: it belongs in a mail to its customer alone.
    """
    made, seconds = Links(get_settings()), days * 86400 if days else load_proofs().link_lasts.total_seconds()
    for number in numbers or (line.strip() for line in sys.stdin if line.strip()):
        try:
            click.echo(f"{number}\t{made.make(number, purpose, seconds)}")
        except ValueError as problem:
            raise click.ClickException(str(problem)) from None
