from __future__ import annotations

from concierge.conversations.standings import Standing, standings


def test_many_conversations_are_seen_in_one_look_and_those_that_are_gone_are_left_out(log, cases, engine):
    quiet, asked, queued = (log.open("website").id for _ in range(3))
    log.append(quiet, "assistant", "good morning")
    log.receive(asked, "where is my order")
    cases.start(queued, "wish")
    found = standings(engine, [quiet, asked, queued, "nobody"])
    assert found[quiet] == Standing(1, "assistant", False)
    assert found[asked] == Standing(1, "assistant", True)
    assert found[queued].owner == "queue"
    assert set(found) == {quiet, asked, queued}

    claimed = log.claim_next(asked, 30)
    assert standings(engine, [asked])[asked].working
    log.finish(asked, claimed.seq)
    assert standings(engine, [asked]) == {asked: Standing(1, "assistant", False)}
