"""``concierge advisors``: who may sign in at the desk. Passwords are asked for: others can see arguments."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from sqlalchemy.engine import Engine

from concierge.conversations.advisors import Advisors
from concierge.conversations.model import ROLES
from concierge.conversations.upgrade import upgrade
from concierge.desk.audit import Audit
from concierge.settings import get_settings
from concierge.storage.database import open_engine

_password = click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Better: be asked.")


@contextmanager
def _opened() -> Iterator[Engine]:
    engine = open_engine(get_settings().database)
    upgrade(engine)
    yield engine
    engine.dispose()


@click.group()
def advisors() -> None:
    """Who may sign in at the desk."""


@advisors.command("list")
def list_() -> None:
    """Everybody, with role."""
    with _opened() as engine:
        everybody = Advisors(engine).all()
    for advisor in everybody:
        click.echo(f"{advisor.login:20} {advisor.role:8} {advisor.name}{'' if advisor.active else '  (deactivated)'}")


@advisors.command()
@click.argument("login")
@click.option("--name", required=True, help="What customers see.")
@click.option("--role", type=click.Choice(ROLES), default=ROLES[0], help="A lead may take over and assign cases.")
@click.option("--senior", is_flag=True, hidden=True, help="What leads were called before.")
@_password
def add(login: str, name: str, role: str, senior: bool, password: str) -> None:
    """A new advisor."""
    role = "lead" if senior else role
    _do("added", login, lambda book: book.create(login, name, password, role), role)


@advisors.command()
@click.argument("login")
@_password
def password(login: str, password: str) -> None:
    """A new password."""
    _do("password_changed", login, lambda book: book.set_password(login, password))


@advisors.command()
@click.argument("login")
def deactivate(login: str) -> None:
    """May no longer sign in; what they wrote stays."""
    _do("deactivate", login, lambda book: book.deactivate(login))


@advisors.command()
@click.argument("login")
@click.argument("role", type=click.Choice(ROLES))
def role(login: str, role: str) -> None:
    """Another role; their sessions end."""
    _do("role", login, lambda book: book.set_role(login, role), role)


@advisors.command()
@click.argument("login")
def activate(login: str) -> None:
    """May sign in again."""
    _do("activate", login, lambda book: book.activate(login))


@advisors.command("sign-out")
@click.argument("login")
def sign_out(login: str) -> None:
    """Ends their sessions, everywhere."""
    _do("sign_out", login, lambda book: book.sign_out(login))


@advisors.command("second-factor-off")
@click.argument("login")
def second_factor_off(login: str) -> None:
    """For somebody whose phone is lost: the password alone lets them in, until they set it up again."""
    _do("second_factor_off", login, lambda book: book.set_second_factor(login, ""))


@advisors.command()
@click.option("--words", default="", help="Each is somewhere in what is found.")
def audit(words: str) -> None:
    """What was done to accounts and who saw contact details, as CSV."""
    with _opened() as engine:
        click.echo(Audit(engine).csv(words), nl=False)


def _do(what: str, login: str, change: Callable[[Advisors], object], details: str = "") -> None:
    """Puts it on record, as done by whoever may use this machine."""
    with _opened() as engine:
        try:
            change(Advisors(engine))
        except (LookupError, ValueError) as problem:
            raise click.ClickException(str(problem)) from problem
        Audit(engine).record(f"command line: {getpass.getuser()}", what, login.strip().lower(), details)


@advisors.command()
@click.argument("login")
def unlock(login: str) -> None:
    """Forgives wrong passwords, and prints a pass for a device that guesses elsewhere cannot lock out again."""
    from concierge.desk.devices import PASS_HOURS, Devices
    from concierge.desk.login_failures import LoginFailures

    settings, login = get_settings(), login.strip().lower()
    with _opened() as engine:
        if login not in {advisor.login for advisor in Advisors(engine).all()}:
            raise click.ClickException(f"no advisor has the login {login!r}")
        forgiven = LoginFailures(engine, settings.signing_key).unlock(login)
    click.echo(f"{forgiven} wrong passwords of {login} are forgiven.")
    hours = "an hour" if PASS_HOURS == 1 else f"{PASS_HOURS} hours"
    click.echo(f"If guesses go on, have them open this address of the desk on their own device within {hours},")
    click.echo("and then sign in. It lets nobody in by itself.")
    click.echo(f"/known/{Devices(settings.signing_key).pass_for(login)}")
