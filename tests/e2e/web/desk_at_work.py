"""A real desk and a real front over one database, and pages of them: who acts on them are the tests."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from concierge.conversations import Case, schema
from concierge.settings import ROOT
from concierge.storage.database import write
from tests.desk.conftest import PASSWORD, START_SECONDS, Desk, start, stop
from tests.e2e.conftest import PATIENCE
from tests.front import PYTHON
from tests.mail_server import MailServer, mail_server
from tests.ports import free_port

# What a page cannot be made to do in a browser without a screen: to be hidden, to sound, to notify.
LOOKS = """
window.told = []; window.tones = 0; let away = false;
Object.defineProperty(document, 'hidden', {get: () => away});
window.lookAway = (is) => { away = is; document.dispatchEvent(new Event('visibilitychange')); };
window.Notification = class { static permission = 'granted'; static requestPermission = async () => 'granted';
  constructor(title, {body}) { window.told.push(`${title}: ${body}`); } close() {} };
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
"""


@dataclass
class Customer:
    name: str
    client: httpx.Client
    conversation: str
    case: Case | None = None

    def say(self, text: str) -> None:
        sent = {"client_key": uuid.uuid4().hex, "text": text}
        for _ in range(2):  # the answer to the first was lost on its way
            assert self.client.post("/messages", json=sent).status_code == 202

    def heard(self) -> list[str]:
        """What advisors have written, as the customer's page shows it."""
        return [each["text"] for each in self.client.get("/events").json()["messages"] if each["role"] == "advisor"]


@dataclass
class AtWork:
    desk: Desk
    shop: str
    browser: Browser
    front: subprocess.Popen[bytes]
    mail: MailServer

    def case(self, name: str = "Claire Fontaine", text: str = "May I return these?", **more: Any) -> Case:
        """In the queue, with one message of the customer."""
        log, language = self.desk.log, more.pop("language", "en")
        conversation = log.open(more.pop("channel", "website"), uuid.uuid4().hex, language, "EU")
        log.update(conversation.id, name=name, email=more.pop("email", ""))
        meta = {"intent": more.pop("intent", "return_item"), "confidence": 0.93}
        log.append(conversation.id, "customer", text, meta=meta)
        reason, brief = more.pop("reason", "customer_asked"), more.pop("brief", {"topic": "return_item"})
        return self.desk.cases.start(conversation.id, reason, summary="Asks to return an item.", brief=brief, **more)

    def page(self, login: str, role: str = "advisor", *, hold: bool = False, **more: Any) -> Page:
        """Signed in, in a browser of its own. ``hold``: messages are held back, as they are for any advisor."""
        self.desk.person(login, role)
        context = self.browser.new_context(locale="en-GB", **more)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(LOOKS)
        if not hold:
            context.add_init_script("localStorage.setItem('desk:hold', '0')")
        page = context.new_page()
        page.goto(self.desk.url)
        self.sign_in(page, login)
        expect(page.locator("#cases")).to_be_attached()
        return page

    def sign_in(self, page: Page, login: str) -> None:
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    def sign_out_everywhere(self) -> None:
        with write(self.desk.log.engine) as connection:
            connection.execute(schema.advisor_sessions.delete())

    def said(self, case: Case, role: str) -> list[str]:
        return [row.text for row in self.desk.log.messages(case.conversation_id) if row.role == role]

    def restart_desk(self) -> None:
        """The desk's process ends as on a new release, and another one takes its place."""
        desk = self.desk
        desk.process.terminate()
        desk.process.wait(10)
        variables = {
            "CONCIERGE_VAR": str(desk.var),
            "CONCIERGE_DESK_PORT": desk.url.rpartition(":")[2],
            "CONCIERGE_DATABASE_URL": str(desk.log.engine.url),
            "CONCIERGE_LOG_LEVEL": "WARNING",
            **_mailing(self.mail),
        }
        desk.process = subprocess.Popen(desk.process.args, env={**os.environ, **variables})

    def unread_for(self, case: Case, ago: timedelta) -> None:
        """All that was said in it was said so long ago."""
        table = schema.messages
        with write(self.desk.log.engine) as connection:
            this = table.c.conversation_id == case.conversation_id
            connection.execute(table.update().where(this).values(created_at=datetime.now(timezone.utc) - ago))

    def kill_front(self) -> None:
        self.front.kill()
        self.front.wait(10)

    def start_front(self) -> None:
        self.front = _front(self.desk, int(self.shop.split(":")[2].partition("/")[0]), self.mail)

    def customer(self, name: str) -> Customer:
        """Who writes through the front, as the widget does, and asks for a person."""
        client = httpx.Client(base_url=self.shop.replace("/shop/", "/webhooks/website"), timeout=20)
        opened = client.post("/sessions", json={"locale": "en", "region": "EU", "page": "/"}).json()
        client.headers["Authorization"] = f"Bearer {opened['token']}"
        customer = Customer(name, client, opened["conversation"])
        customer.say(f"{name} asks for a person")
        self.desk.log.update(customer.conversation, name=name)
        brief = {"topic": "return_item"}
        customer.case = self.desk.cases.start(customer.conversation, "customer_asked", brief=brief)
        return customer

    def clear(self) -> None:
        """Nothing of a test is on the desk of the next."""
        for context in self.browser.contexts:
            context.close()
        with write(self.desk.log.engine) as connection:
            connection.execute(sa.delete(schema.conversations))


def _front(desk: Desk, port: int, mail: MailServer) -> subprocess.Popen[bytes]:
    variables = {
        **_mailing(mail),
        "CONCIERGE_LINK_PAGE": f"http://127.0.0.1:{port}/shop/",
        "CONCIERGE_VAR": str(desk.var),
        "CONCIERGE_DATABASE_URL": str(desk.log.engine.url),
        "CONCIERGE_FRONT_PORT": str(port),
        "CONCIERGE_SESSIONS_PER_HOUR": "1000",  # all come from one address
        "CONCIERGE_MESSAGES_PER_MINUTE": "10000",
        "CONCIERGE_LOG_LEVEL": "WARNING",
    }
    front = subprocess.Popen([PYTHON, "-m", "concierge", "front"], cwd=ROOT, env={**os.environ, **variables})
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/").status_code == 200:
                return front
        assert front.poll() is None, "the front did not start"
        time.sleep(0.05)
    front.kill()
    raise AssertionError("the front did not get ready")


def _mailing(mail: MailServer) -> dict[str, str]:
    """Advisors may mail transcripts, and who does not read an answer is written to."""
    return {"CONCIERGE_MAIL_SERVER": mail.address, "CONCIERGE_MAIL_FROM": "care@house.example"}


@contextlib.contextmanager
def opened(browser: Browser, var: Path) -> Iterator[AtWork]:
    with mail_server() as mail:
        desk = start(var, **_mailing(mail))
        try:
            port = free_port()
            work = AtWork(desk, f"http://127.0.0.1:{port}/shop/", browser, _front(desk, port, mail), mail)
            try:
                yield work
            finally:
                work.front.terminate()
                work.front.wait(10)
        finally:
            stop(desk)


def open_case(page: Page, case: Case, take: bool = False, words: str = "Transcript") -> None:
    """``words``: what the transcript is called in the advisor's language."""
    page.locator(f"[data-case='{case.id}']").first.click()
    expect(page.get_by_role("log", name=words)).to_be_visible()
    if take:
        page.get_by_role("button", name="Take this case").click()
        expect(page.get_by_label("Message to the customer")).to_be_visible()


def write_to(page: Page, words: str) -> None:
    box = page.get_by_label("Message to the customer")
    box.fill(words)
    box.press("Enter")
