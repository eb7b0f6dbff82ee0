"""A customer keeps the conversation: by e-mail, at the address that they have proved or left."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from concierge.channels.website_transcript import TAKEN
from concierge.conversations import schema
from concierge.storage.database import read
from tests.e2e.web.conftest import violations
from tests.e2e.web.desk_at_work import AtWork, open_case
from tests.mail_server import NOBODY
from tests.openapi import CHANNELS

pytestmark = pytest.mark.e2e


def test_the_menu_sends_the_conversation_by_mail_once(work: AtWork) -> None:
    page = work.browser.new_context(locale="en-GB").new_page()
    page.goto(work.shop)
    page.locator(".launcher").click()
    page.get_by_role("textbox", name="Write a message").fill("Call me: +33 6 12 34 56 78")
    page.keyboard.press("Enter")
    expect(page.locator("[data-role=customer][data-seq]")).to_have_count(1)
    menu = page.get_by_role("button", name="Menu")
    menu.click()
    page.get_by_role("button", name="Save the conversation").click()
    expect(page.get_by_role("button", name="As PDF")).to_be_visible()
    expect(page.get_by_role("button", name="By e-mail")).to_have_count(0)  # nobody knows where to
    with read(work.desk.log.engine) as connection:
        conversation = connection.execute(schema.conversations.select()).mappings().one()["id"]
    work.desk.log.update(conversation, email="copies@example.com")
    menu.click()
    menu.click()
    page.get_by_role("button", name="Save the conversation").click()
    page.get_by_role("button", name="By e-mail to c••••@example.com").click()
    expect(page.get_by_text("It is on its way to c••••@example.com.")).to_be_visible()
    assert violations(page) == []
    (letter,) = [mail for mail in work.mail.mails if mail["To"] == "copies@example.com"]
    paper = next(letter.iter_attachments())
    assert paper.get_content().startswith(b"%PDF-")
    case, advisor = work.desk.cases.start(conversation, "customer_asked"), work.page("camille")
    open_case(advisor, case)
    expect(advisor.get_by_text("The customer had the transcript sent to their address")).to_be_visible()


def test_what_is_asked_again_is_sent_once_and_nothing_to_who_has_left_no_address(work: AtWork) -> None:
    claire, log = work.customer("Claire Fontaine"), work.desk.log
    client = httpx.Client(base_url=claire.client.base_url, headers=claire.client.headers, timeout=60)
    client.event_hooks = {"response": [CHANNELS.check]}

    def ask(key: str) -> int:
        return client.post("/transcript/mail", json={"client_key": key}).status_code

    assert ask("a") == 404
    assert client.post("/ways").json()["mail"] is None
    address = "told@example.com"
    with log.engine.begin() as connection:  # only told, for an answer
        package = {"metadata": {"reply_to": address}}
        connection.execute(schema.cases.update().values(package=package))
    claire.say("My telephone is +33 6 12 34 56 78. \u4f60\u597d")
    assert client.post("/ways").json()["mail"] == "t••••@example.com"
    assert [ask("a"), ask("a")] == [204, 204]
    (letter,) = [mail for mail in work.mail.mails if mail["To"] == address]
    _, words = letter.iter_attachments()  # beside the paper, which lacks the Chinese letters
    assert "\u4f60\u597d" in words.get_content()
    assert "56 78" not in words.get_content(), "nothing has proved the address"
    for _ in range(4):
        log.append(claire.conversation, "system", "", kind="event", payload={"event": TAKEN, "audience": "desk"})
    assert ask("b") == 429
    assert client.post("/transcript/mail", json={}).status_code == 400
    with log.engine.begin() as connection:
        connection.execute(schema.cases.update().values(package={"metadata": {"reply_to": NOBODY}}))
    other = work.customer("Ana Ruiz")
    log.update(other.conversation, email=NOBODY)
    assert other.client.post("/transcript/mail", json={"client_key": "a"}, timeout=60).status_code == 503
