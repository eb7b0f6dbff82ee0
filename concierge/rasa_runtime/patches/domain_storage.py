"""Keeps a trained model's domain as JSON and reads it once. Rasa writes YAML, two seconds for ours, and parses and
validates the same file four times, another five.
"""

from __future__ import annotations

import json
from typing import Any

import rasa.shared.utils.io
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.constants import LATEST_TRAINING_DATA_FORMAT_VERSION
from rasa.shared.core.domain import KEY_TRAINING_DATA_FORMAT_VERSION, Domain

from concierge.rasa_runtime.patches import Patch

FILE = "domain.yml"  # JSON is YAML: the model runs where nothing here is installed, too


def _persist(self: DomainProvider, domain: Domain) -> None:
    kept = {KEY_TRAINING_DATA_FORMAT_VERSION: LATEST_TRAINING_DATA_FORMAT_VERSION, **domain.as_dict()}
    with self._model_storage.write_to(self._resource) as folder:
        (folder / FILE).write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # trained where nothing here was installed
        return rasa.shared.utils.io.read_yaml(text)


def _load(
    cls: type[DomainProvider],
    config: dict[str, Any],
    model_storage: ModelStorage,
    resource: Resource,
    *args: Any,
    **_: Any,
) -> DomainProvider:
    with model_storage.read_from(resource) as folder:
        # Validated when it was trained.
        domain = Domain.from_dict(_read((folder / FILE).read_text(encoding="utf-8")))
    return cls(model_storage, resource, domain)


PATCHES = [
    Patch(DomainProvider, "_persist", _persist, "b582b9abf0a20655"),
    Patch(DomainProvider, "load", classmethod(_load), "75a21f7228a83368"),
]
