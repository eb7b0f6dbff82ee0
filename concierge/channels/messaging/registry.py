"""Which channels there are, and which of them are configured."""

from __future__ import annotations

import inspect
import logging
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from importlib import import_module

from concierge.channels.messaging import adapters
from concierge.channels.messaging.adapter import Adapter
from concierge.settings import variables

logger = logging.getLogger(__name__)


def kinds() -> list[type[Adapter]]:
    """Every adapter in ``adapters/``, by name."""
    found: set[type[Adapter]] = set()
    for module in pkgutil.iter_modules(adapters.__path__, f"{adapters.__name__}."):
        members = inspect.getmembers(import_module(module.name), inspect.isclass)
        found |= {kind for _, kind in members if issubclass(kind, Adapter) and "name" in vars(kind)}
    return sorted(found, key=lambda kind: kind.name)


def windows(*, advisor: bool) -> dict[str, timedelta]:
    """By channel: for how long after the customer's latest message it takes words, an ``advisor``'s or the assistant's,
    where that ends."""
    on = configured()
    limits = {kind.name: (on.get(kind.name) or kind).limits for kind in kinds()}
    found = {name: (advisor and each.human_window) or each.window for name, each in limits.items()}
    return {name: window for name, window in found.items() if window is not None}


def missing(kind: type[Adapter], values: Mapping[str, str]) -> list[str]:
    """The variables that a channel needs and has not."""
    return [each.name for each in kind.variables if each.default is None and each.name not in values]


def configured(
    read: Callable[[Iterable[str]], dict[str, str]] = variables, *, tell: bool = False
) -> dict[str, Adapter]:
    """The channels that have all they need, by name. ``tell``: the log says once of each other that it is off."""
    found = {}
    for kind in kinds():
        values = read([each.name for each in kind.variables])
        lacking = missing(kind, values)
        if not lacking:
            defaults = {each.name: each.default for each in kind.variables if each.default is not None}
            found[kind.name] = kind({**defaults, **values})
        elif tell and values:
            logger.warning("%s is off: %s not set", kind.title, ", ".join(lacking))
        elif tell:
            logger.info("%s is off: nothing of it is configured", kind.title)
    return found
