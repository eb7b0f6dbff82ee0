"""Reads a trained model's domain once. Rasa parses and validates the same file four times: five seconds for ours."""

from __future__ import annotations

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


def install() -> None:
    DomainProvider.load = classmethod(_load)
