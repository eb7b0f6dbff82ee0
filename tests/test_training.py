"""The model, as training leaves it for whoever starts an assistant."""

from __future__ import annotations

import tarfile

import pytest

from concierge.settings import ROOT
from concierge.training import ensure_model


@pytest.mark.model
def test_a_model_is_unpacked_without_work() -> None:
    path, _ = ensure_model(ROOT)
    with tarfile.open(path) as model:
        content = sum(member.size for member in model.getmembers())
    assert path.stat().st_size >= content, "nothing of it is compressed"
