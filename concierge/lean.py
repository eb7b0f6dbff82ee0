"""Leaves out of the serving process what Rasa imports and the assistant never uses: 70 MB and a third of the start.

Rasa imports every connector it ships with the SDKs of their providers, the clouds it could load a model from, and the
plotting and learning libraries of its own components, whatever the configuration names. Here, and only where the
assistant is served with channels of ours, stand-ins answer for those libraries. They can be named, subclassed and
caught; using one says what to do. ``rasa train``, ``rasa shell`` and the other commands are left as they are.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterable, Sequence
from typing import Any

from concierge.without_tensorflow import StandInLoader

# Measured one by one: what is not worth a megabyte is not here.
UNUSED = frozenset(
    {
        *("aiogram", "fbmessenger", "slack_sdk", "twilio", "webexteamssdk"),  # connectors
        *("boto3", "botocore", "pymongo"),  # stores of models and trackers
        *("matplotlib", "sklearn", "sklearn_crfsuite"),  # evaluation, and components that config.yml does not name
    }
)


class LeftOut(ImportError):
    """Something asked a stand-in to work; the message says how to have the real library."""


class _StandIn(type):
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise LeftOut(
            f"{cls.__module__}.{cls.__name__} is left out of the served assistant (concierge/lean.py). If a connector, "
            "store or component of yours needs it, set CONCIERGE_LEAN=false."
        )


def _stand_in(module: str, name: str) -> type:
    # A class that is an exception can stand for anything that is imported: base class, type, error to catch.
    return _StandIn(name, (Exception,), {"__module__": module})


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in UNUSED:
            return None
        return importlib.machinery.ModuleSpec(fullname, StandInLoader(_stand_in), is_package=True)


def install(channels: Iterable[str]) -> bool:
    """To be called before Rasa is imported. ``channels``: the keys of credentials.yml.

    Returns whether stand-ins are in place: not with a connector of Rasa's own, nor where a library is there already.
    """
    if any("." not in channel for channel in channels) or UNUSED & sys.modules.keys():
        return False
    sys.meta_path.insert(0, _Finder())
    return True
