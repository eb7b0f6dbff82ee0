"""What is heard as a score from 1 to 5, and what only begins with a digit."""

from __future__ import annotations

import pytest

from concierge.assistant.rating import _score_in


@pytest.mark.parametrize(
    ("text", "score", "comment"),
    [
        ("5", 5, ""),
        (" 4. ", 4, ""),
        ("3/5", 3, ""),
        ("5️⃣", 5, ""),
        ("５", 5, ""),  # as Japanese keyboards write it
        ("5, she was kind", 5, "she was kind"),
        ("1 - nobody\nanswered", 1, "nobody\nanswered"),
        ("5\n\nKind regards\nAnna", 5, "Kind regards\nAnna"),
    ],
)
def test_a_score_and_what_is_said_beside_it(text: str, score: int, comment: str) -> None:
    assert _score_in(text) == (score, comment)


@pytest.mark.parametrize(
    "text", ["5 days ago", "2 bags", "0", "6", "55", "1.5", "4/6", "five hundred", "BA1000001", ""]
)
def test_what_is_no_score(text: str) -> None:
    assert _score_in(text) is None
