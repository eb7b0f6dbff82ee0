"""What becomes of deliveries that are not simply a message: too many, a first touch, an advisor, an erasure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.lineup import Lineup
from concierge.channels.messaging.media import Media
from concierge.channels.messaging.model import Attachment, Incoming, Standing, Typing, Withdrawal
from concierge.channels.messaging.receiving import Receiving
from concierge.channels.messaging.sending import Sender
from concierge.channels.reception import Reception
from concierge.channels.sentences import sentence
from concierge.conversations import Advisors, Cases, satisfaction
from concierge.conversations.deliveries import Deliveries
from concierge.files import FileStore
from concierge.settings import Settings
from concierge.storage.database import write
from tests.channels.conftest import until
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.provider import Fake, Providers, picture

NOW = datetime.now(timezone.utc)


def incoming(number: int, text: str = "hello", **more: Any) -> Incoming:
    return Incoming("telegram", str(number), "7", more.pop("at", NOW + timedelta(seconds=number)), text, **more)


@pytest.fixture
async def receiving(alone: Alone, tmp_path: Any) -> AsyncIterator[Receiving]:
    """Ten messages a minute."""
    url = str(alone.engine.url).replace("sqlite+concierge", "sqlite")
    reception = Reception(Settings(_env_file=None, var=tmp_path, database_url=url, messages_per_minute=10))
    async with Api() as api:
        sender = Sender(alone.outbox, alone.adapters, api, asyncio.to_thread)
        media = Media(alone.log, FileStore(tmp_path / "files"), alone.adapters, api, asyncio.to_thread)
        yield Receiving(reception, alone.outbox, alone.adapters, sender, media)
        await sender.stop()
    await reception.close()


def said(alone: Alone, role: str) -> list[str]:
    found = alone.log.find("telegram", "7")
    return [row.text for row in alone.log.messages(found.id) if row.role == role] if found else []


async def test_too_many_messages_are_told_so_once(alone: Alone, receiving: Receiving) -> None:
    await receiving.take([incoming(number, str(number)) for number in range(15)])
    assert said(alone, "customer") == [str(number) for number in range(10)]
    assert said(alone, "assistant") == [sentence("machine_speaks"), sentence("too_many_messages")]


async def test_who_stops_our_messages_is_shown_so_until_they_write(alone: Alone, receiving: Receiving) -> None:
    await receiving.take([Standing("telegram", "7", "blocked_by_customer")])
    assert alone.log.find("telegram", "7") is None, "nobody has ever written"
    await receiving.take([incoming(1)])
    one = alone.log.find("telegram", "7").id
    for _ in range(2):
        await receiving.take([Standing("telegram", "7", "blocked_by_customer")])
    assert stopped(alone, one) == "blocked_by_customer"
    await receiving.take([Standing("telegram", "7")])
    assert stopped(alone, one) == ""
    events = [row.payload for row in alone.log.messages(one) if row.kind == "event"]
    assert [(each["event"], each["audience"]) for each in events] == [("stopped", "desk"), ("started", "desk")]
    await receiving.take([Standing("telegram", "7", "blocked_by_customer"), incoming(2)])
    await receiving.take([incoming(3)])
    assert stopped(alone, one) == "", "who writes takes messages"


async def test_who_has_unsubscribed_from_texts_may_write_and_still_wants_none(
    alone: Alone, receiving: Receiving
) -> None:
    text = Incoming("sms", "1", "+337", NOW, "hello")
    await receiving.take([text])
    one = alone.log.find("sms", "+337").id
    await receiving.take([Standing("sms", "+337", "unsubscribed")])
    await receiving.take([replace(text, key="2", at=NOW + timedelta(seconds=1))])
    assert stopped(alone, one) == "unsubscribed"


def stopped(alone: Alone, conversation_id: str) -> str:
    return Deliveries(alone.engine).ways([conversation_id])[conversation_id].stopped


async def test_who_only_opens_is_greeted_by_a_machine_that_says_so(alone: Alone, receiving: Receiving) -> None:
    for _ in range(2):
        await receiving.take([incoming(1, "", opens=True)])
    assert (said(alone, "customer"), said(alone, "assistant")) == ([], [sentence("machine_speaks")])
    await receiving.take([incoming(2, "bonjour, où est ma commande ?", language="fr")])
    assert said(alone, "assistant") == [sentence("machine_speaks")]
    one, cases = alone.log.find("telegram", "7").id, Cases(alone.log)
    cases.claim(cases.start(one, "customer_asked").id, Advisors(alone.engine).create("c", "C", "a long password").id)
    await receiving.take([incoming(3, "", opens=True)])
    assert said(alone, "assistant") == [sentence("machine_speaks")], "a person is there"


async def test_a_photo_to_an_advisor_is_answered_kindly_all_the_same(alone: Alone, receiving: Receiving) -> None:
    await receiving.take([incoming(1)])
    one, cases = alone.log.find("telegram", "7").id, Cases(alone.log)
    cases.claim(cases.start(one, "customer_asked").id, Advisors(alone.engine).create("c", "C", "a long password").id)
    photos = [incoming(number, "", attachment=Attachment("photo", f"p{number}")) for number in (2, 3)]
    for _ in range(2):
        await receiving.take(photos)
    assert said(alone, "customer") == ["hello", "[photo]", "[photo]"]
    assert said(alone, "assistant") == [sentence("machine_speaks"), sentence("attachment_noted")]
    kept = [row.payload["attachment"]["id"] for row in alone.log.messages(one) if "attachment" in row.payload]
    assert kept == ["p2", "p3"]


async def test_a_tap_is_acknowledged_to_its_provider_whoever_answers(
    alone: Alone, receiving: Receiving, providers: Providers
) -> None:
    await receiving.take([incoming(1)])
    one, cases, telegram = alone.log.find("telegram", "7").id, Cases(alone.log), providers.fakes["telegram"]
    telegram.calls.clear()
    await receiving.take([incoming(2, "Return it", choice="c.1.0", details={"callback": "q2"})])
    await asyncio.to_thread(until, lambda: acknowledged(telegram) == ["q2"])
    cases.claim(cases.start(one, "customer_asked").id, Advisors(alone.engine).create("c", "C", "a long password").id)
    await receiving.take([incoming(3, "Return it", choice="c.1.0", details={"callback": "q3"})])
    await asyncio.to_thread(until, lambda: acknowledged(telegram) == ["q2", "q3"])


def acknowledged(telegram: Fake) -> list[str]:
    return [call.json["callback_query_id"] for call in telegram.calls if call.path.endswith("/answerCallbackQuery")]


async def test_the_first_words_choose_the_language(alone: Alone, receiving: Receiving) -> None:
    await receiving.take([incoming(1, "Bonjour, je voudrais savoir où se trouve ma commande", language="en")])
    assert said(alone, "assistant") == [sentence("machine_speaks", "fr")]


async def test_a_conversation_that_is_erased_meanwhile_begins_anew(
    alone: Alone, receiving: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    await receiving.take([incoming(1, "before")])
    hear = alone.outbox.hear

    def erased_before(*args: Any) -> None:
        monkeypatch.undo()
        with write(alone.engine) as connection:
            connection.execute(sa.text("DELETE FROM conversations"))
        hear(*args)

    monkeypatch.setattr(alone.outbox, "hear", erased_before)
    await receiving.take([incoming(2, "after")])
    assert said(alone, "customer") == ["after"]


async def test_what_cannot_be_stored_is_refused_with_all_that_follows_it() -> None:
    """So that the provider brings it again in its order; what had been stored is known by its id then."""
    stored: list[str] = []
    down = {"2"}

    async def store(each: Incoming) -> None:
        if each.text in down:
            raise sa.exc.OperationalError("INSERT", None, Exception("database is locked"))
        stored.append(each.text)

    lineup = Lineup(store)
    puts = [lineup.put(incoming(number, str(number))) for number in (3, 1, 2, 4)]
    results = await asyncio.gather(*puts, return_exceptions=True)
    assert [isinstance(each, Exception) for each in results] == [True, False, True, True]
    assert stored == ["1"]
    down.clear()
    await asyncio.gather(*(lineup.put(incoming(number, str(number))) for number in (4, 3, 2)))
    assert stored == ["1", "2", "3", "4"]


async def test_an_edit_is_answered_and_says_what_it_changes(alone: Alone, receiving: Receiving) -> None:
    await receiving.take([incoming(1, "Where is BA1000001?")])
    edit = incoming(2, "Where is BA10000001?", edits="1")
    await receiving.take([edit, edit])
    await receiving.take([incoming(3, "Where is BA1000001?", edits="1")])  # only its link was drawn
    await receiving.take([incoming(4, "of long ago", edits="99")])
    rows = [row for row in alone.log.messages(alone.log.find("telegram", "7").id) if row.role == "customer"]
    assert [(row.text, row.meta.get("edits")) for row in rows] == [
        ("Where is BA1000001?", None),
        ("Where is BA10000001?", rows[0].seq),
        ("of long ago", None),
    ]


async def test_of_what_a_customer_takes_back_nothing_is_kept(alone: Alone, receiving: Receiving) -> None:
    await receiving.take([incoming(1, "my address is 5 Rue X"), incoming(2, "hello")])
    photo = incoming(3, "of my door", attachment=Attachment("photo", "p", "image/jpeg", picture(), about="5 Rue X"))
    await receiving.take([photo])
    one = alone.log.find("telegram", "7").id
    row = next(each for each in alone.log.messages(one) if "attachment" in each.payload)
    assert alone.log.file_of(one, row.seq).state == "kept"
    for key in ("1", "3", "3", "never seen"):
        await receiving.take([Withdrawal("telegram", "7", key)])
    await receiving.take([incoming(1, "my address is 5 Rue X"), Withdrawal("telegram", "nobody", "1")])
    assert said(alone, "customer") == ["[deleted]", "hello", "[deleted]", "[deleted]"]
    rows = alone.log.messages(one)
    assert "Rue" not in str(rows)
    assert alone.log.file_of(one, row.seq) is None
    assert receiving._media._files.names(one) == []
    events = [each.payload for each in rows if each.kind == "event"]
    assert [(each["event"], each["audience"]) for each in events] == [("withdrawn", "desk")] * 2


async def test_a_place_comes_with_what_it_is_called_and_where_it_is(alone: Alone, receiving: Receiving) -> None:
    place = Attachment("location", about="The boutique, 4111 1111 1111 1111", place=(48.85, 2.35))
    await receiving.take([incoming(1, "", attachment=place)])
    row = alone.log.messages(alone.log.find("telegram", "7").id)[-1]
    assert row.text.startswith("[location] The boutique, ")
    assert "4111" not in row.text
    assert tuple(row.payload["attachment"]["place"]) == (48.85, 2.35)


async def test_a_comment_that_is_taken_back_is_in_no_answer_either(alone: Alone, receiving: Receiving) -> None:
    await receiving.take([incoming(1, "hello")])
    one, cases = alone.log.find("telegram", "7").id, Cases(alone.log)
    advisor = Advisors(alone.engine).create("rated", "Camille", "a long password").id
    case = cases.start(one, "customer_asked")
    cases.claim(case.id, advisor)
    cases.resolve(case.id, advisor, ask=True)
    await receiving.take([incoming(2, "Kind, but my address is 5 Rue X")])
    comment = alone.log.last_messages(one, 1, "customer")[0]
    assert satisfaction.answer(alone.log, one, 4, "")
    satisfaction.add_comment(alone.log, one, comment.text, comment.seq)
    satisfaction.add_comment(alone.log, one, "a second one", comment.seq + 1)
    assert [each.text for each in alone.log.messages(one) if each.payload.get("score") == 4] == [comment.text]
    await receiving.take([Withdrawal("telegram", "7", "2")])
    rows = alone.log.messages(one)
    assert "Rue" not in str(rows)
    assert [each.text for each in rows if each.payload.get("score") == 4] == [""]


async def test_a_score_that_is_tapped_while_an_advisor_has_the_conversation_is_kept(
    alone: Alone, receiving: Receiving
) -> None:
    await receiving.take([incoming(1, "hello")])
    one, cases = alone.log.find("telegram", "7").id, Cases(alone.log)
    advisor = Advisors(alone.engine).create("rated", "Camille", "a long password").id
    case = cases.start(one, "customer_asked")
    cases.claim(case.id, advisor)
    cases.resolve(case.id, advisor, ask=True)
    buttons = [{"title": str(each), "payload": satisfaction.behind_button(each)} for each in satisfaction.SCORES]
    asked = alone.log.append(one, "assistant", "How was it?", kind="quick_replies", payload={"buttons": buttons})
    again = cases.start(one, "customer_asked")
    cases.claim(again.id, advisor)
    await receiving.take([incoming(2, "4", choice=f"c.{asked.seq}.3")])
    assert satisfaction.score_of(alone.log.messages(one)) == 4


async def test_a_customer_who_types_is_shown_so_once_there_is_a_conversation(
    alone: Alone, receiving: Receiving
) -> None:
    await receiving.take([Typing("telegram", "7", True)])
    assert alone.log.find("telegram", "7") is None
    await receiving.take([incoming(1), Typing("telegram", "7", True)])
    one = alone.log.find("telegram", "7").id
    assert alone.log.who_types(one) == {"customer"}
    await receiving.take([Typing("telegram", "7", False)])
    assert alone.log.who_types(one) == set()
