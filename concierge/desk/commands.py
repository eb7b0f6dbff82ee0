"""``concierge advisors``: who may sign in at the desk. Passwords are asked for: others can see arguments."""

from __future__ import annotations

import getpass
from collections.abc import Callable

import click

from concierge.conversations.advisors import Advisors
from concierge.conversations.model import ROLES
from concierge.conversations.upgrade import upgrade
from concierge.settings import get_settings
from concierge.storage.database import open_engine

_password = click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Better: be asked.")


def _book() -> Advisors:
    engine = open_engine(get_settings().database)
    upgrade(engine)
    return Advisors(engine)


@click.group()
def advisors() -> None:
    """Who may sign in at the desk."""


@advisors.command("list")
def list_() -> None:
    """Everybody, with role."""
    for advisor in _book().all():
        click.echo(f"{advisor.login:20} {advisor.role:8} {advisor.name}{'' if advisor.active else '  (deactivated)'}")


@advisors.command()
@click.argument("login")
@click.option("--name", required=True, help="What customers see.")
@click.option("--role", type=click.Choice(ROLES), default=ROLES[0], help="A lead may take over and assign cases.")
@click.option("--senior", is_flag=True, hidden=True, help="What leads were called before.")
@_password
def add(login: str, name: str, role: str, senior: bool, password: str) -> None:
    """A new advisor."""
    try:
        _book().create(login, name, password, "lead" if senior else role)
    except ValueError as problem:
        raise click.ClickException(str(problem)) from problem


@advisors.command()
@click.argument("login")
@_password
def password(login: str, password: str) -> None:
    """A new password."""
    try:
        _book().set_password(login, password)
    except LookupError as problem:
        raise click.ClickException(str(problem)) from problem


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
    from concierge.desk.audit import Audit

    engine = open_engine(get_settings().database)
    upgrade(engine)
    click.echo(Audit(engine).csv(words), nl=False)
    engine.dispose()


def _do(what: str, login: str, change: Callable[[Advisors], None], details: str = "") -> None:
    """Puts it on record, as done by whoever may use this machine."""
    from concierge.desk.audit import Audit

    engine = open_engine(get_settings().database)
    upgrade(engine)
    try:
        change(Advisors(engine))
    except LookupError as problem:
        raise click.ClickException(str(problem)) from problem
    Audit(engine).record(f"command line: {getpass.getuser()}", what, login.strip().lower(), details)
    engine.dispose()


@advisors.command()
@click.argument("login")
def unlock(login: str) -> None:
    """Forgives wrong passwords, and prints a pass for a device that guesses elsewhere cannot lock out again."""
    from concierge.desk.devices import PASS_HOURS, Devices
    from concierge.desk.login_failures import LoginFailures

    settings, login = get_settings(), login.strip().lower()
    if login not in {advisor.login for advisor in _book().all()}:
        raise click.ClickException(f"no advisor has the login {login!r}")
    engine = open_engine(settings.database)
    forgiven = LoginFailures(engine, settings.signing_key).unlock(login)
    engine.dispose()
    click.echo(f"{forgiven} wrong passwords of {login} are forgiven.")
    hours = "an hour" if PASS_HOURS == 1 else f"{PASS_HOURS} hours"
    click.echo(f"If guesses go on, have them open this address of the desk on their own device within {hours},")
    click.echo("and then sign in. It lets nobody in by itself.")
    click.echo(f"/known/{Devices(settings.signing_key).pass_for(login)}")
