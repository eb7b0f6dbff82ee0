"""Components whose models are trained arrays, kept in Rasa's model storage."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.training_data import TrainingData

Model = TypeVar("Model")


class ArraysComponent(GraphComponent, Generic[Model]):
    """What such components have in common. ``self._model`` is ``None`` until there was something to train from."""

    FILE: ClassVar[str]

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: Model | None = None
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ArraysComponent[Model]:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ArraysComponent[Model]:
        arrays = _read(model_storage, resource, cls.FILE)
        return cls(config, model_storage, resource, cls.model_of(arrays, config) if arrays else None)

    @classmethod
    @abstractmethod
    def model_of(cls, arrays: dict[str, Any], config: dict[str, Any]) -> Model:
        """What serves, made of what was kept."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Every key has a default and a plain type."""

    def _keep(self, arrays: Mapping[str, Any]) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / self.FILE, **arrays)


def _read(storage: ModelStorage, resource: Resource, file: str) -> dict[str, Any] | None:
    """``None`` where nothing was trained, as in a model without NLU: Rasa says so with a ``ValueError``."""
    try:
        with storage.read_from(resource) as folder, np.load(folder / file) as stored:
            return {name: stored[name] for name in stored.files}
    except (ValueError, FileNotFoundError):
        return None
