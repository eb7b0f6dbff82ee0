"""Every attribute of Rasa that is replaced at run time: one module for each place, and no such thing anywhere else.

A module here says what it replaces and why Rasa 3.6 offers no other way, and lists it in ``PATCHES``. For each there is

- a *gain*: `python -m bench.patches` measures the assistant with and without it, and writes bench/results/patches.md;
- a *guard*: a test in tests/rasa_runtime/patches compares what it does with what the original does;
- a *tripwire*: ``Patch.source`` is the digest of the source that was replaced, and a test fails once that is another
  one, as after an update of Rasa: read what changed, adapt the patch, write down the new digest.

Importing this package does not import Rasa.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

SERVING = ("domain_storage", "graph_runner", "remote_action", "rule_policy", "tracker_store_wrapper")
TRAINING = ("domain_storage", "yaml_reading")


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


@dataclass
class Patch:
    """One attribute of a module or class of a library, and what stands in its place once it is applied."""

    owner: Any
    name: str
    replacement: Any
    source: str  # see ``digest``
    _original: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._original = inspect.getattr_static(self.owner, self.name, _ABSENT)

    @property
    def target(self) -> str:
        """Where it is, as it would be imported."""
        module = getattr(self.owner, "__module__", "")
        owner = f"{module}.{self.owner.__qualname__}" if module else self.owner.__name__
        return f"{owner}.{self.name}"

    @property
    def original(self) -> Any:
        """What the library has there, staticmethods and classmethods unwrapped."""
        return getattr(self._original, "__func__", self._original)

    def digest(self) -> str:
        """The first 16 hexadecimal digits of SHA-256 over the original's source; over its value where it has none."""
        found = self.original
        text = inspect.getsource(found) if inspect.isroutine(found) else repr(found)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def apply(self) -> None:
        setattr(self.owner, self.name, self.replacement)

    def remove(self) -> None:
        if self._original is _ABSENT:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self._original)


def patches_of(modules: Iterable[str]) -> list[Patch]:
    """The patches of these modules. Imports what they replace, so Rasa."""
    return [patch for module in modules for patch in import_module(f"{__name__}.{module}").PATCHES]


def install(modules: Iterable[str] = SERVING) -> None:
    """Applies the patches of these modules; doing it twice does no harm."""
    for patch in patches_of(modules):
        patch.apply()
