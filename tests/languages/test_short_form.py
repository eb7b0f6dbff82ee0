"""The one sentence of an answer that says most."""

from __future__ import annotations

import pytest

from concierge.languages.short_form import question_in, short_form


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("It takes 3–7 days. You get an e-mail.", "It takes 3–7 days."),
        ("I am sorry. You have until 4 May. Send it soon.", "You have until 4 May."),
        ("Thank you. Which e-mail address did you use?", None),
        ("Shipping costs are shown at checkout.", None),
        ("Bis zum 30. November. Danach nicht mehr.", "Bis zum 30. November."),
        (
            "Keep it away from water, oils, direct heat and light. Air it every 2 months.",
            "Keep it away from water, oils, direct heat and light.",
        ),
    ],
)
def test_short_form(text, short):
    assert short_form(text) == short


def test_the_question_in_a_text():
    assert question_in("It is late. Shall an advisor take over? They know all.") == "Shall an advisor take over?"
    assert question_in("It is late.") is None
