"""A database that is locked, a port that is taken: nothing is lost, and somebody is told what to do."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import httpx
import sqlalchemy as sa

from concierge.storage.database import write
from tests.desk.conftest import Desk
from tests.front import PYTHON


def test_a_locked_database_is_said_and_nothing_is_lost(own_desk: Desk) -> None:
    client = own_desk.client("camille")
    case = own_desk.case()
    client.post(f"/api/cases/{case.id}/claim")
    sent = {"client_key": "important", "text": "I have stopped the parcel."}
    with write(own_desk.log.engine) as connection:
        connection.execute(sa.text("SELECT 1"))
        answers: list[httpx.Response] = []
        writers = [
            threading.Thread(
                target=lambda: answers.append(client.post(f"/api/cases/{case.id}/messages", json=sent, timeout=20))
            )
            for _ in range(3)
        ]
        for writer in writers:
            writer.start()
        begun = time.monotonic()
        assert client.get("/api/cases").status_code == 200, "reading goes on"
        assert client.get(f"/api/cases/{case.id}").status_code == 200
        assert time.monotonic() - begun < 2.5, "sooner than the lock is given up"
        for writer in writers:
            writer.join()
    assert {(answer.status_code, answer.json()["error"]) for answer in answers} == {(503, "busy")}
    assert int(answers[0].headers["retry-after"]) > 0
    assert client.post(f"/api/cases/{case.id}/messages", json=sent).status_code == 201
    assert client.post(f"/api/cases/{case.id}/messages", json=sent).status_code == 200
    said = [row.text for row in own_desk.log.messages(case.conversation_id) if row.role == "advisor"]
    assert said == [sent["text"]]


def test_a_short_lock_is_not_even_noticed(own_desk: Desk) -> None:
    client = own_desk.client("camille")
    case = own_desk.case()

    def hold() -> None:
        with write(own_desk.log.engine):
            held.set()
            time.sleep(0.7)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    assert client.post(f"/api/cases/{case.id}/claim").status_code == 200
    holder.join()


def test_the_stream_survives_a_database_that_comes_and_goes(own_desk: Desk) -> None:
    case = own_desk.case()
    with own_desk.stream(own_desk.client("camille")) as stream:
        stream.next("ready")
        with own_desk.log.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE typing RENAME TO elsewhere"))
        time.sleep(1.2)
        own_desk.log.append(case.conversation_id, "customer", "said meanwhile")
        with own_desk.log.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO typing"))
        stream.said("said meanwhile")


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        tried = subprocess.run(
            [PYTHON, "-c", "from concierge.desk.server import serve; serve()"],
            env={**os.environ, "CONCIERGE_VAR": str(tmp_path), "CONCIERGE_DESK_PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert tried.returncode == 1
    assert tried.stderr.strip().splitlines()[-1].startswith(f"Port {port} is taken.")
    assert "CONCIERGE_DESK_PORT" in tried.stderr
