"""E-mail: threads and senders, what a person has written themselves, what is never answered, and a real mailbox."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy.exc
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from concierge.channels.messaging.adapters import email as adapter
from concierge.channels.messaging.adapters.email import Email
from concierge.channels.messaging.adapters.email_letter import letter_of
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.door import Door
from concierge.channels.messaging.mails import read, thread_of
from concierge.channels.messaging.media import Media
from concierge.channels.messaging.model import (
    Delivery,
    Event,
    Incoming,
    NotNow,
    Outlet,
    Part,
    Receipt,
    Refused,
    Unclear,
)
from concierge.channels.messaging.receiving import Receiving
from concierge.channels.messaging.sending import Sender
from concierge.channels.reception import Reception
from concierge.files import FileStore
from concierge.settings import Settings
from tests.channels.messaging.conftest import Alone
from tests.imap_server import ImapServer, imap_server, program
from tests.mail_server import MailServer, mail_server
from tests.ports import free_port

HOUSE = "service@house.example"
CLAIRE = "claire@example.com"
THREAD = thread_of("first@example.com")
OURS = f"{THREAD}.3.0.{thread_of(CLAIRE)[:8]}@house.example"  # the id of what answers it first


def email(**values: str) -> Email:
    settings = {"ADDRESS": HOUSE, "IMAP": "", "SENT": "", "SECRET": "s", "PLUS": "false", "AUTHSERV": ""} | values
    named = {f"CONCIERGE_EMAIL_{name}": value for name, value in settings.items() if name != "SERVER"}
    return Email({**named, "CONCIERGE_MAIL_SERVER": values.get("SERVER", "smtp://127.0.0.1:9")})


def letter(text: str = "Where is my bag?", **headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {
        "Message_ID": "<first@example.com>",
        "From": f"Claire <{CLAIRE}>",
        "To": HOUSE,
        **headers,
    }.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def events(raw: EmailMessage | bytes, one: Email | None = None) -> list[Any]:
    body = raw if isinstance(raw, bytes) else raw.as_bytes()
    return list((one or email()).parse(Delivery("POST", "", {}, body)))


def only(raw: EmailMessage | bytes, one: Email | None = None) -> Incoming:
    (event,) = events(raw, one)
    assert isinstance(event, Incoming)
    return event


# --- threads


def test_a_thread_is_named_by_its_first_mail_and_its_sender() -> None:
    first = only(letter())
    assert (first.address, first.threads, first.key) == (f"{CLAIRE} {THREAD}", (), "first@example.com")
    answer = only(letter(Message_ID="<2@example.com>", References="<first@example.com> <x@y>", In_Reply_To="<x@y>"))
    assert answer.address == first.address
    stranger = only(letter(From="mallory@example.org", References="<first@example.com>"))
    assert CLAIRE not in " ".join((stranger.address, *stranger.threads))


def test_our_own_token_goes_first_in_ids_and_in_the_address() -> None:
    ours = f"{THREAD}.4.0@house.example"
    by_id = only(letter(Message_ID="<3@example.com>", In_Reply_To=f"<{ours}>", References=f"<other@x> <{ours}>"))
    assert by_id.threads[0] == f"{CLAIRE} {THREAD}"
    by_address = only(letter(Message_ID="<4@example.com>", To=f"House <service+{THREAD}@house.example>"))
    assert by_address.threads == (f"{CLAIRE} {THREAD}",)
    elsewhere = only(letter(Message_ID="<5@example.com>", In_Reply_To=f"<{THREAD}.4.0@other.example>"))
    assert f"{CLAIRE} {THREAD}" not in elsewhere.threads


def test_who_is_not_vouched_for_begins_a_thread_of_their_own() -> None:
    asks = email(AUTHSERV="mx.house.example")
    answer = {"Message_ID": "<9@example.com>", "References": "<first@example.com>"}
    for said in (
        "",
        "mx.house.example; dmarc=fail",
        "mx.evil.example; dmarc=pass",
        "mx.house.example.evil; dmarc=pass",
    ):
        found = only(letter(**answer, **({"Authentication_Results": said} if said else {})), asks)
        assert (found.address, found.threads) == (f"{CLAIRE} {thread_of('9@example.com')}", ())
    vouched = letter(**answer, Authentication_Results="mx.house.example; spf=fail; dmarc=pass header.from=example.com")
    assert only(vouched, asks).threads == (f"{CLAIRE} {THREAD}",)


# --- what was written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Yes please\n\nOn Mon, Mar 3, 2026 at 10:00 AM House <a@b.c> wrote:\n\n> Shall I?\n", "Yes please"),
        ("Oui\n\nLe lun. 3 mars 2026 à 10:00, Maison <a@b.c> a écrit :\n> Puis-je ?\n", "Oui"),
        ("Ja bitte\n\nVon: House <a@b.c>\nGesendet: Montag, 3. März 2026 10:00\nAn: H\nBetreff: x\n\nTag", "Ja bitte"),
        ("2\n\nSent from my iPhone\n", "2"),
        ("It is torn.\n\n-- \nClaire Dupont\n+33 6 12 34 56 78", "It is torn."),
    ],
)
def test_quotations_and_signatures_are_cut_off(text: str, written: str) -> None:
    assert only(letter(text, In_Reply_To="<first@example.com>")).text == written


def test_html_alone_is_read_and_what_it_quotes_is_not() -> None:
    made = letter(In_Reply_To="<first@example.com>")
    made.set_content(
        "<p>Bonjour,<br>le sac est <b>abîmé</b></p><script>alert(1)</script>"
        "<div class='gmail_quote'>On Monday: <blockquote>no</blockquote></div>",
        subtype="html",
    )
    assert only(made).text == "Bonjour,\nle sac est abîmé"


def test_the_subject_is_read_with_a_first_mail_alone() -> None:
    assert only(letter("BA10000003", Subject="Where is my order?")).text == "Where is my order?\n\nBA10000003"
    assert only(letter("", Subject="Where is my order?")).text == "Where is my order?"
    assert only(letter("BA10000003", Subject="Re: x", In_Reply_To="<first@example.com>")).text == "BA10000003"


def test_files_come_as_what_they_are_and_logos_do_not() -> None:
    made = letter("Torn.")
    made.add_attachment(b"\xff\xd8\xff", maintype="image", subtype="jpeg", filename="bag.jpg")
    made.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="invoice.pdf")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", disposition="inline", cid="<logo>")
    found = [each.attachment for each in events(made)[1:]]
    assert [(each.kind, each.media_type) for each in found if each] == [
        ("photo", "image/jpeg"),
        ("file", "application/pdf"),
    ]


# --- what is not answered


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner-email=x"},
        {"Return_Path": "<>"},
        {"List_Id": "<news.example.com>"},
        {"List_Unsubscribe": "<mailto:x@example.com>"},
        {"Precedence": "bulk"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"},
        {"From": "MAILER-DAEMON@example.com"},
        {"From": "no-reply@example.com"},
        {"From": HOUSE},
        {"From": f"service+{THREAD}@house.example"},
        {"From": ""},
        {"From": "a@example.com, b@example.com"},
    ],
)
def test_machines_are_not_answered(headers: dict[str, str]) -> None:
    assert events(letter(**headers)) == []
    assert events(letter(Auto_Submitted="no", Return_Path=f"<{CLAIRE}>")) != []
    for of_a_person in ("None", "RN, NRN", "DR"):
        assert events(letter(X_Auto_Response_Suppress=of_a_person)) != []


BOUNCE = b"""From: MAILER-DAEMON@mx.example.com
To: service@house.example
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

The mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; claire@example.com
Action: %s
Status: 5.1.1
--b
Content-Type: text/rfc822-headers

Message-ID: <%s.4.0@house.example>
Subject: Re: x
--b--
"""


def test_a_bounce_is_a_receipt_and_a_delay_is_not() -> None:
    (bounced,) = events(BOUNCE % (b"failed", THREAD.encode()))
    assert bounced == Receipt("email", "failed", f"{THREAD}.4.0@house.example", error="bounced 5.1.1")
    assert events(BOUNCE % (b"delayed", THREAD.encode())) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: \xff@example.com\r\nContent-Type: text/plain; charset=no-such\r\n\r\n\xe9",
        b"From: claire@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b",
        b"From: claire@example.com\r\nDate: nonsense\r\nReferences: <<>> <a\r\n\r\nhello",
        b"From: claire@example.com\r\nContent-Type: text/html\r\n\r\n<!-- -->",
        b"From: claire@example.com\r\nSubject: =?utf-8?b?////?=\r\n\r\nhello",
    ],
)
def test_any_bytes_can_be_read(raw: bytes) -> None:
    mail = read(raw)
    assert isinstance(mail.words, str)
    assert all(isinstance(each, Incoming) for each in events(raw))


@pytest.mark.parametrize("line", ["On Mon, ", " \n", "> \n", "On Mon, 3 March\n", "x" + " " * 999])
def test_no_mail_is_long_enough_to_stop_us(line: str) -> None:
    """The parser's expressions would take minutes, in which nobody else is answered."""
    assert len(only(letter("Torn.\n\n" + (line * 100_000)[:1_000_000])).text) <= 20_100


