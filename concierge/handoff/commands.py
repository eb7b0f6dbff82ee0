"""``concierge handoffs …``: where cases go besides the desk, what waits there and why, and trying it again."""

from __future__ import annotations

import click

from concierge.conversations import ConversationLog, upgrade
from concierge.conversations.handoffs import Handoffs
from concierge.handoff.destinations import configured
from concierge.handoff.dispatcher import is_dead
from concierge.settings import get_settings
from concierge.storage.database import open_engine

_SHOWN = 20


@click.group()
def handoffs() -> None:
    """Cases that also go to other systems: what waits, and what was refused."""


@handoffs.command()
def status() -> None:
    """How each destination stands; what it has not taken yet, the oldest first. Ends with 1 where one is dead."""
    try:
        on = [each.name for each in configured(get_settings())]
    except ValueError as problem:
        raise click.ClickException(str(problem)) from problem
    deliveries = _deliveries()
    standings = {each.destination: each for each in deliveries.standings()}
    for name in dict.fromkeys([*on, *standings]):
        found = standings.get(name)
        told = "nothing sent yet"
        if found is not None:
            told = f"{found.waiting} waiting, {found.refused} refused"
            told += f", in vain since {found.since:%Y-%m-%d %H:%M} UTC: {found.error}" if found.since else ""
        click.echo(f"{name:16} {'on: ' if name in on else 'off: '}{told}")
    if not on:
        click.echo("Cases go to the desk alone. What else there may be: CONCIERGE_HANDOFF_* in .env.example")
    for each in deliveries.open(_SHOWN):
        when = "refused" if each["state"] == "refused" else f"next try {each['next_at']:%Y-%m-%d %H:%M:%S} UTC"
        click.echo(f"  {each['case_id']}  {each['destination']:16} {each['tries']} tries, {when}: {each['error']}")
    if any(is_dead(found) for name, found in standings.items() if name in on):
        raise SystemExit(1)


@handoffs.command()
@click.option("--destination", help="Only what waits for this one, by its name in `status`.")
@click.option("--case", "case_id", help="Only this case.")
def retry(destination: str | None, case_id: str | None) -> None:
    """Send what waits or was refused again, at once: of everything, of one destination, of one case."""
    many = _deliveries().retry(destination, case_id)
    click.echo(f"{many} to be sent again within seconds." if many else "Nothing waits after a failure.")


def _deliveries() -> Handoffs:
    engine = open_engine(get_settings().database)
    upgrade(engine)
    return Handoffs(ConversationLog(engine))
