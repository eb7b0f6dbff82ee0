"""Runs a loaded model's graph straight, in an order worked out once.

Rasa hands the graph to dask for every message and every prediction, and dask orders and schedules it anew: about a
millisecond each time, for a dozen nodes that run one after the other in any case. A node's own call looks for hooks,
which a loaded model has none of, and writes two debug lines. Training keeps Rasa's way.
"""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.exceptions import RasaException

from concierge.rasa_runtime.patches import Patch

logger = logging.getLogger(__name__)


class _Step(NamedTuple):
    name: str
    node: GraphNode
    needs: tuple[tuple[str, str], ...]  # parameter, and whose output it takes

    def run(self, given: dict[str, Any]) -> Any:
        """What Rasa's node does, errors included."""
        try:
            inputs = {parameter: given[need] for parameter, need in self.needs}
        except KeyError as missing:
            raise GraphRunError(f"Missing input {missing} to run node '{self.name}'.") from missing
        try:
            return self.node._fn(self.node._component, **inputs)
        except RasaException:
            logger.error(f"Error running graph component for node {self.name}.")
            raise
        except Exception as error:
            raise GraphComponentException(f"Error running graph component for node {self.name}.") from error


def _order(runner: DaskGraphRunner, targets: tuple[str, ...]) -> tuple[_Step, ...] | None:
    """The nodes that the targets need, each after what it needs; ``None`` for a graph that is being trained."""
    known: dict[tuple[str, ...], tuple[_Step, ...] | None] = runner.__dict__.setdefault("_concierge_orders", {})
    if targets not in known:
        nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
        steps: dict[str, _Step] = {}

        def visit(name: str) -> None:
            if name in nodes and name not in steps:
                needs = nodes[name].needs
                for need in needs.values():
                    visit(need)
                steps[name] = _Step(name, runner._instantiated_nodes[name], tuple(needs.items()))

        for target in targets:
            visit(target)
        loaded = all(node.eager for node in nodes.values()) and all(target in steps for target in targets)
        hooked = any(step.node._hooks for step in steps.values())
        known[targets] = tuple(steps.values()) if loaded and not hooked else None
    return known[targets]


def _run(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    wanted = tuple(targets or self._graph_schema.target_names)
    steps = _order(self, wanted)
    if steps is None:
        result: dict[str, Any] = PATCHES[0].original(self, inputs, targets)
        return result
    given = dict(inputs or {})
    for step in steps:
        given[step.name] = step.run(given)
    return {target: given[target] for target in wanted}


PATCHES = [Patch(DaskGraphRunner, "run", _run, "45f0f52f574f3aa9")]
