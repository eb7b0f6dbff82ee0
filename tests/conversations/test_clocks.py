"""Two replicas whose clocks differ: what one of them has, the other leaves alone, and no longer than it has it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from concierge.conversations import ClaimLost, ConversationLog, PromisedAnswers, Reply, base, promised
from concierge.conversations.lookups import TryLimits
from concierge.conversations.schema import lookups, messages, promised_answers, typing
from concierge.desk.login_failures import Limit, Limits, LoginFailures
from concierge.storage import clock
from concierge.storage.database import open_engine, write

APART = [timedelta(seconds=-30), timedelta(hours=1)]


class Skewed(datetime):
    """This process's clock; each thread stands for a replica."""

    here = threading.local()

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + getattr(cls.here, "ahead", timedelta(0))


class Replica:
    """A log of its own, and one thread with a clock of its own."""

    def __init__(self, url: str, ahead: timedelta) -> None:
        self.engine = open_engine(url)
        self.log = ConversationLog(self.engine)
        self.promises = PromisedAnswers(self.log)
        self._thread = ThreadPoolExecutor(1, initializer=lambda: setattr(Skewed.here, "ahead", ahead))

    def do(self, function, *args, **kwargs):
        return self._thread.submit(function, *args, **kwargs).result()

    def begin(self, function, *args, **kwargs):
        return self._thread.submit(function, *args, **kwargs)

    def close(self) -> None:
        self._thread.shutdown()
        self.engine.dispose()


@pytest.fixture(params=APART, ids=["30 s behind", "an hour ahead"])
def replicas(request, engine, url, monkeypatch):
    monkeypatch.setattr(base, "datetime", Skewed)
    made = [Replica(url, timedelta(0)), Replica(url, request.param)]
    yield made
    for each in made:
        each.close()


def turn(replica: Replica, conversations: list[str], taken: list[tuple[str, int]]) -> None:
    """As the worker does: what is left is claimed, worked on for a moment, and answered."""
    while True:
        waiting = replica.log.conversations_with_work()
        if not waiting:
            return
        for one in waiting:
            message = replica.log.claim_next(one, 10)
            if message is not None:
                taken.append((one, message.seq))
                time.sleep(0.001)
                replica.log.renew([message], 10)
                replica.log.complete(message, [Reply("hello")])


def test_no_message_is_taken_twice(replicas, log):
    conversations = [log.open("website").id for _ in range(25)]
    for one in conversations:
        for _ in range(3):
            log.append(one, "customer", "hello", state="new")
    taken: list[tuple[str, int]] = []
    for running in [each.begin(turn, each, conversations, taken) for each in replicas]:
        running.result()
    assert len(taken) == len(set(taken)) == 75


def test_what_one_has_on_receipt_the_other_leaves_alone_until_it_is_over(replicas, log):
    for one, other in (replicas, replicas[::-1]):
        conversation = log.open("website").id
        mine = one.do(one.log.receive, conversation, "hello", lease_seconds=1).message
        assert conversation not in other.do(other.log.conversations_with_work)
        assert other.do(other.log.claim_next, conversation, 10) is None
        one.do(one.log.renew, [mine], 1.5)
        time.sleep(1.1)
        assert other.do(other.log.claim_next, conversation, 10) is None
        time.sleep(0.5)
        assert conversation in other.do(other.log.conversations_with_work)
        theirs = other.do(other.log.claim_next, conversation, 10)
        assert theirs.attempts == 2
        with pytest.raises(ClaimLost):
            one.do(one.log.complete, mine, [Reply("too late")])


def test_a_lease_of_a_clock_that_was_put_back_is_over(log, engine):
    conversation = log.open("website").id
    log.receive(conversation, "hello", lease_seconds=10)
    with write(engine) as connection:
        connection.execute(messages.update().values(lease_until=clock.from_now(3600)))
    assert log.conversations_with_work() == [conversation]
    assert log.claim_next(conversation, 10).attempts == 2
    assert log.claim_next(conversation, 10) is None


def test_a_promise_is_tried_by_one_and_given_up_in_time(replicas, log, monkeypatch):
    monkeypatch.setattr(promised, "FIRST_PAUSE", 0.0)
    one, other = replicas
    conversation = log.open("website").id
    for number in range(10):
        one.do(one.promises.promise, conversation, f"k{number}", {}, within=timedelta(minutes=30))
    taken = one.do(one.promises.due, 5) + other.do(other.promises.due, 10) + one.do(one.promises.due, 10)
    assert len({each.id for each in taken}) == len(taken) == 10
    assert not [each for each in taken if each.overdue]
    other.do(other.promises.put_off, taken)
    with write(log.engine) as connection:
        connection.execute(
            promised_answers.update().values(next_at=clock.from_now(3600), give_up_at=clock.from_now(-1))
        )
    again = one.do(one.promises.due, 10)  # an hour is longer than anything waits here
    assert len(again) == 10
    assert all(each.overdue for each in again)


def test_who_types_and_who_was_wrong_is_the_same_to_both(replicas, log):
    one, other = replicas
    conversation = log.open("website").id
    for writer, reader in ((one, other), (other, one)):
        writer.do(writer.log.typing, conversation, "customer", 1.0)
        assert reader.do(reader.log.changes, conversation, 0).typing == {"customer"}
        assert reader.do(reader.log.who_types, conversation) == {"customer"}
        time.sleep(1.1)
        assert reader.do(reader.log.who_types, conversation) == set()
        tried = writer.do(writer.log.begin_lookup, conversation, "network", TryLimits(5, 20, 3600))
        writer.do(writer.log.end_lookup, tried, False)
    hour = timedelta(hours=1)
    assert [each.do(each.log.failed_lookups, hour, network="network") for each in replicas] == [2, 2]
    with write(log.engine) as connection:
        connection.execute(lookups.update().values(created_at=clock.from_now(-3700)))
        connection.execute(typing.update().values(until=clock.from_now(3600)))
    assert [each.do(each.log.failed_lookups, hour, network="network") for each in replicas] == [0, 0]
    assert one.do(one.log.who_types, conversation) == set()


def test_wrong_passwords_are_counted_by_one_clock(replicas):
    guards = [LoginFailures(each.engine, "key", Limits(Limit(2, 60), Limit(9, 60))) for each in replicas]
    waits = [each.do(guard.begin, "camille", "here").wait for each, guard in zip(replicas, guards, strict=True)]
    assert waits == [0, 0]
    for each, guard in zip(replicas, guards, strict=True):
        assert 50 < each.do(guard.begin, "camille", "here").wait <= 60


def test_the_databases_time_is_of_this_moment_and_reads_as_any_other(engine):
    with engine.begin() as connection:
        at = clock.of(connection)
        later = connection.execute(sa.select(clock.from_now(90.5).label("at"))).scalar_one()
        assert connection.execute(sa.select(clock.from_now(sa.null()))).scalar_one() is None
    assert abs(at - base.now()) < timedelta(seconds=5)
    assert timedelta(seconds=90) < later - at < timedelta(seconds=92)
