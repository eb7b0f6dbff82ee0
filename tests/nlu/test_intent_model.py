"""The arithmetic of telling intents apart, and the gate behind it."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from rasa.shared.nlu.training_data.message import Message

from concierge.evaluation.understanding import area_under_curve, with_typo
from concierge.nlu.fallback import ScopeFallback
from concierge.nlu.intent_model import IntentModel
from concierge.nlu.ngrams import Vocabulary, char_grams, word_grams
from concierge.nlu.softmax import Features, Projection, fit, folds, softmax, temperature


@pytest.fixture(scope="module")
def clouds() -> tuple[Features, list[str]]:
    """Three kinds of points in a few dimensions, one of them out of scope."""
    generator = np.random.default_rng(1)
    names = ["one", "two", "out_of_scope"] * 40
    centres = {"one": [1, 0, 0, 0], "two": [0, 1, 0, 0], "out_of_scope": [0, 0, 1, 0]}
    dense = np.array([centres[name] for name in names], dtype=np.float32)
    dense += generator.normal(0, 0.15, dense.shape).astype(np.float32)
    sparse = scipy.sparse.random(len(names), 30, 0.1, "csr", dtype=np.float32, random_state=1)
    return Features(dense, sparse), names


def test_it_learns_and_its_arrays_are_all_it_needs(clouds, tmp_path):
    features, names = clouds
    model = IntentModel.fit(features, names, {"folds": 2})
    np.savez(tmp_path / "m.npz", **model.arrays)
    with np.load(tmp_path / "m.npz") as stored:  # no pickles: allow_pickle stays off
        again = IntentModel({name: stored[name] for name in stored.files})
    probabilities, scores = again.predict(features)
    assert (np.array(again.intents)[probabilities.argmax(axis=1)] == np.array(names)).mean() > 0.95
    ours = np.array(names) != "out_of_scope"
    assert area_under_curve(scores[ours], scores[~ours]) > 0.95
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_the_projection_changes_nothing_when_it_is_wide_enough(clouds):
    features, names = clouds
    labels = np.unique(names, return_inverse=True)[1]
    projected = Projection(features, 30, 2.0, 1.0)
    fitted = fit(projected.rows, labels, 3, 10.0, 80)
    np.testing.assert_allclose(
        projected.weights(fitted).logits(features), projected.rows @ fitted[:-1] + fitted[-1], atol=1e-3
    )


def test_the_directions_kept_hold_as_much_as_the_singular_ones():
    generator = np.random.default_rng(3)
    falling = np.geomspace(10, 0.1, 60)[:, None] * generator.normal(size=(60, 200))
    matrix = scipy.sparse.csr_matrix((generator.normal(size=(300, 60)) @ falling).astype(np.float32))
    features = Features(np.zeros((300, 0), dtype=np.float32), matrix)
    kept = Projection(features, 20, 1.0, 1.0).rows
    assert kept.shape == (300, 20)
    most = np.linalg.svd(matrix.toarray(), compute_uv=False)[:20]
    np.testing.assert_allclose(np.linalg.norm(kept, axis=0), most, rtol=1e-2)


def test_fewer_directions_than_asked_for_are_enough():
    twice = scipy.sparse.csr_matrix(np.repeat(np.eye(3, 8, dtype=np.float32), 2, axis=0))
    rows = Projection(Features(np.zeros((6, 0), dtype=np.float32), twice), 5, 1.0, 1.0).rows
    assert rows.shape == (6, 3)
    np.testing.assert_allclose(rows @ rows.T, (twice @ twice.T).toarray(), atol=1e-5)


def test_texts_without_any_ngram_leave_no_direction():
    nothing = Features(np.ones((6, 3), dtype=np.float32), scipy.sparse.csr_matrix((6, 4), dtype=np.float32))
    assert Projection(nothing, 5, 1.0, 1.0).rows.shape == (6, 3)


def test_temperature_cools_what_is_too_sure():
    labels = np.array([0, 1] * 200)
    logits = np.where(np.eye(2)[labels] > 0, 10.0, 0.0)
    logits[:100] = logits[:100, ::-1]  # a quarter is wrong, and as sure of it
    warm = softmax(logits / temperature(logits, labels))
    assert warm.max(axis=1).mean() == pytest.approx(0.75, abs=0.02)


def test_folds_are_even_and_repeatable():
    labels = np.array([0] * 8 + [1] * 12)
    assert (folds(labels, 4) == folds(labels, 4)).all()
    assert [np.bincount(folds(labels, 4)[labels == kind]).tolist() for kind in (0, 1)] == [[2] * 4, [3] * 4]


def test_unseen_ngrams_shorten_a_text():
    vocabulary = Vocabulary.learn(
        ["return label", "return label", "order"], {"words": 1, "chars": [2, 3], "min_texts": 2, "unseen": 1.0}
    )
    known, foreign = vocabulary.row("return label")[1], vocabulary.row("étiquette label")[1]
    assert np.linalg.norm(known) == pytest.approx(2**0.5, rel=1e-5)
    assert np.linalg.norm(foreign) < 1.1
    again = Vocabulary.from_json(vocabulary.to_json())
    np.testing.assert_allclose(again.row("my label")[1], vocabulary.row("my label")[1], rtol=1e-6)


def test_ngrams():
    assert list(word_grams("Size 41, please", 2)) == ["size", "0", "please", "size 0", "0 please"]
    assert list(char_grams("bag", 4, 5)) == [" bag", "bag ", " bag "]
    assert list(word_grams("…", 2)) == []


def _after_gate(ranking: list[tuple[str, float]], score: float) -> Message:
    message = Message({"text": "x"})
    entries = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    message.set("intent", entries[0])
    message.set("intent_ranking", entries)
    message.set("scope", {"score": score, "reason": None})
    return ScopeFallback(ScopeFallback.get_default_config()).process([message])[0]


@pytest.mark.parametrize(
    ("ranking", "score", "intent", "reason"),
    [
        ([("return_item", 0.9), ("exchange_item", 0.05)], 0.99, "return_item", None),
        ([("return_item", 0.45), ("exchange_item", 0.44)], 0.99, "nlu_fallback", "ambiguous"),
        ([("return_item", 0.2), ("exchange_item", 0.05)], 0.99, "nlu_fallback", "unsure"),
        ([("return_item", 0.9), ("exchange_item", 0.05)], 0.01, "out_of_scope", "out_of_scope"),
        ([("out_of_scope", 0.4), ("exchange_item", 0.39)], 0.01, "out_of_scope", None),
    ],
)
def test_two_doubts_two_answers(ranking, score, intent, reason):
    message = _after_gate(ranking, score)
    assert message.get("intent")["name"] == intent
    assert message.get("intent_ranking")[0]["name"] == intent
    assert message.get("scope")["reason"] == reason
    if reason:
        assert [entry["name"] for entry in message.get("intent_ranking")[1:]] == [name for name, _ in ranking]


def test_a_button_passes_the_gate():
    message = Message({"text": "/return_item", "intent": {"name": "return_item", "confidence": 1.0}})
    assert (
        ScopeFallback(ScopeFallback.get_default_config()).process([message])[0].get("intent")["name"] == "return_item"
    )


def test_typos_are_small_and_the_short_stay():
    generator = np.random.default_rng(1)
    assert with_typo("no", generator) == "no"
    assert with_typo("where is my order", generator) != "where is my order"
    assert area_under_curve([0.9, 0.8], [0.1, 0.8]) == 0.875
