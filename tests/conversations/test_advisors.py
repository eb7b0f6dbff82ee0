from __future__ import annotations

import pytest

from concierge.conversations import Advisors, ensure_demo_advisors


def test_a_password_is_checked_and_never_kept(engine):
    book = Advisors(engine)
    made = book.create(" Camille ", "Camille", "correct horse")
    assert book.verify("CAMILLE", "correct horse") == made
    assert book.verify("camille", "wrong") is None
    assert book.verify("nobody", "correct horse") is None
    assert book.get(made.id) == made
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT password_hash FROM advisors").scalar().startswith("$argon2id$")


def test_a_login_is_taken_once(engine):
    book = Advisors(engine)
    book.create("camille", "Camille", "correct horse")
    with pytest.raises(ValueError, match="taken"):
        book.create("Camille", "Another", "correct horse")
    with pytest.raises(ValueError, match="role"):
        book.create("x", "X", "correct horse", role="king")


def test_a_deactivated_advisor_cannot_come_in(engine):
    book = Advisors(engine)
    book.create("camille", "Camille", "correct horse")
    book.set_password("camille", "battery staple")
    assert book.verify("camille", "battery staple")
    book.deactivate("camille")
    assert book.verify("camille", "battery staple") is None
    with pytest.raises(LookupError):
        book.deactivate("nobody")


def test_demo_advisors_are_made_once_and_their_passwords_told_every_time(engine, tmp_path):
    book = Advisors(engine)
    made = ensure_demo_advisors(engine, tmp_path / "var")
    assert sorted(made) == ["antoine", "camille"]
    assert ensure_demo_advisors(engine, tmp_path / "var") == made
    assert book.verify("antoine", made["antoine"]).role == "lead"
    assert (tmp_path / "var" / "demo-advisors.json").stat().st_mode & 0o077 == 0
    again = ensure_demo_advisors(engine, tmp_path / "another")
    assert book.verify("camille", again["camille"])
