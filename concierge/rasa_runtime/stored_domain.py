"""Reads a trained model's domain once. Rasa parses and validates the same file four times: five seconds for ours.

And knows an empty one without making one, which Rasa does for every message.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import rasa.shared.utils.io
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain


def _load(
    cls: type[DomainProvider],
    config: dict[str, Any],
    model_storage: ModelStorage,
    resource: Resource,
    *args: Any,
    **_: Any,
) -> DomainProvider:
    with model_storage.read_from(resource) as folder:
        # Validated when it was trained, and written by Rasa itself.
        domain = Domain.from_dict(rasa.shared.utils.io.read_yaml_file(folder / "domain.yml"))
    return cls(model_storage, resource, domain)


@lru_cache(maxsize=1)
def _nothing() -> dict[str, Any]:
    return Domain.empty().as_dict()


def _is_empty(self: Domain) -> bool:
    return self.as_dict() == _nothing()


def install() -> None:
    DomainProvider.load = classmethod(_load)
    Domain.is_empty = _is_empty
