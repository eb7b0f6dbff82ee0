"""What WhatsApp delivers beside plain messages: scoped ids, lists, statuses, other people's conversations."""

from __future__ import annotations

from typing import Any

import pytest

from concierge.channels.messaging.adapters.whatsapp_outbound import content_of
from concierge.channels.messaging.calling import Answer, Api
from concierge.channels.messaging.model import Choice, NotNow, Part, Refused, Unclear, Withdrawal
from tests.channels.conftest import Site, until
from tests.channels.messaging.adapters.parsing import parsed
from tests.channels.messaging.conftest import Alone, Customer
from tests.channels.messaging.fakes import FakeWhatsApp
from tests.channels.messaging.provider import Providers

fake = FakeWhatsApp()


def value(**content: Any) -> list[Any]:
    return parsed("whatsapp", fake.batch(fake.value(**content)))


def test_a_customer_is_their_scoped_id_and_was_their_number(served: Site, providers: Providers) -> None:
    whatsapp: Any = providers.fakes["whatsapp"]
    someone = Customer(served, whatsapp)
    someone.write("hello")
    until(lambda: "Hello" in whatsapp.said(someone.address))  # else it goes to the new address, too
    known = someone.conversation
    scoped = f"FR.{someone.address}abc"
    message = {**whatsapp.message(someone.address, someone.next()), "from_user_id": scoped}
    text = {**message, "type": "text", "text": {"body": "nothing"}}
    assert someone.deliver(whatsapp.batch(whatsapp.value(messages=[text]))).status_code == 200
    assert served.log.find("whatsapp", scoped).id == known.id, "the same conversation"
    until(lambda: whatsapp.said(scoped) == ["Nothing then"])
    assert whatsapp.taken[scoped][0].raw["recipient"] == scoped


def test_lists_buttons_templates_and_captions() -> None:
    chosen = {"type": "list_reply", "list_reply": {"id": "c.4.1", "title": "The second", "description": "…"}}
    (incoming,) = value(messages=[fake.message("1", 1, type="interactive", interactive=chosen)])
    assert (incoming.text, incoming.choice) == ("The second", "c.4.1")
    (incoming,) = value(messages=[fake.message("1", 1, type="button", button={"payload": "p", "text": "Yes"})])
    assert (incoming.text, incoming.choice) == ("Yes", "")
    image = {"id": "9", "mime_type": "image/png", "caption": "this one"}
    (incoming,) = value(messages=[fake.message("1", 1, type="image", image=image)])
    assert (incoming.attachment.kind, incoming.attachment.id, incoming.text) == ("photo", "9", "this one")
    (incoming,) = value(messages=[fake.message("1", 1, type="unsupported", errors=[{"code": 131051}])])
    assert incoming.attachment.kind == "attachment"
    place = {"latitude": 48.85, "longitude": 2.35, "name": "Montaigne", "address": "Paris"}
    (incoming,) = value(messages=[fake.message("1", 1, type="location", location=place)])
    assert (incoming.attachment.about, incoming.attachment.place) == ("Montaigne, Paris", (48.85, 2.35))
    card = {"name": {"formatted_name": "Anna"}, "phones": [{"phone": "+33 6"}]}
    (incoming,) = value(messages=[fake.message("1", 1, type="contacts", contacts=[card, "odd"])])
    assert (incoming.attachment.kind, incoming.attachment.about) == ("contact", "Anna, +33 6")
    assert value(messages=[fake.message("1", 1, type="reaction", reaction={"emoji": "👍"})]) == []


def test_edits_and_deletions_name_what_they_change() -> None:
    for said in ({"type": "text", "text": {"body": "put right"}}, {"type": "image", "image": {"caption": "put right"}}):
        edit = {"original_message_id": "wamid.0", "message": said}
        (incoming,) = value(messages=[fake.message("1", 1, type="edit", edit=edit)])
        assert (incoming.edits, incoming.text, incoming.key) == ("wamid.0", "put right", "wamid.1")
    revoke = {"original_message_id": "wamid.0"}
    (withdrawal,) = value(messages=[fake.message("1", 1, type="revoke", revoke=revoke)])
    assert withdrawal == Withdrawal("whatsapp", "1", "wamid.0")
    assert value(messages=[fake.message("1", 1, type="edit", edit={"message": 5})]) == []


def test_statuses_carry_our_reference_and_the_reason() -> None:
    failed = {"id": "w", "status": "failed", "errors": [{"code": 131026}], "biz_opaque_callback_data": "c.1.0"}
    (receipt,) = value(statuses=[failed])
    assert (receipt.state, receipt.reference, receipt.error) == ("failed", "c.1.0", "meta_131026")
    assert value(statuses=[{"id": "w", "status": "warning"}]) == []


def test_other_numbers_and_other_fields_are_not_ours() -> None:
    message = fake.message("1", 1, type="text", text={"body": "hello"})
    elsewhere = {**fake.value(messages=[message]), "metadata": {"phone_number_id": "another"}}
    assert parsed("whatsapp", fake.batch(elsewhere)) == []
    standby = {"field": "standby", "value": fake.value(messages=[message])}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "W", "changes": [standby]}]}
    assert parsed("whatsapp", fake.signed(body)) == []


def test_a_list_as_the_interface_wants_it() -> None:
    part = Part("Which one", tuple(Choice(f"Row {n}", f"c.1.{n}") for n in range(7)), True, "Please choose")
    assert fake._content(content_of(part)) == ("Which one", [(f"Row {n}", f"c.1.{n}") for n in range(7)])


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        (131047, Refused, "window_closed"),
        (131026, Refused, "meta_131026"),
        (131056, NotNow, "too_fast"),
        (130429, NotNow, "too_fast"),
        (190, NotNow, "token_refused"),
        (131000, Unclear, "meta_131000"),
        (None, Refused, "meta_400"),
    ],
)
def test_errors_say_whether_to_try_again(code: Any, kind: type[Exception], told: str) -> None:
    from concierge.channels.messaging.adapters.meta import problem_of

    problem = problem_of(Answer(400, {}, {"error": {"code": code}}))
    assert isinstance(problem, kind)
    assert problem.code.startswith(told)


async def test_check(alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Api() as api:
        assert await alone.adapters["whatsapp"].check(api) == []
        monkeypatch.setattr(providers.fakes["whatsapp"], "answer", lambda call: (200, {"id": "1"}))
        assert "CONCIERGE_WHATSAPP_PHONE_ID" in (await alone.adapters["whatsapp"].check(api))[0]
        red = {"display_phone_number": "1", "quality_rating": "RED"}
        monkeypatch.setattr(providers.fakes["whatsapp"], "answer", lambda call: (200, red))
        assert "RED" in (await alone.adapters["whatsapp"].check(api))[0]