def test_markup_that_is_all_quotations_does_not_stop_us_either() -> None:
    made = letter()
    made.set_content("<p>Torn.</p>" + "<p id='divRplyFwdMsg'>x</p>" * 30_000, subtype="html")
    assert only(made).text.split() == ["Torn.", "x"]


def test_a_long_line_is_read_as_it_was_written() -> None:
    said = "The strap is torn - it came off. On Monday, I wrote: nothing. " * 100
    assert only(letter(said, In_Reply_To="<first@example.com>")).text == said.strip()


# --- what goes out


async def test_an_answer_is_one_mail_in_its_thread(tmp_path: Path) -> None:
    with mail_server() as server:
        one = email(SERVER=server.address, PLUS="true")
        heard = only(letter(Subject="My bag"))
        outlet = Outlet(heard.address, heard.at, heard.details, False)
        async with Api() as api:
            ids = await one.send(api, outlet, [Part("Good evening.", seq=3), Part("It is on its way.", seq=4)])
            await one.send(api, outlet, [Part("Camille here.", seq=7, author="Camille")])
            assert await one.check(api) == []
    machine, person = server.mails
    assert ids == [OURS] * 2
    assert machine.get_content().replace("\r\n", "\n").strip() == "Good evening.\n\nIt is on its way."
    assert (machine["To"], machine["From"], machine["Subject"]) == (CLAIRE, HOUSE, "Re: My bag")
    assert (machine["In-Reply-To"], machine["References"]) == ("<first@example.com>",) * 2
    assert machine["Reply-To"] == f"service+{THREAD}@house.example"
    assert machine["Auto-Submitted"] == "auto-replied"
    assert (person["From"], person["Auto-Submitted"]) == (f"Camille <{HOUSE}>", None)
    back = only(letter("Thank you", Message_ID="<8@example.com>", In_Reply_To=str(person["Message-ID"])))
    assert back.threads[0] == heard.address


def test_two_who_answer_the_same_mail_never_get_mails_of_one_id() -> None:
    """Each has a conversation of their own, whose messages are counted from the same number."""
    heard = only(letter())
    one, other = (
        letter_of(Outlet(f"{who} {THREAD}", heard.at, {}, False), [Part("Good evening.", seq=3)], HOUSE, plus=False)
        for who in (CLAIRE, "paul@example.com")
    )
    assert one["Message-ID"] != other["Message-ID"]


def test_a_subject_adds_no_header() -> None:
    outlet = Outlet(f"{CLAIRE} {THREAD}", only(letter()).at, {"subject": "x\r\nBcc: all@example.com"}, False)
    with pytest.raises(ValueError, match="line"):
        email()._letter(outlet, [Part("x")])
    assert only(letter(Subject="a =?utf-8?q?b=0D=0ABcc=3A?= c")).details["subject"].count("\n") == 0


# --- a mailbox


async def test_what_cannot_be_understood_is_told_to_who_brought_it(alone: Alone, tmp_path: Path) -> None:
    told: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    class Stumbling(Email):
        def parse(self, delivery: Delivery) -> Iterator[Event]:
            yield from super().parse(delivery)
            raise KeyError("a fault of ours")

        async def listen(self, take: Callable[[Delivery], Awaitable[None]]) -> None:
            try:
                await take(Delivery("IMAP", "", {}, letter("Torn.").as_bytes()))
                told.set_result(None)
            except Exception as problem:
                told.set_result(problem)

    url = str(alone.engine.url).replace("sqlite+concierge", "sqlite")
    reception = Reception(Settings(_env_file=None, var=tmp_path, database_url=url))
    door = Door({"email": Stumbling(email().values)})
    door.start(reception)
    assert isinstance(await asyncio.wait_for(told, 20), KeyError)
    await door.stop()
    await reception.close()
    conversation = alone.log.find("email", f"{CLAIRE} {THREAD}")
    assert conversation is not None
    assert [row.text for row in alone.log.messages(conversation.id) if row.role == "customer"] == ["Torn."]


@pytest.fixture
def mailbox() -> Iterator[ImapServer]:
    folder = Path(tempfile.mkdtemp(prefix="imap-", dir="/tmp"))  # sockets have short names
    folder.chmod(0o755)  # Dovecot's own users pass through it
    with imap_server(folder) as server:
        yield server
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.skipif(program() is None, reason="needs dovecot (dovecot-imapd)")
async def test_a_mail_whose_answer_was_lost_is_looked_for_where_copies_are_kept(mailbox: ImapServer) -> None:
    with mail_server() as server:
        one = email(SERVER=server.address, IMAP=mailbox.address, SENT="Sent Items")
        heard = only(letter())
        outlet = Outlet(heard.address, heard.at, heard.details, again=True)
        first, second = Part("first", seq=3), Part("second", seq=4)
        async with Api() as api:
            assert await one.check(api) == ["The mailbox was not reached (CONCIERGE_EMAIL_SENT)."]
            with pytest.raises(NotNow, match="mailbox_not_reached"):
                await one.send(api, outlet, [first])
            with mailbox.client() as client:
                client.create_folder("Sent Items")
                client.append("Sent Items", one._letter(outlet, [first]).as_bytes())
            assert await one.check(api) == []
            assert await one.send(api, outlet, [first]) == [OURS]
            await one.send(api, outlet, [second])
    assert [each.get_content().strip() for each in server.mails] == ["second"]


