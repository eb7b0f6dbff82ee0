"""``concierge channels``: which are on, what waits and what was not delivered, and whether providers know us."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import KnownTemplate, NotNow, NotSent
from concierge.channels.messaging.registry import configured, kinds, missing
from concierge.channels.messaging.table import table as as_table
from concierge.channels.messaging.templates import BadTemplates, Template, Templates, differences
from concierge.conversations import ConversationLog, upgrade
from concierge.conversations.outbox import Outbox
from concierge.conversations.outbox_receipts import Letter
from concierge.conversations.outbox_states import STATES, UNKNOWN
from concierge.settings import get_settings, variables
from concierge.storage.database import open_engine

_SHOWN = 20  # messages that were not delivered, and as many of which nobody knows
_TOLD = {**{state: state for state in STATES}, UNKNOWN: "of which nobody knows"}


@click.group()
def channels() -> None:
    """Messaging channels: what is on, what was not delivered, and what to do."""


@channels.command()
def status() -> None:
    """Each channel, how many messages went out by it, which were not delivered, and of which nobody knows."""
    outbox = _outbox()
    counts = outbox.counts()
    for kind in kinds():
        lacking = missing(kind, variables([each.name for each in kind.variables]))
        many = counts.get(kind.name, {})
        told = ", ".join(f"{many[state]} {words}" for state, words in _TOLD.items() if many.get(state))
        told = told or "nothing sent yet"
        click.echo(f"{kind.title:20} {'off: ' + ', '.join(lacking) + ' not set' if lacking else 'on: ' + told}")
        if lacking and many:  # what was said before the channel was turned off
            click.echo(f"{'':20} {told}")
    _list(
        "Not delivered, the oldest first. Once the reason is gone: concierge channels retry CONVERSATION SEQ",
        outbox.letters("failed", _SHOWN),
    )
    _list(
        "Not known whether it arrived, the oldest first. To send one again, which may then come twice: "
        "concierge channels retry CONVERSATION SEQ",
        outbox.letters(UNKNOWN, _SHOWN),
    )


def _list(title: str, letters: Sequence[Letter]) -> None:
    if letters:
        click.echo(f"\n{title}")
    for each in letters:
        alone = "" if each.attended else "; no advisor has the conversation"
        click.echo(
            f"  {each.created_at:%Y-%m-%d %H:%M}  {each.channel:16} {each.conversation_id} {each.seq}: "
            f"{each.error}{alone}"
        )


@channels.command()
@click.argument("name", required=False)
def check(name: str | None) -> None:
    """Asks each provider, or that of the channel NAME, whether it knows us; says what to do where it does not."""
    found = configured()
    known = {kind.name: kind for kind in kinds()}
    if name is not None and name not in known:
        raise click.ClickException(f"There is no channel {name}. There are: {', '.join(known)}")
    if name is not None and name not in found:
        lacking = missing(known[name], variables([each.name for each in known[name].variables]))
        raise click.ClickException(f"{known[name].title} is off: set {', '.join(lacking)} (docs/channels/)")
    chosen = [found[name]] if name is not None else list(found.values())
    if not chosen:
        click.echo("No channel is configured. What each needs: docs/channels/README.md")
    try:
        templates = Templates(get_settings().templates)
    except BadTemplates as problem:
        raise click.ClickException(str(problem)) from None
    if not all(asyncio.run(_check(chosen, templates))):
        raise SystemExit(1)


@channels.command()
@click.argument("conversation")
@click.argument("number", type=int)
def retry(conversation: str, number: int) -> None:
    """Sends a message that was not delivered after all: CONVERSATION and NUMBER as ``status`` tells them."""
    if not _outbox().retry(conversation, number):
        raise click.ClickException(f"No message {number} of {conversation} has failed: see `concierge channels status`")
    click.echo("It is sent again within seconds.")


@channels.command()
def table() -> None:
    """What each channel can and cannot do, in Markdown."""
    click.echo(as_table(), nl=False)


async def _check(adapters: list[Adapter], templates: Templates) -> list[bool]:
    async with Api() as api:
        return [await _is_well(adapter, api, templates.of(adapter.name)) for adapter in adapters]


async def _is_well(adapter: Adapter, api: Api, templates: list[Template]) -> bool:
    known: Sequence[KnownTemplate] | None = None
    try:
        problems = await adapter.check(api)
        if templates and not problems:
            known = await adapter.known_templates(api)
    except NotSent as problem:
        problems = [_explained(adapter, problem)]
    if known is not None:
        problems = [*problems, *differences(templates, known)]
    elif templates and not problems:
        click.echo(f"{adapter.title}: the templates were not compared with those approved (docs/channels/)")
    for each in problems:
        click.echo(f"{adapter.title}: {each}")
    if not problems:
        click.echo(f"{adapter.title}: is well")
    return not problems


def _explained(adapter: Adapter, problem: NotSent) -> str:
    if isinstance(problem, NotNow) and problem.ours:
        secrets = [each.name for each in adapter.variables if each.secret and each.default is None]
        return f"the provider does not know our token. Enter a new one: {secrets[0]}"
    if isinstance(problem, NotNow):
        return f"the provider was not reached ({problem.code}). Can this machine reach the internet?"
    return f"the provider refused the question ({problem.code})."


def _outbox() -> Outbox:
    engine = open_engine(get_settings().database)
    upgrade(engine)
    return Outbox(ConversationLog(engine))
