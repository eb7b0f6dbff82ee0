from __future__ import annotations

import base64
import time

import pytest

from concierge.conversations import Advisors, second_factor
from concierge.conversations.second_factor import code_at, step_of

RFC = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    """The last six digits of RFC 6238, appendix B, for SHA-1."""
    assert code_at(RFC, at // 30) == code
    assert step_of(RFC, f" {code[:3]} {code[3:]}", at=at) == at // 30


def test_a_code_is_good_for_a_step_around_and_once() -> None:
    code = code_at(RFC, 100)
    assert step_of(RFC, code, at=100 * 30 + 31) == 100
    assert step_of(RFC, code, at=100 * 30 + 61) is None
    assert step_of(RFC, code, after=100, at=100 * 30) is None
    for wrong in ("", "000000", "28708", "２８７０８２"):
        assert step_of(RFC, wrong, at=59) is None
    with pytest.raises(ValueError, match="base32"):
        code_at("not base32!", 1)


def test_an_app_reads_whose_the_secret_is() -> None:
    wanted = f"otpauth://totp/Concierge%20desk:camille?secret={RFC}&issuer=Concierge%20desk"
    assert second_factor.address(RFC, "camille") == wanted


def test_an_account_takes_each_code_once(engine) -> None:
    book = Advisors(engine)
    advisor = book.create("camille", "Camille", "a long password")
    secret = second_factor.new_secret()
    assert not book.use_code(advisor.id, code_at(secret, 1))
    book.set_second_factor("Camille", secret)
    assert book.has_second_factor(advisor.id)
    code = code_at(secret, int(time.time() // 30))
    assert book.use_code(advisor.id, code)
    assert not book.use_code(advisor.id, code)
    book.set_second_factor("camille", "")
    assert not book.has_second_factor(advisor.id)
