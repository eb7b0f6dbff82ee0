"""A loaded graph that is run straight gives what Rasa's own runner gives, errors included."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphNodeHook, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.exceptions import RasaException

from concierge.rasa_runtime.patches import graph_runner


class Refused(RasaException):
    pass


class Adder(GraphComponent):
    def __init__(self, more: int) -> None:
        self.more = more

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any, **__: Any) -> Adder:
        return cls(config["more"])

    def add(self, one: int, other: int = 0) -> int:
        if one < 0:
            raise Refused("below nought")
        return one + other + self.more // (1 if one < 100 else 0)


def node(more: int, eager: bool = True, **needs: str) -> SchemaNode:
    return SchemaNode(needs, uses=Adder, constructor_name="create", fn="add", config={"more": more}, eager=eager)


def runner(eager: bool = True, hooks: list[GraphNodeHook] | None = None) -> DaskGraphRunner:
    schema = GraphSchema(
        {
            "first": node(1, eager, one="start"),
            "second": node(10, eager, one="first"),
            "both": node(100, eager, one="first", other="second"),
            "unasked": node(1, eager, one="elsewhere"),
        }
    )
    return DaskGraphRunner(schema, None, ExecutionContext(schema, "model"), hooks)  # type: ignore[arg-type]


def both_ways(start: int, targets: list[str], **how: Any) -> tuple[Any, Any]:
    def outcome(run: Any) -> Any:
        try:
            return run(runner(**how), {"start": start}, targets)
        except Exception as error:
            return type(error), str(error)

    return outcome(graph_runner._run), outcome(graph_runner.PATCHES[0].original)


@pytest.mark.parametrize("eager", [True, False])
@pytest.mark.parametrize("targets", [["both"], ["second", "first"]])
def test_the_same_results(targets, eager):
    ours, stock = both_ways(1, targets, eager=eager)
    assert ours == stock
    assert set(ours) == set(targets)


@pytest.mark.parametrize(("start", "error"), [(-1, Refused), (100, GraphComponentException)])
def test_the_same_errors(start, error):
    ours, stock = both_ways(start, ["both"])
    assert ours == stock
    assert ours[0] is error


def test_an_input_that_is_missing_is_named():
    with pytest.raises(GraphRunError, match="'elsewhere' to run node 'unasked'"):
        graph_runner._run(runner(), {"start": 1}, ["unasked"])


def test_a_graph_with_hooks_runs_them():
    seen: list[str] = []

    class Hook(GraphNodeHook):
        def on_before_node(self, node_name: str, *_: Any, **__: Any) -> dict[str, Any]:
            seen.append(node_name)
            return {}

        def on_after_node(self, *_: Any, **__: Any) -> None:
            pass

    assert graph_runner._run(runner(hooks=[Hook()]), {"start": 1}, ["both"]) == {"both": 114}
    assert seen == ["first", "second", "both"]
