"""Who writes over REST: a sender is a name that anybody may send; a token or the secret is what counts."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Iterator

import httpx
import pytest
import sqlalchemy as sa

from concierge.privacy.stores import Selection
from concierge.privacy.stores.log import LogStore
from concierge.settings import Settings
from tests.channels.conftest import Page, Rest, until
from tests.postgres import postgres_schema

SECRET = "what the shop's own server shows, and nobody else"


def messages(site, channel, sender):
    return [each.text for each in site.log.messages(site.log.open(channel, sender).id) if each.role == "customer"]


def test_the_token_comes_once_and_goes_on_with_its_conversation(site, rest):
    first = rest.post("hello")
    assert first.headers["Concierge-Token"]
    second = rest.post("choose")
    assert (second.status_code, "Concierge-Token" in second.headers) == (200, False)
    assert messages(site, "rest", rest.sender) == ["hello", "choose"]


def test_without_the_token_a_message_is_answered_elsewhere(site, rest):
    rest("hello")
    answer = rest.post("choose", headers={})
    assert answer.json()[0]["text"] == "Which one"
    assert "Concierge-Token" not in answer.headers
    assert rest.post("/greet", headers={}).json()[0]["text"] == "Hello", "as a conversation, with what it offered"
    assert messages(site, "rest", rest.sender) == ["hello"]
    assert messages(site, "rest_anonymous", rest.sender) == ["choose", "The first"]


def test_a_repeated_first_message_brings_no_second_token(site, rest):
    rest("hello", message_id="first")
    again = rest.post("hello", headers={}, message_id="first")
    assert "Concierge-Token" not in again.headers
    assert rest("hello", message_id="first")[0]["text"] == "Hello", "its own caller's is absorbed"
    assert messages(site, "rest", rest.sender) == ["hello"]


@pytest.mark.parametrize("shown", ["another's", "a page's", "nonsense", "changed"])
def test_a_token_of_another_conversation_opens_nothing(site, rest, shown):
    rest("hello")
    other = Rest(site.urls[0], f"{rest.sender}-other")
    other("hello")
    token = {
        "another's": other.tokens.headers(other.sender)["Authorization"],
        "a page's": f"Bearer {Page(site.urls[0]).opened['token']}",
        "nonsense": "Bearer a.b.c",
        "changed": rest.tokens.headers(rest.sender)["Authorization"][:-3] + "xxx",
    }[shown]
    answer = rest.post("choose", headers={"Authorization": token})
    assert (answer.status_code, answer.json()["error"]) == (401, "wrong_token")
    assert messages(site, "rest", rest.sender) == ["hello"]


def test_what_a_proxys_password_protects_is_no_token(rest):
    assert rest.post("hello", headers={"Authorization": "Basic YTpi"}).headers["Concierge-Token"]


def test_after_an_erasure_the_token_is_over_and_the_sender_new(site, rest):
    rest("hello")
    LogStore(site.environment["CONCIERGE_DATABASE_URL"]).erase(Selection((site.log.open("rest", rest.sender).id,)))
    assert rest.post("hello").status_code == 401
    assert rest.post("hello", headers={}).headers["Concierge-Token"]


def test_of_many_first_messages_at_once_one_is_the_first(site, rest):
    tokens = []
    threads = [
        threading.Thread(target=lambda: tokens.append(rest.post("hello", headers={}).headers.get("Concierge-Token")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([token for token in tokens if token]) == 1
    assert len(messages(site, "rest", rest.sender)) == 1
    assert len(messages(site, "rest_anonymous", rest.sender)) == 7


# --- installations of their own


@pytest.fixture(scope="module")
def house(new_site):
    site = new_site(CONCIERGE_REST_SECRET=SECRET, CONCIERGE_SESSIONS_PER_HOUR="3")
    site.start_assistant()
    yield site
    site.stop()


@pytest.mark.parametrize("header", [{"Concierge-Secret": SECRET}, {"Authorization": f"Bearer {SECRET}"}])
def test_a_server_that_shows_the_secret_answers_for_its_senders(house, header):
    rest = Rest(house.urls[0], uuid.uuid4().hex)
    first, second = rest.post("hello", headers=header), rest.post("choose", headers=header)
    assert first.json()[0]["text"] == "Hello"
    assert messages(house, "rest_server", rest.sender) == ["hello", "choose"]
    shown = {"Authorization": f"Bearer {second.headers['Concierge-Token']}"}
    events = httpx.get(httpx.URL(rest.url).join("/webhooks/website/events"), headers=shown).json()
    assert len(events["messages"]) == 4
    assert rest.post("hello", headers=shown).status_code == 200
    assert len(messages(house, "rest_server", rest.sender)) == 3


@pytest.mark.parametrize("wrong", ["", "x", SECRET[:-1], SECRET + "x", "é" * 40])
def test_a_wrong_secret_opens_nothing(house, wrong):
    rest = Rest(house.urls[0], "sender")
    answer = rest.post("hello", headers={"Concierge-Secret": wrong.encode()})
    assert answer.status_code in (401, 200, 429)
    assert answer.status_code == 401 or not wrong, "an empty header shows nothing"
    assert house.log.find("rest_server", "sender") is None


def test_the_servers_senders_and_the_publics_never_meet(house):
    sender = uuid.uuid4().hex
    mallory, server = Rest(house.urls[0], sender), {"Concierge-Secret": SECRET}
    mallory.post("hello")  # may be refused: its network has had enough by now, which is no matter
    mallory.post("choose", headers=server)
    assert messages(house, "rest_server", sender) == ["choose"]


def test_a_network_opens_so_many_conversations_and_a_server_any_number(new_site):
    site = new_site(CONCIERGE_SESSIONS_PER_HOUR="3", CONCIERGE_REST_SECRET=SECRET)
    url = site.start_assistant()
    answers = [Rest(url, f"s{number}").post("hello") for number in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 2
    assert answers[-1].json()[0]["text"].startswith("Too many conversations")
    assert int(answers[-1].headers["retry-after"]) > 60
    assert site.log.find("rest", "s4") is None
    for number in range(5):
        answer = Rest(url, f"s{number}").post("hello", headers={"Concierge-Secret": SECRET})
        assert answer.status_code == 200
    site.stop()


def test_in_production_the_channel_is_off_unless_it_is_turned_on(new_site):
    off = new_site(CONCIERGE_DEMO="false")
    url = off.start_assistant()
    for method, path in (("POST", "/webhook"), ("GET", "/")):
        answer = httpx.request(method, f"{url}/webhooks/rest{path}", json={"sender": "a", "message": "hello"})
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert off.log_text().count("The REST channel is off") == 1
    assert Page(url).ask("hello") == "Hello"
    off.stop()
    on = new_site(CONCIERGE_DEMO="false", CONCIERGE_REST="true")
    assert Rest(on.start_assistant(), "a")("hello")[0]["text"] == "Hello"
    on.stop()


def test_a_secret_that_can_be_guessed_is_refused():
    with pytest.raises(ValueError, match="rest_secret"):
        Settings(_env_file=None, rest_secret="short")
    assert Settings(_env_file=None, rest_secret=" ", rest="").rest_secret is None


# --- a COMMIT whose answer is lost


class LosesCommits:
    """Stands before PostgreSQL. While ``armed``, the next commit of a customer's message is done, and not answered."""

    def __init__(self) -> None:
        self.armed, self.lost = False, 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", 5432))
            state = {"inserted": False, "cut": False}
            threading.Thread(target=self._out, args=(client, server, state), daemon=True).start()
            threading.Thread(target=self._back, args=(client, server, state), daemon=True).start()

    def _out(self, client: socket.socket, server: socket.socket, state: dict[str, bool]) -> None:
        while data := self._read(client):
            state["inserted"] |= b"INSERT INTO messages" in data and b"'customer'" in data
            if b"COMMIT" in data:
                if self.armed and state["inserted"]:
                    self.armed, state["cut"] = False, True
                state["inserted"] = False
            server.sendall(data)
        server.close()

    def _back(self, client: socket.socket, server: socket.socket, state: dict[str, bool]) -> None:
        while data := self._read(server):
            if state["cut"]:
                self.lost += 1
                break
            client.sendall(data)
        client.shutdown(socket.SHUT_RDWR)
        client.close()

    @staticmethod
    def _read(end: socket.socket) -> bytes:
        try:
            return end.recv(65536)
        except OSError:
            return b""

    def close(self) -> None:
        self._door.close()


