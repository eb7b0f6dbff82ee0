"""``concierge queues …``: which queues there are, when they are open, and whether a file of them can be used."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import click

from concierge.languages.registry import DEFAULT
from concierge.queues.model import Queue
from concierge.queues.reader import FILE, BadQueues, read
from concierge.settings import get_settings


@click.group("queues")
def queues_command() -> None:
    """The house's queues, with their hours and targets."""


@queues_command.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Say whether FILE, or what CONCIERGE_QUEUES names, can be used, and how its queues stand at this moment."""
    path = file or get_settings().queues or FILE
    try:
        found = read(path)
    except BadQueues as problem:
        raise click.ClickException(str(problem)) from problem
    at = datetime.now(timezone.utc)
    for queue in found.all:
        click.echo(f"{queue.code:20} {queue.title:28} {_stands(queue, at)}")


def _stands(queue: Queue, at: datetime) -> str:
    hours = queue.hours
    opens = hours.opens(at)
    if opens is None:
        return f"never open ({hours.name})"
    if opens > at:
        return f"closed until {opens.astimezone(hours.zone):%a %d %b %H:%M} in {hours.place(DEFAULT)}"
    return "open" if hours.name else "always open"
