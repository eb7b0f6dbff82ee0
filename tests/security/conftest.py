from __future__ import annotations

from collections.abc import Iterator

import pytest

from concierge.settings import ROOT
from concierge.training import ensure_model
from tests.security import fuzzing
from tests.security.servers import Server, start, stop


@pytest.fixture(scope="module", params=["front", "desk"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Each of the two servers that face the network."""
    ensure_model(ROOT)
    var = tmp_path_factory.mktemp(request.param)
    started = [start(request.param, var, CONCIERGE_CONNECTIONS_PER_ADDRESS="40")]
    if request.param == "front":
        started.append(start("assistant", var))  # a request over REST is answered by it
    yield started[0]
    for each in started:
        stop(each)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fuzzing.House]:
    """Both servers over one database; for tests that leave them as they were, or do not mind."""
    with fuzzing.house(tmp_path_factory.mktemp("house")) as running:
        yield running
