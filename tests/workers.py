"""How ``pytest -n`` deals the tests out: what shares processes stays together, what takes longest begins first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xdist.scheduler import LoadScopeScheduling

# Tests that share processes, which are started once for all of them; a path names what begins with it. Everywhere
# else each file is dealt out by itself.
TOGETHER = {
    "tests/channels/messaging/": "messaging",
    "tests/channels/": "channels",
    "tests/e2e/test_handoff.py": "product",
    "tests/e2e/test_rest.py": "product",
    "tests/e2e/test_widget.py": "product",
    "tests/security/test_fuzz": "fuzz",
}
# The longest, in this order: no worker shall be left alone with one of them at the end.
FIRST = (
    "tests/e2e/web/",
    "tests/e2e/faults/",
    "messaging",
    "tests/e2e/",
    "product",
    "channels",
    "tests/rasa_runtime/test_same_predictions.py",
    "tests/dialogue/test_rasa_test.py",
    "tests/nlu/test_understanding.py",
    "fuzz",
    "tests/security/",
    "tests/dialogue/",
    "tests/rasa_runtime/",
    "tests/desk/",
)


def unit_of(test: str) -> str:
    """What goes to one worker as a whole, by the test's node id."""
    file = test.partition("::")[0]
    return next((unit for begins, unit in TOGETHER.items() if file.startswith(begins)), file)


def longest(units: Iterable[str]) -> str:
    def rank(unit: str) -> int:
        return next((place for place, begins in enumerate(FIRST) if unit.startswith(begins)), len(FIRST))

    return min(units, key=rank)


class Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        self.workqueue.move_to_end(longest(self.workqueue), last=False)
        super()._assign_work_unit(node)

    def remove_node(self, node: Any) -> str | None:
        """As xdist's, but what a worker died of is not given to the next one, and the next, to die of, too."""
        left = self.assigned_work.pop(node)
        died_of = next((test for tests in left.values() for test, done in tests.items() if not done), None)
        if died_of is not None:
            left[unit_of(died_of)][died_of] = True
        self.workqueue.update({unit: tests for unit, tests in left.items() if not all(tests.values())})
        for other in self.assigned_work:
            self._reschedule(other)
        return died_of