@pytest.fixture
def losing(new_site) -> Iterator[tuple[LosesCommits, Rest, object]]:
    with postgres_schema("commits") as schema:
        door = LosesCommits()
        address = sa.engine.make_url(schema.url(sslmode="disable")).set(host="127.0.0.1", port=door.port)
        site = new_site(CONCIERGE_DATABASE_URL=address.render_as_string(hide_password=False))
        yield door, Rest(site.start_assistant(), "someone"), site
        site.stop()
        door.close()


@pytest.mark.postgres
def test_a_message_whose_commit_is_not_answered_is_stored_and_answered_once(losing):
    door, rest, site = losing
    for number, text in enumerate(["hello", "choose", "hello"], 1):
        door.armed = True
        answer = rest.post(text)
        assert (answer.status_code, len(answer.json()), door.lost) == (200, 1, number)
        assert answer.elapsed.total_seconds() < 8, "before the lease has run out"
    one = site.log.open("rest", "someone").id
    until(lambda: len(site.log.messages(one)) == 6)
    assert [m.text for m in site.log.messages(one)] == ["hello", "Hello", "choose", "Which one", "hello", "Hello"]
    assert "Concierge-Token" not in answer.headers
    assert rest.tokens.headers("someone"), "whose first message it was has the token all the same"
