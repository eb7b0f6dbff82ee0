"""One conversation, with a choice, a photo and an advisor, over a real assistant: the same on every channel.

On those of messaging providers, and on the website, by the interface that the widget speaks. Callers of REST get their
answers in the order in which they ask, and have no photos: ``tests/channels/test_rest.py``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from concierge.channels.sentences import sentence
from concierge.conversations.base import ADVISOR_JOINED
from concierge.conversations.outbox import Outbox
from tests.channels.conftest import Page, Site, until
from tests.channels.messaging.conftest import Customer, Shown
from tests.channels.messaging.provider import Fake, Sent, picture

NAMED = ("line", "email", "callback", "slack", "messenger", "wechat")  # an advisor's name is beside each message
INTRODUCTION, NOTED, CLOSED = (sentence(code) for code in ("machine_speaks", "attachment_noted", "case_resolved"))


class ByMessenger:
    """Somebody who writes by a provider; where there are no buttons, choices come as numbers."""

    introduction, noted = [(INTRODUCTION, [])], (NOTED, [])

    def __init__(self, site: Site, fake: Fake) -> None:
        self.customer, self.fake, self.photos = Customer(site, fake), fake, "photo" in fake.sends
        self.named = fake.name in NAMED

    def write(self, text: str) -> None:
        self.customer.write(text)

    def choose_first(self) -> None:
        if not self.fake.buttons:
            self.write("1.")
            return
        # Apple's choices come behind their question.
        until(lambda: self.taken[-1].choices)
        tapped = self.fake.tap(self.customer.address, self.taken[-1].choices[0], self.customer.next())
        assert self.customer.deliver(tapped).status_code == 200

    def send_photo(self) -> None:
        photo = self.fake.photo(self.customer.address, self.customer.next())
        assert self.customer.deliver(photo).status_code == 200

    @property
    def taken(self) -> list[Sent]:
        return self.fake.taken.get(self.customer.address, [])

    @property
    def has(self) -> list[Shown]:
        return self.customer.has

    @property
    def authors(self) -> list[str]:
        return [sent.author for sent in self.taken]

    @property
    def conversation(self) -> Any:
        return self.customer.conversation


class OnWebsite:
    """The widget itself says that a machine answers, and who has come."""

    introduction: ClassVar[list[Shown]] = []
    noted, photos, named = (sentence("file_noted"), ["Talk to an advisor"]), True, True

    def __init__(self, site: Site) -> None:
        self.site, self.page = site, Page(site.urls[0])

    def write(self, text: str) -> None:
        assert self.page.send(text).status_code == 202

    def choose_first(self) -> None:
        assert self.page.choose(self.rows[-1]["seq"], 0).status_code == 202

    def send_photo(self) -> None:
        headers = {"X-Client-Key": "photo", "Content-Type": "application/octet-stream"}
        assert self.page.http.post("/files", content=picture(), headers=headers).status_code == 202

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Those that customers are shown as said, or told by the widget."""
        every = self.page.events()["messages"]
        return [each for each in every if each["role"] in ("assistant", "advisor") or joined(each)]

    @property
    def has(self) -> list[Shown]:
        return [(told(each), [button["title"] for button in each["payload"].get("buttons", [])]) for each in self.rows]

    @property
    def authors(self) -> list[str]:
        return [each["author"] or "" for each in self.rows]

    @property
    def conversation(self) -> Any:
        return self.site.log.get(self.page.id)


def joined(row: dict[str, Any]) -> bool:
    return bool(row["payload"].get("event") == ADVISOR_JOINED)


def told(row: dict[str, Any]) -> str:
    return sentence("advisor_joined").format(advisor=row["payload"]["advisor"]) if joined(row) else str(row["text"])


def received(person: Customer | ByMessenger | OnWebsite, many: int) -> list[Shown]:
    until(lambda: len(person.has) >= many)
    return person.has


def test_the_same_on_every_channel(served: Site, fake: Fake) -> None:
    person = ByMessenger(served, fake)
    case = talk(served, person)
    ours = {row.seq for row in served.log.messages(case.conversation_id) if row.role in ("assistant", "advisor")}

    def sent() -> set[int]:
        letters = Outbox(served.log).letters("sent", 1000)
        return {letter.seq for letter in letters if letter.conversation_id == case.conversation_id}

    until(lambda: ours <= sent())  # noted once the provider has answered


def test_the_same_on_the_website(served: Site) -> None:
    talk(served, OnWebsite(served))


def talk(site: Site, person: ByMessenger | OnWebsite) -> Any:
    """The script. Returns the case."""
    person.write("choose")
    first = len(person.introduction) + 1
    until(lambda: len(person.has) >= first and person.has[first - 1][1])
    assert received(person, first) == [*person.introduction, ("Which one", ["The first", "The second"])]

    person.choose_first()
    sent = first + 1
    assert received(person, sent)[first:] == [("Hello", [])]

    if person.photos:
        person.send_photo()
        assert received(person, sent + 1)[sent:] == [person.noted]
        sent += 1

    person.write("person")
    assert received(person, sent + 1)[sent:] == [("An advisor will come", [])]
    case, advisor = site.cases.live(person.conversation.id), site.advisor()
    site.cases.claim(case.id, advisor)
    site.cases.say(case.id, advisor, "Good evening. How may I help you?")
    assert received(person, sent + 3)[sent + 1 :] == [
        ("Camille is with you now.", []),
        ("Good evening. How may I help you?", []),
    ]
    assert person.authors[sent + 2] == ("Camille" if person.named else "")

    person.write("thank you")  # to the advisor: the assistant is silent
    site.cases.resolve(case.id, advisor)
    assert received(person, sent + 4)[sent + 3 :] == [(CLOSED, [])]

    rows = site.log.messages(person.conversation.id)
    said = [(row.role, row.text) for row in rows if row.role == "customer"]
    photos = [("customer", "[photo]")] if person.photos else []
    first_words = [("customer", "choose"), ("customer", "The first"), *photos]
    assert said == [*first_words, ("customer", "person"), ("customer", "thank you")]
    if person.photos:
        photo = next(row for row in rows if row.text == "[photo]")
        assert photo.payload["attachment"]["kind"] == "photo"
        until(lambda: site.log.file_of(photo.conversation_id, photo.seq).state == "kept")
    return case
