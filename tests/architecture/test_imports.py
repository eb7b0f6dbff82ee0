"""Imports go one way, down: no package and no module has itself by way of others. The checker sees what there is."""

from __future__ import annotations

import pytest

from concierge.cli import BELOW, COMMANDS
from tools import imports


def test_packages_import_one_way() -> None:
    assert imports.circles(imports.between_packages()) == []


def test_modules_import_one_way() -> None:
    assert imports.circles(imports.between_modules()) == []


@pytest.mark.parametrize("low", ["settings", "storage", "masking", "web_kit"])
def test_what_everybody_uses_knows_nobody_above(low: str) -> None:
    assert set(imports.between_packages()[low]) <= {"settings", "serialisation"}


def test_nobody_imports_the_demo_but_what_starts_or_tries_it() -> None:
    users = {name for name, used in imports.between_packages().items() if "demo" in used}
    assert users == {"processes", "cli", "evaluation"}


def test_imports_in_calls_and_for_types_are_seen() -> None:
    found = {(each.source, each.target): each.when for each in imports.imports()}
    assert found["concierge.orders.sql", "concierge.orders.database"] == imports.AT_START
    assert found["concierge.orders", "concierge.orders.http"] == imports.IN_A_CALL
    assert found["concierge.processes.assistant", "concierge.rasa_runtime.embedded_actions"] == imports.IN_A_CALL
    assert imports.FOR_TYPES in found.values()
    named = [*COMMANDS.values(), *(place for places in BELOW.values() for place in places)]
    for module in {place.partition(":")[0] for place in named} - {"concierge.cli"}:
        assert found["concierge.cli", module] == imports.IN_A_CALL


def test_a_circle_is_found_and_a_detour_is_not_drawn() -> None:
    assert imports.circles({"a": ["b"], "b": ["c"], "c": ["b"], "d": ["d"]}) == [["b", "c"], ["d"]]
    assert imports.without_detours({"a": ["b", "c"], "b": ["c"], "c": []}) == {"a": ["b"], "b": ["c"], "c": []}
