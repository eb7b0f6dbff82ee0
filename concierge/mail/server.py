"""The mail server that takes what is sent. Blocks."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

SECONDS = 10.0
_REFUSED_FOR_GOOD = 500  # from this SMTP status on the same mail will never be taken


class NotSent(Exception):
    """The message is for the operator, without personal data; ``for_good``: trying again is of no use; ``unclear``: it
    may have been taken all the same."""

    def __init__(self, why: str, *, for_good: bool = False, unclear: bool = False) -> None:
        super().__init__(why)
        self.for_good, self.unclear = for_good, unclear


@dataclass(frozen=True)
class MailServer:
    """``address`` is smtps:// for TLS at once, or smtp://, which goes over to TLS (STARTTLS) where the server offers
    it, and fails rather than send a password in the clear. ``seconds``: how long each step may take.
    """

    address: str
    seconds: float = SECONDS

    def send(self, message: EmailMessage) -> None:
        """Returns once the server has taken it. Raises ``NotSent``."""
        try:
            smtp = self._connect()
        except (OSError, smtplib.SMTPException) as problem:
            raise _not_taken(problem) from None
        try:
            smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as problem:
            codes = [code for code, _ in problem.recipients.values()]
            raise _not_taken(problem, for_good=bool(codes) and min(codes) >= _REFUSED_FOR_GOOD) from None
        except smtplib.SMTPDataError as problem:
            # A filter that gives up in the middle says 4yz, and another one behind it may have the mail already.
            for_good = problem.smtp_code >= _REFUSED_FOR_GOOD
            raise _not_taken(problem, for_good=for_good, unclear=not for_good) from None
        except smtplib.SMTPSenderRefused as problem:
            raise _not_taken(problem) from None
        except (OSError, smtplib.SMTPException) as problem:
            raise _not_taken(problem, unclear=True) from None  # what it says may name the recipient
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.quit()

    def reach(self) -> None:
        """Connects, and logs in where a login is given; sends nothing. Raises ``NotSent``."""
        try:
            with self._connect():
                pass
        except (OSError, smtplib.SMTPException) as problem:
            raise _not_taken(problem) from None

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.address)
        host, secure = parts.hostname or "localhost", ssl.create_default_context()
        if parts.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=self.seconds, context=secure)
        else:
            smtp = smtplib.SMTP(host, parts.port or 25, timeout=self.seconds)
            smtp.ehlo_or_helo_if_needed()
            if parts.username or smtp.has_extn("starttls"):
                smtp.starttls(context=secure)
        if parts.username:
            smtp.login(unquote(parts.username), unquote(parts.password or ""))
        return smtp


def _not_taken(problem: Exception, *, for_good: bool = False, unclear: bool = False) -> NotSent:
    why = f"the mail server did not take it ({type(problem).__name__})"
    return NotSent(why, for_good=for_good, unclear=unclear)
