"""``concierge privacy``: what a customer may ask for, and what time asks for. Whoever calls it has checked who asks."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from concierge.orders import OrdersUnavailable
from concierge.policy.errors import PolicyError
from concierge.privacy import finding
from concierge.privacy.opening import Rooms, opened
from concierge.privacy.periods import all_periods
from concierge.privacy.proofs import Proof, is_erased
from concierge.privacy.stores import Counts, Selection
from concierge.settings import get_settings

_email = click.option("--email", help="All conversations in which this address was proved.")
_conversation = click.option("--conversation", help="This one, by its id.")
_by = click.option("--by", default=getpass.getuser, show_default="your login here", help="Goes on record.")
_dry = click.option("--dry-run", is_flag=True, help="Only say what there is.")


_AGAIN = "What was done is kept; run the same command again."


@click.group()
def privacy() -> None:
    """Export, erase, and delete with time what is kept of customers."""


@privacy.command()
@_email
@_conversation
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else it is printed.")
@click.option("--notes", is_flag=True, help="With advisors' notes, once you have read them for other people's data.")
@_by
def export(email: str | None, conversation: str | None, output: Path | None, notes: bool, by: str) -> None:
    """One JSON document with everything that a customer may have."""
    with _rooms() as rooms:
        selection, found = _selected(rooms, email, conversation)
        if found is not None:
            # What only somebody wrote who had this address is perhaps not its owner's.
            selection = found.selection(unproved=False)
            _tell_of_others(found.unproved, "name this address, prove nothing; read them, then export each by its id")
        told = rooms.privacy.export(selection, by, notes)
    text = json.dumps(told, ensure_ascii=False, indent=2)
    if output is None:
        click.echo(text)
        return
    with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    click.echo(f"{len(told['conversations'])} conversations written to {output}")


@privacy.command()
@_email
@_conversation
@click.option("--yes", is_flag=True, help="Do not ask.")
@_dry
@_by
def erase(email: str | None, conversation: str | None, yes: bool, dry_run: bool, by: str) -> None:
    """Delete everything that is kept of a customer, in every store, for good.

    One that was interrupted is carried on first; run it again until it ends without an error.
    """
    with _rooms() as rooms:
        if not dry_run:
            for proof in rooms.privacy.finish():
                click.echo("Carried on what had been interrupted:")
                _show(proof)
        if conversation and is_erased(rooms.engine, conversation):
            click.echo("This conversation is erased.")
            return
        selection, found = _selected(rooms, email, conversation)
        if found is not None and found.others:
            _tell_of_others(found.others, "are other customers', who wrote this address; they stay")
        counts = rooms.privacy.count(selection)
        if not counts:
            click.echo("Nothing is kept.")
            return
        click.echo(f"{len(selection.conversations)} conversations:")
        _list(counts)
        if dry_run:
            return
        if counts.get("wordings of returns and repairs"):
            click.echo("The size or colour wanted in an exchange goes, too: carry out first what is still open.")
        if not yes:
            click.confirm("Erase all of it, for good?", abort=True)
        _show(rooms.privacy.erase(selection, by))


@privacy.command()
@_dry
@_by
def retention(dry_run: bool, by: str) -> None:
    """Delete what is past its period (concierge/privacy/figures/retention.yml). The desk does it once a day."""
    with _rooms() as rooms:
        at = datetime.now(timezone.utc)
        for figure in all_periods(at.date()):
            where = "" if figure.region == "default" else f", {figure.region}"
            click.echo(f"{figure.value:>6} days  {figure.key.partition('.')[2]}{where}  ({figure.source.id})")
        if dry_run:
            counts = rooms.retention.plan(at)
            click.echo("Past their period:" if counts else "Nothing is past its period.")
            _list(counts)
            return
        proofs = rooms.retention.run(at, by)
        for proof in proofs:
            _show(proof)
        if not proofs:
            click.echo("Nothing is past its period.")


@privacy.command()
@click.option("--limit", default=20, show_default=True, help="How many.")
def proofs(limit: int) -> None:
    """What was erased, handed out and deleted, the latest first."""
    with _rooms() as rooms:
        for proof in rooms.privacy.proofs.latest(limit):
            _show(proof)


@contextmanager
def _rooms() -> Iterator[Rooms]:
    with ExitStack() as stack:
        try:
            rooms = stack.enter_context(opened(get_settings()))
        except ValueError as problem:
            raise click.ClickException(str(problem)) from None
        try:
            yield rooms
        except OrdersUnavailable as problem:
            raise click.ClickException(f"{problem}. {_AGAIN}") from None
        except (DBAPIError, PoolTimeout) as problem:  # without its values: they may be the customer's
            raise click.ClickException(f"a database does not answer ({type(problem).__name__}). {_AGAIN}") from None
        except PolicyError as problem:
            raise click.ClickException(str(problem)) from None


def _selected(rooms: Rooms, email: str | None, conversation: str | None) -> tuple[Selection, finding.Found | None]:
    if bool(email) == bool(conversation):
        raise click.UsageError("Write either --email or --conversation.")
    if conversation:
        return Selection((conversation,)), None
    try:
        found = finding.by_email(rooms.engine, rooms.book, email or "")
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    return found.selection(unproved=True), found


def _tell_of_others(ids: tuple[str, ...], what: str) -> None:
    if ids:
        click.echo(f"{len(ids)} conversations {what}: {', '.join(ids)}", err=True)


def _list(counts: Counts) -> None:
    for what, number in counts.items():
        click.echo(f"{number:>8}  {what}")


def _show(proof: Proof) -> None:
    done = f"{proof.done_at:%Y-%m-%d %H:%M:%S} UTC" if proof.done_at else "not done yet: run it again"
    click.echo(f"Proof {proof.id}: {proof.kind}, {proof.conversations} conversations, by {proof.by}, {done}")
    _list(proof.counts)
