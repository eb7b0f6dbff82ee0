"""``concierge advisors``: who may sign in at the desk. Passwords are asked for: others can see arguments."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from sqlalchemy.engine import Engine

from concierge.conversations.advisors import Advisors
from concierge.conversations.model import ROLES
from concierge.conversations.staff import MOST_CASES, Colleague, Staff
from concierge.conversations.upgrade import upgrade
from concierge.desk.audit import Audit
from concierge.desk.openid_provider import Provider
from concierge.languages import registry
from concierge.queues.reader import queues
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
    """Everybody, with role, presence, open cases, and what they serve where that is not everything."""
    with _opened() as engine:
        everybody, staff = Advisors(engine).all(), {each.id: each for each in Staff(engine).all()}
    for advisor in everybody:
        known = staff.get(advisor.id)
        told = _skills(known) if known else "  (deactivated)"
        click.echo(f"{advisor.login:20} {advisor.role:8} {advisor.name}{told}")


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
@click.option("--languages", default="", help="Codes, separated by commas, such as it,fr; none: all.")
@click.option("--queues", "served", default="", help="Codes of queues, separated by commas; none: all.")
@click.option("--capacity", type=click.IntRange(1, MOST_CASES), help="Open cases at once; none: any number.")
def skills(login: str, languages: str, served: str, capacity: int | None) -> None:
    """What they serve, and how many cases may be theirs at once: what is left out is not limited any longer."""
    wanted = {"languages": _codes(languages), "queues": _codes(served)}
    known = {"languages": set(registry.complete()), "queues": {queue.code for queue in queues().all}}
    for what, codes in wanted.items():
        if unknown := sorted(set(codes) - known[what]):
            raise click.ClickException(f"no {unknown[0]} among the {what}: write of {', '.join(sorted(known[what]))}")
    with _opened() as engine:
        advisor = next((each for each in Advisors(engine).all() if each.login == login.strip().lower()), None)
        if advisor is None:
            raise click.ClickException(f"no advisor has the login {login!r}")
        Staff(engine).set_skills(advisor.id, **wanted, capacity=capacity)
        told = " ".join((*wanted["languages"], *wanted["queues"], str(capacity or "")))
        Audit(engine).record(f"command line: {getpass.getuser()}", "skills", advisor.login, told)


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


@advisors.command("openid")
def openid_() -> None:
    """Whether advisors can sign in with the OpenID Connect provider, and what it has to know of the desk."""
    settings = get_settings()
    if not settings.openid_issuer:
        raise click.ClickException("no provider is named: set CONCIERGE_OPENID_ISSUER (see .env.example)")
    provider = Provider(settings)
    click.echo(f"Enter this redirect URI at {provider.issuer}: {provider.callback}")
    problems = asyncio.run(_checked(provider))
    for problem in problems:
        click.echo(f"To do: {problem}.")
    if problems:
        raise SystemExit(1)
    click.echo(
        "The provider answers, and publishes its keys. Its client id and secret are proved by the first sign-in."
    )


async def _checked(provider: Provider) -> list[str]:
    try:
        return await provider.check()
    finally:
        await provider.close()


@advisors.command()
@click.option("--words", default="", help="Each is somewhere in what is found.")
def audit(words: str) -> None:
    """What was done to accounts and who saw contact details, as CSV."""
    with _opened() as engine:
        click.echo(Audit(engine).csv(words), nl=False)


def _codes(text: str) -> list[str]:
    return [each for each in text.replace(",", " ").split() if each]


def _skills(known: Colleague) -> str:
    limit = f" of {known.capacity}" if known.capacity else ""
    served = [*sorted(known.languages), *sorted(known.queues)]
    return f"  ({known.presence}, {known.cases}{limit} cases{': ' if served else ''}{' '.join(served)})"


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
