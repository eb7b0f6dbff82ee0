"""``concierge links``: for the mails of the house."""

from __future__ import annotations

import sys

import click

from concierge.channels.links import FRAGMENT, Links, NotALink
from concierge.conversations import ConversationLog, upgrade
from concierge.orders.numbers import normalise
from concierge.policy.proofs import load_proofs
from concierge.settings import get_settings
from concierge.storage.database import open_engine


@click.command()
@click.argument("numbers", nargs=-1, metavar="ORDER…")
@click.option("--purpose", default="status", show_default=True, help="What for: concierge/policy/proofs.yml, links.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="How long it holds; as long as it may.")
@click.option("--revoke", is_flag=True, help="Revoke instead: each a link, or an ORDER with all links made until now.")
def links(numbers: tuple[str, ...], purpose: str, days: float | None, revoke: bool) -> None:
    """Make a link for each ORDER (or for each line of standard input), which opens the widget already proved.

    Prints order number, tab, link. Whoever has a link is told of the order: it belongs in a mail to its customer alone.
    A conversation that a link has opened already ends by itself (CONCIERGE_PROOF_HOURS).
    """
    if revoke:
        _revoke(numbers or tuple(line.strip() for line in sys.stdin if line.strip()))
        return
    made, seconds = Links(get_settings()), days * 86400 if days else load_proofs().link_lasts.total_seconds()
    for number in numbers or (line.strip() for line in sys.stdin if line.strip()):
        try:
            click.echo(f"{number}\t{made.make(number, purpose, seconds)}")
        except ValueError as problem:
            raise click.ClickException(str(problem)) from None


def _revoke(which: tuple[str, ...]) -> None:
    settings, holds = get_settings(), load_proofs().link_lasts
    engine = open_engine(settings.database)
    upgrade(engine)
    log, made = ConversationLog(engine), Links(settings)
    for each in which:
        number = "" if FRAGMENT in each or each.count(".") == 2 else normalise(each)
        if number:
            log.revoke_links_of(number, holds)
            click.echo(f"{number}: no link made until now opens it any more")
            continue
        try:
            log.revoke_link(made.digest(each), holds)
        except NotALink as problem:
            why = f"That is no order number, and no link that opens anything ({problem.reason})"
            raise click.ClickException(why) from None
        click.echo("The link opens nothing any more")
