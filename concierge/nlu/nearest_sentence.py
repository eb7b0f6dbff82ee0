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


def nearest_sentence(question: str, sentences: Sequence[str]) -> str | None:
    """The sentence that means most nearly what is asked; ``None`` where none does, or nothing is asked."""
    if not question.strip() or not sentences:
        return None
    vectors = np.vstack([english_encoder.encode_english([question]), *map(_of_the_house, sentences)])
    if np.isnan(vectors).any():
        vectors = encoder.encode([question, *sentences])
    similar = vectors[1:] @ vectors[0]
    best = int(similar.argmax())
    others = np.delete(similar, best)
    is_clear = similar[best] >= LEAST and (not len(others) or similar[best] - others.max() >= LEAD)
    return sentences[best] if is_clear else None
