"""The conversations of ``conversations/*.yml``, each with orders of its own: what is said, known, decided, recorded."""

from __future__ import annotations

import pytest

from concierge.evaluation.conversations import read
from concierge.evaluation.playing import play
from concierge.evaluation.production import installed
from concierge.settings import ROOT

pytestmark = pytest.mark.model

CONVERSATIONS = read(ROOT / "tests" / "dialogue" / "conversations")


def test_each_has_a_name_of_its_own_and_asks_for_something():
    names = [each.id for each in CONVERSATIONS]
    assert len(names) == len(set(names))
    assert [each.id for each in CONVERSATIONS if not any(set(turn) - {"say", "press"} for turn in each.turns)] == []


def _marked(each):
    return pytest.param(each, id=each.id, marks=[pytest.mark.xfail(reason=each.gap)] if each.gap else [])


@pytest.mark.parametrize("conversation", map(_marked, CONVERSATIONS))
async def test_it_goes_as_written(agent, shop, conversation):
    async with installed(agent) as house:
        played = await play(house, conversation)
    answers = [f"> {turn.said}\n{turn.answer.text}\n{turn.answer.replies}" for turn in played.turns]
    assert played.score == "right", "\n".join([*played.why, *answers])
