"""What is written to customers by e-mail, in their language: ``sentences/<language>.yml``."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from functools import lru_cache
from pathlib import Path

import yaml

from concierge.languages.registry import DEFAULT, complete

FOLDER = Path(__file__).parent / "sentences"


def code_letter(code: str, minutes: int, *, language: str, sender: str, recipient: str, name: str) -> EmailMessage:
    """A mail with a one-time code; ``name`` is the mail's own, the same whenever it is sent again.

    The code is not in the subject: subjects show on locked screens.
    """
    said = _sentences().get(language) or _sentences()[DEFAULT]
    message = EmailMessage()
    message["Subject"] = said["code_subject"]
    message["From"], message["To"] = sender, recipient
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{name}@{parseaddr(sender)[1].rpartition('@')[2] or 'concierge.invalid'}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office note comes back
    message["Content-Language"] = language
    message.set_content(said["code_text"].format(code=code, minutes=minutes))
    return message


@lru_cache(maxsize=1)
def _sentences() -> dict[str, dict[str, str]]:
    return {code: yaml.safe_load((FOLDER / f"{code}.yml").read_text(encoding="utf-8")) for code in complete()}
