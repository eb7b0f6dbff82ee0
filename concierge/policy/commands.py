"""``concierge policy …``: which rule decides about an order, and what the figures are."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timezone
from typing import TYPE_CHECKING, Any

import click

from concierge.policy.dates import zone
from concierge.policy.decision import KINDS, Decision
from concierge.policy.engine import House, load_house
from concierge.policy.errors import PolicyError
from concierge.policy.explain import explain, shown
from concierge.policy.facts import FACTS
from concierge.policy.proofs import Proofs, load_proofs

if TYPE_CHECKING:
    from concierge.orders.model import Order


@click.group()
def policy() -> None:
    """What the house's policies say, and what they decide."""


@policy.command("explain")
@click.argument("number", metavar="ORDER")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--on", metavar="DATE", help="Decide as on this day (2026-12-31) or moment; today without it.")
@click.option("--line", metavar="ID", help="The item of the order.")
@click.option("--fact", "facts", multiple=True, metavar="NAME=ANSWER", help="What the customer said; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="The decision as it is recorded.")
def explain_command(
    *, number: str, kind: str, on: str | None, line: str | None, facts: tuple[str, ...], as_json: bool
) -> None:
    """Decide about ORDER, and say which rules, figures and sources that rests on."""
    house, order = _house(), _order(number)
    try:
        decision = house.decide(kind, order, line=line, facts=_facts(facts), on=_moment(on, order))
    except PolicyError as error:
        raise click.ClickException(str(error)) from None
    except KeyError:
        known = ", ".join(item.id for item in order.lines)
        raise click.ClickException(f"Order {order.number} has no item {line!r}. Write one of: {known}.") from None
    click.echo(_json(decision) if as_json else explain(house, decision))


@policy.command("figures")
@click.option("--region", default="ROW", show_default=True, help="EU, UK, US or ROW.")
@click.option("--on", metavar="DATE", help="As on this day; today without it.")
def figures_command(region: str, on: str | None) -> None:
    """List every figure with its value and source."""
    house = _house()
    day = _day(on) if on else datetime.now().astimezone().date()
    for key in house.figures():
        try:
            figure = house.figure(key, region, day)
        except PolicyError as error:
            click.echo(f"{key}: {error}")
        else:
            click.echo(f"{key} = {shown(figure)}  [{figure.source.id}]  {figure.label}")


@policy.command("facts")
def facts_command() -> None:
    """List what rules may ask about, with the values it can have."""
    for fact in FACTS.values():
        values = " | ".join(fact.choices) or {"bool": "true | false"}.get(fact.type, fact.type)
        click.echo(f"{fact.name}: {fact.says} ({values})")


@policy.command("check")
def check_command() -> None:
    """Read figures, rules, sources and proofs, and say what is wrong with them, if anything."""
    house = _house()
    rules = sum(len(book.rules) for book in house.books.values())
    proofs = _proofs()
    counted = f"{len(house.figures())} figures, {rules} rules, {len(house.sources)} sections of sources"
    click.echo(f"{counted}, {len(proofs.proofs)} proofs for {len(proofs.purposes)} purposes: all is well.")


@policy.command("proofs")
def proofs_command() -> None:
    """List by what customers may prove who they are, and which of it suffices for what."""
    proofs = _proofs()
    for purpose in proofs.purposes.values():
        suffice = ", ".join(kind for kind in proofs.proofs if kind in purpose.proofs)
        click.echo(f"{purpose.name}: {suffice}  ({purpose.label}: {', '.join(purpose.tasks)})")


def _house() -> House:
    from concierge.settings import get_settings

    try:
        return load_house(get_settings().policy_figures)
    except PolicyError as error:
        raise click.ClickException(str(error)) from None


def _proofs() -> Proofs:
    try:
        return load_proofs()
    except PolicyError as error:
        raise click.ClickException(str(error)) from None


def _order(number: str) -> Order:
    """Imports late: only this command, not the engine, knows where orders are kept."""
    from concierge.orders import open_orders
    from concierge.settings import get_settings

    orders = open_orders(get_settings().orders)
    try:
        order = orders.get(number)
    finally:
        orders.close()
    if order is None:
        raise click.ClickException(f"There is no order {number!r}. Demo orders: concierge orders demo.")
    return order


def _moment(on: str | None, order: Order) -> datetime:
    """A day means its noon where the order was delivered; nothing means now, or the settings' policy date."""
    from concierge.settings import get_settings

    where = zone(order.timezone)
    if on is None:
        preview = get_settings().policy_date
        return datetime.combine(preview, time(12), where) if preview else datetime.now(timezone.utc)
    if len(on) > len("2026-12-31"):
        try:
            moment = datetime.fromisoformat(on)
        except ValueError:
            raise click.BadParameter(f"{on!r} is not a moment; write 2026-12-31T18:00+01:00.") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=where)
    return datetime.combine(_day(on), time(12), where)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a day; write it as 2026-12-31.") from None


def _facts(pairs: tuple[str, ...]) -> dict[str, Any]:
    found = {}
    for pair in pairs:
        name, equals, answer = pair.partition("=")
        if not equals or not answer:
            raise click.BadParameter(f"{pair!r}: write NAME=ANSWER, for example opened=no.")
        found[name.strip()] = answer.strip()
    return found


def _json(decision: Decision) -> str:
    return json.dumps(decision.to_dict(), indent=2, ensure_ascii=False)
