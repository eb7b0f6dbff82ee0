"""``concierge marked``: what advisors have marked as wrongly understood, for whoever looks after the training data."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Optional

import click
import yaml

from concierge.conversations.upgrade import upgrade
from concierge.desk.misunderstood import Marks, as_examples
from concierge.settings import get_settings
from concierge.storage.database import open_engine


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Marked on this day or later (UTC).")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="A file; without one, standard output.")
def marked(since: Optional[datetime], to: Optional[Path]) -> None:
    """As YAML, by intent, masked: to be read through by a person. Nothing is trained on it by itself."""
    engine = open_engine(get_settings().database)
    upgrade(engine)
    marks = Marks(engine).all(since.replace(tzinfo=timezone.utc) if since else None)
    engine.dispose()
    told = yaml.safe_dump(as_examples(marks), allow_unicode=True, sort_keys=False, width=120)
    if to is None:
        click.echo(told, nl=False)
        return
    to.write_text(told, "utf-8")
    click.echo(f"{len(marks)} examples in {to}. Read them through before any of them becomes an example.")
