"""Keeps a trained model's domain as JSON and reads it once. Rasa writes YAML, two seconds for ours, and parses and
validates the same file four times, another five.

And knows an empty one without making one, which Rasa does for every message.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import rasa.shared.utils.io
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.constants import LATEST_TRAINING_DATA_FORMAT_VERSION
from rasa.shared.core.domain import KEY_TRAINING_DATA_FORMAT_VERSION, Domain

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


@lru_cache(maxsize=1)
def _nothing() -> dict[str, Any]:
    return Domain.empty().as_dict()


def _is_empty(self: Domain) -> bool:
    return self.as_dict() == _nothing()


def install() -> None:
    DomainProvider._persist = _persist
    DomainProvider.load = classmethod(_load)
    Domain.is_empty = _is_empty