@pytest.mark.parametrize(
    ("told", "kind"), [("", Unclear), ("451 4.3.0 a filter gave up", Unclear), ("554 5.7.1 never", Refused)]
)
async def test_what_a_mail_server_may_have_taken_is_not_said_to_be_refused(told: str, kind: type[Exception]) -> None:
    with breaking_server(told) as address:
        heard = only(letter())
        async with Api() as api:
            with pytest.raises(kind):
                await email(SERVER=address).send(api, Outlet(heard.address, heard.at, {}, False), [Part("x", seq=3)])


@contextmanager
def breaking_server(told: str) -> Iterator[str]:
    """Answers a mail so; without an answer it hangs up."""

    class Handler:
        async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
            if not told:
                server.transport.abort()
            return told or "250 taken"

    running = Controller(Handler(), hostname="127.0.0.1", port=free_port())
    running.start()
    try:
        yield f"smtp://127.0.0.1:{running.port}"
    finally:
        running.stop()


@pytest.mark.skipif(program() is None, reason="needs dovecot (dovecot-imapd)")
async def test_a_mailbox_is_taken_into_the_log_and_nothing_is_lost_on_the_way(
    mailbox: ImapServer, alone: Alone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(adapter, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(adapter, "DOWN_SECONDS", 0.1)
    url = str(alone.engine.url).replace("sqlite+concierge", "sqlite")
    reception = Reception(Settings(_env_file=None, var=tmp_path, database_url=url))
    one, answers = email(IMAP=mailbox.address), MailServer()
    down = [sqlalchemy.exc.OperationalError("x", {}, Exception("database is locked")), KeyError("a fault of ours")]
    async with Api() as api:
        sender = Sender(alone.outbox, {"email": one}, api, asyncio.to_thread)
        media = Media(alone.log, FileStore(tmp_path / "files"), {"email": one}, api, asyncio.to_thread)
        receiving = Receiving(reception, alone.outbox, {"email": one}, sender, media)

        async def take(delivery: Delivery) -> None:
            if b"trouble" in delivery.body and down:
                raise down.pop(0)
            await receiving.take(one.parse(delivery))

        async def until(true: Any) -> None:
            for _ in range(200):
                if await asyncio.to_thread(true):
                    return
                await asyncio.sleep(0.05)
            raise AssertionError("it did not happen in time")

        listening = asyncio.get_running_loop().create_task(one.listen(take))
        mails = [letter("Where is my bag?"), letter("On holiday", Message_ID="<auto@x>", Auto_Submitted="auto-replied")]
        await asyncio.to_thread(mailbox.deliver, *(each.as_bytes() for each in mails))
        await until(lambda: mailbox.flags() == [{b"\\Seen"}] * 2)
        await asyncio.to_thread(mailbox.stop)  # the server is away for a while
        await asyncio.sleep(0.3)
        await asyncio.to_thread(mailbox.start)
        again = letter("And my shoes?", Message_ID="<2@example.com>", References="<first@example.com>")
        trouble = letter("trouble", Message_ID="<3@example.com>", References="<first@example.com>")
        await asyncio.to_thread(mailbox.deliver, again.as_bytes(), again.as_bytes(), trouble.as_bytes())
        # The log was away at the first try; at the second we stumbled: a person looks at it.
        await until(lambda: mailbox.flags()[2:] == [{b"\\Seen"}, {b"\\Seen"}, {b"\\Seen", b"\\Flagged"}])
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        wrong = email(IMAP=mailbox.address.replace("secret", "wrong"), SERVER=answers.address)
        assert await wrong.check(api) == [
            "The mailbox refuses our login (CONCIERGE_EMAIL_IMAP).",
            "What is sent: the mail server did not take it (ConnectionRefusedError) (CONCIERGE_MAIL_SERVER).",
        ]
    await reception.close()
    (conversation,) = [each for each in [alone.log.find("email", f"{CLAIRE} {THREAD}")] if each]
    rows = [row.text for row in alone.log.messages(conversation.id) if row.role == "customer"]
    assert rows == ["Where is my bag?", "And my shoes?"]
    assert "trouble" not in caplog.text
    assert CLAIRE not in caplog.text
