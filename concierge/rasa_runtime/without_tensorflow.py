"""Lets Rasa 3.6 run where TensorFlow is not installed.

Nothing of ours needs TensorFlow, so it is neither installed nor imported: the process is about 900 MB smaller and
starts five times as fast, and TensorFlow's and Keras's advisories do not concern us. Rasa's default recipe, however,
imports its own TensorFlow components at module level whether config.yml names them or not. A finder answers for exactly
those modules of Rasa with placeholders. ``tensorflow`` itself is never faked: thinc (spaCy) probes for it and must not
find it.

``startup.py`` calls :func:`install` at every start of Python: the plain ``rasa`` command works as Rasa's users know it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any

_COMPONENTS = {
    "DIETClassifier": "rasa.nlu.classifiers.diet_classifier",
    "ConveRTFeaturizer": "rasa.nlu.featurizers.dense_featurizer.convert_featurizer",
    "LanguageModelFeaturizer": "rasa.nlu.featurizers.dense_featurizer.lm_featurizer",
    "ResponseSelector": "rasa.nlu.selectors.response_selector",
    "TEDPolicy": "rasa.core.policies.ted_policy",
    "UnexpecTEDIntentPolicy": "rasa.core.policies.unexpected_intent_policy",
}
_UTILITIES = {
    f"rasa.utils.tensorflow.{name}"
    for name in (
        *("callback", "crf", "data_generator", "environment", "feature_array", "layers", "layers_utils", "metrics"),
        *("model_data", "model_data_utils", "models", "rasa_layers", "transformer", "types"),
    )
}
# Imported by the recipe when it looks up the first component of config.yml.
_REGISTRY = "rasa.engine.recipes.default_components"
# Called by Rasa's own start-up whatever config.yml names; with no TensorFlow there is nothing to set up.
_NOTHING_TO_DO = frozenset({"setup_tf_environment", "check_deterministic_ops"})
REPLACED = frozenset(_UTILITIES | set(_COMPONENTS.values()))


class TensorFlowMissing(ImportError):
    """Code, or a model trained elsewhere, asks a placeholder to work."""


def _explanation(name: str) -> str:
    return (
        f"{name} needs TensorFlow, which is not installed here on purpose. Remove it from config.yml, or install it "
        "with: uv pip install tensorflow==2.12.0 tensorflow-text==2.12.0 tensorflow-hub==0.13.0 "
        "tensorflow-addons==0.20.0"
    )


class _Unusable:
    """Stands in the recipe's registry: looking the name up is harmless, using what is found is explained."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        from rasa.shared.exceptions import InvalidConfigException  # the command line shows it as one sentence

        raise InvalidConfigException(_explanation(self._name))


def _register() -> None:
    recipe: Any = sys.modules["rasa.engine.recipes.default_recipe"]
    for name in _COMPONENTS:
        recipe.DefaultV1Recipe._registered_components.setdefault(name, _Unusable(name))


class _Placeholder(type):
    """Metaclass of the stand-ins: they can be named, subclassed and registered, but not made or trained."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise TensorFlowMissing(_explanation(cls.__name__))


def _needs_tensorflow(cls: type, *args: Any, **kwargs: Any) -> Any:
    raise TensorFlowMissing(_explanation(cls.__name__))


def _do_nothing(*args: Any, **kwargs: Any) -> None:
    return None


def _placeholder(module: str, name: str) -> type:
    members = {
        "__module__": module,
        # What the graph calls on a component before it makes one.
        **{hook: classmethod(_needs_tensorflow) for hook in ("create", "load", "required_components")},
        **{hook: classmethod(_needs_tensorflow) for hook in ("get_default_config", "required_packages")},
    }
    return _Placeholder(name, (), members)


class StandInLoader(importlib.abc.Loader):
    """Loads empty modules whose attributes ``make(module name, attribute name)`` provides when they are asked for."""

    def __init__(self, make: Callable[[str, str], Any]) -> None:
        self._make = make

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = types.ModuleType(spec.name)

        def attribute(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            made = self._make(spec.name, name)
            setattr(module, name, made)
            return made

        module.__getattr__ = attribute  # type: ignore[method-assign]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


def _attribute(module: str, name: str) -> Any:
    return _do_nothing if name in _NOTHING_TO_DO else _placeholder(module, name)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in REPLACED and fullname != _REGISTRY:
            return None
        if importlib.util.find_spec("tensorflow") is not None:
            return None
        if fullname == _REGISTRY:
            _register()
            return None
        return importlib.machinery.ModuleSpec(fullname, StandInLoader(_attribute))


def install() -> None:
    """Puts the finder in place, once. It decides when a module is asked for, so a later TensorFlow is respected."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
