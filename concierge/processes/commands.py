"""``concierge run``: everything on this machine, prepared, started, watched and stopped."""

from __future__ import annotations

import signal
import time

import click

from concierge.processes import leftovers
from concierge.processes.private import tighten
from concierge.processes.service import reachable
from concierge.processes.supervisor import Supervisor, check_environment, check_ports
from concierge.settings import Settings, get_settings


def prepare(settings: Settings) -> list[str]:
    """Databases, demo orders, demo advisors, model. Returns lines to tell the operator."""
    from concierge.conversations import upgrade
    from concierge.conversations.advisors import ensure_demo_advisors
    from concierge.demo.orders import ensure_demo_orders
    from concierge.storage.database import open_engine
    from concierge.storage.schema_version import check
    from concierge.trackers import tables
    from concierge.training import ensure_model

    lines: list[str] = []
    engine = open_engine(settings.database)
    upgrade(engine)
    check(tables.address(settings), tables.upgrade)
    if settings.demo:
        if not settings.orders.startswith(("http://", "https://")):
            ensure_demo_orders(settings.orders)
        lines += [
            f"  login  {login} / {password}" for login, password in ensure_demo_advisors(engine, settings.var).items()
        ]
    engine.dispose()
    started = time.monotonic()
    _, trained = ensure_model(settings.root)
    if trained:
        click.echo(f"· trained in {time.monotonic() - started:.0f} s")
    return lines


@click.command()
@click.option("--fronts", type=click.IntRange(1, 9), default=1, help="How many processes customers reach.")
@click.option("--assistants", type=click.IntRange(1, 9), default=1, help="How many processes answer.")
def run(fronts: int, assistants: int) -> None:
    """Start everything on this machine; Ctrl-C stops it, twice at once."""
    settings = get_settings()
    for pid in leftovers.end(settings.var):
        click.echo(f"· ended process {pid}, left behind by a product that was killed")
    supervisor = Supervisor(settings, fronts, assistants)
    check_environment(settings)
    check_ports(settings, supervisor.services)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, supervisor.stop)
    started = time.monotonic()
    try:
        tighten(settings.var)
        supervisor.start_ahead()
        lines = prepare(settings)
        supervisor.start()
        if not supervisor.stopping:
            host = reachable(settings.host)
            click.echo(
                "\n".join(
                    [
                        f"\nConcierge is ready ({time.monotonic() - started:.0f} s).",
                        *(f"  shop   http://{host}:{each.port}/shop/" for each in supervisor.of("front")),
                        f"  desk   http://{host}:{settings.desk_port}/",
                        *lines,
                        f"  logs   {settings.var / 'log'}",
                        "Ctrl-C stops all of it.",
                    ]
                )
            )
            supervisor.watch()
    finally:
        supervisor.shut_down()
    click.echo("Stopped.")
