"""The ``concierge`` command. A subcommand is imported when it is called: ``concierge run`` must not pay for Rasa."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click
from pydantic import ValidationError

from concierge import __version__
from concierge.languages.registry import BadLanguages
from concierge.processes.private import keep_private
from concierge.settings import explained

COMMANDS = {
    "run": "concierge.processes.commands:run",
    "train": "concierge.training:train_command",
    "front": "concierge.processes.front:front",
    "assistant": "concierge.processes.assistant:assistant",
    "actions": "concierge.cli:actions",
    "desk": "concierge.cli:desk",
    "orders": "concierge.orders.commands:orders",
    "policy": "concierge.policy.commands:policy",
    "queues": "concierge.queues.commands:queues_command",
    "handoffs": "concierge.handoff.commands:handoffs",
    "topics": "concierge.authoring.commands:topics",
    "evaluate": "concierge.evaluation.commands:evaluate",
    "simulate": "concierge.evaluation.customers.commands:simulate",
    "advisors": "concierge.desk.commands:advisors",
    "marked": "concierge.desk.wrong_commands:marked",
    "links": "concierge.channels.commands:links",
    "channels": "concierge.channels.messaging.commands:channels",
    "privacy": "concierge.privacy.commands:privacy",
    "languages": "concierge.authoring.commands:languages",
}

# Offered below a command of a package that must not know of theirs.
BELOW = {"orders": ["concierge.demo.commands:demo"]}

# What these write holds what customers say, or lets one in.
PRIVATE = {
    "run",
    "front",
    "assistant",
    "actions",
    "desk",
    "orders",
    "advisors",
    "marked",
    "links",
    "channels",
    "privacy",
}


class LazyGroup(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        """As click's; a setting or a language that does not fit is a sentence, not a traceback."""
        try:
            return super().invoke(ctx)
        except ValidationError as problem:
            raise click.ClickException(explained(problem)) from problem
        except BadLanguages as problem:
            raise click.ClickException(str(problem)) from problem

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name in PRIVATE:
            keep_private()
        command = _load(COMMANDS[cmd_name])
        if isinstance(command, click.Group):
            for place in BELOW.get(cmd_name, ()):
                command.add_command(_load(place))
        return command


def _load(place: str) -> click.Command:
    module, attribute = place.split(":")
    command: click.Command = getattr(import_module(module), attribute)
    return command


@click.command(cls=LazyGroup)
@click.version_option(__version__, prog_name="concierge")
def main() -> None:
    """The client-service assistant of a luxury fashion house."""


@click.command()
def actions() -> None:
    """The action server: order look-up, policy decisions, handoff. Listens on 127.0.0.1 only."""
    from actions.server import serve
    from concierge.conversations import upgrade
    from concierge.languages import lexicon
    from concierge.settings import get_settings
    from concierge.storage.schema_version import check

    lexicon.check()
    check(get_settings().database, upgrade)
    serve()


@click.command()
def desk() -> None:
    """The advisors' web application."""
    from concierge.conversations import upgrade
    from concierge.desk.server import serve
    from concierge.settings import get_settings
    from concierge.storage.schema_version import check

    check(get_settings().database, upgrade)
    serve()
