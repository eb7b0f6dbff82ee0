"""Which sentence of an answer a question asks for: “do you tell me the price before?”, of a repair's cost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from concierge.nlu import encoder, english_encoder

# Cosines: below the first no sentence is near, within the second two are as near by chance.
LEAST, LEAD = 0.15, 0.05


@lru_cache(1024)
def _of_the_house(sentence: str) -> np.ndarray:
    """What the house says, it says often: each sentence costs as much as a message."""
    return english_encoder.encode_english([sentence])


def near_sentences(question: str, sentences: Sequence[str]) -> list[str]:
    """The sentences that mean most nearly what is asked, in their order: one, where it is clearly the nearest; none
    where none is near, or nothing is asked."""
    if not question.strip() or not sentences:
        return []
    vectors = np.vstack([english_encoder.encode_english([question]), *map(_of_the_house, sentences)])
    if np.isnan(vectors).any():
        vectors = encoder.encode([question, *sentences])
    similar = vectors[1:] @ vectors[0]
    best = similar.max()
    return [each for each, near in zip(sentences, similar, strict=True) if best >= LEAST and best - near < LEAD]
