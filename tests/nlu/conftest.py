"""The trained model, once, for the tests that ask it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from concierge.evaluation.understanding import Assistant
from concierge.settings import ROOT


@pytest.fixture(scope="session")
def assistant() -> Assistant:
    """The model of the present training data; ``CONCIERGE_TEST_MODEL`` names another."""
    from concierge.training import ensure_model

    named = os.environ.get("CONCIERGE_TEST_MODEL")
    return Assistant(Path(named) if named else ensure_model(ROOT)[0])
