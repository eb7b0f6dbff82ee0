"""What a destination of handed-over cases is: one try at a delivery, and how it may fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import httpx

SECONDS = 10.0
MOST_STEPS = 12  # requests of one try: a lease lasts longer than all of them
_NOT_FOR_ALL = 500  # it may be this one package that a server fails at


class NotDelivered(Exception):
    """It is tried again. The message is for the operator, without personal data.

    ``after``: the seconds the other side asked for. ``ours``: our settings are wrong, and somebody has to mend them.
    ``alone``: other packages may be taken all the same.
    """

    def __init__(self, why: str, after: float | None = None, *, ours: bool = False, alone: bool = False) -> None:
        super().__init__(why)
        self.after = after
        self.ours = ours
        self.alone = alone


class Refused(Exception):
    """This package will never be taken as it is. The message is for the operator, without personal data."""


@dataclass
class Progress:
    """What earlier tries at the same delivery have done; ``again``: one of them may have got through unseen."""

    again: bool = False
    noted: dict[str, Any] = field(default_factory=dict)

    def note(self, **done: Any) -> None:
        """What the next try need not do again. Blocks, and may raise what ends the delivery."""
        self.noted.update(done)


class Destination(Protocol):
    """Where packages go besides the desk. Blocks."""

    @property
    def name(self) -> str:
        """Stable: deliveries are remembered under it. As people at the desk read it."""

    def deliver(self, package: Mapping[str, Any], progress: Progress) -> None:
        """Raises ``NotDelivered``, ``Refused``."""


def call(
    who: str, method: str, url: str, *, accept: tuple[int, ...] = (), timeout: float = SECONDS, **request: Any
) -> httpx.Response:
    """One request of a delivery. Raises ``NotDelivered`` and ``Refused`` for whatever is no success, and is not among
    ``accept``."""
    try:
        answer = _client().request(method, url, timeout=timeout, **request)
    except httpx.HTTPError as problem:
        raise NotDelivered(f"{who} cannot be reached ({type(problem).__name__})") from None
    status = answer.status_code
    if answer.is_success or status in accept:
        return answer
    said = f"{who} answered {status}"
    if status in (401, 403):
        raise NotDelivered(f"{said}: is its token right?", ours=True)
    if status in (400, 413, 422):
        raise Refused(said)
    raise NotDelivered(said, _after(answer), ours=status in (404, 405, 410), alone=status == _NOT_FOR_ALL)


def document(who: str, answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises ``NotDelivered`` where there is none: a gateway's page, most often."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotDelivered(f"{who} answered with something that is not theirs")
    return found


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    """One for all, as its certificates take long to read; a connection that was kept might be closed by the time it is
    used, and nobody would know whether a request had got through."""
    return httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))


def _after(answer: httpx.Response) -> float | None:
    after = answer.headers.get("retry-after", "")
    return float(after) if after.isdecimal() else None
