"""What a retailer's system is asked, and how its answers become our orders: one YAML file for each kind of system.

``mappings/`` holds worked ones; ``CONCIERGE_ORDERS_MAPPING`` names one of them, or the path of another file, which may
begin with ``extends: shopify`` and then says only what differs: its ``settings``, ``names``, ``auth`` are added part by
part, anything else takes the place of what was there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional
from urllib.parse import quote

import yaml
from pydantic import BaseModel, Field, ValidationError

from concierge.orders.calls import Auth
from concierge.orders.documents import DocumentError
from concierge.orders.model import Order
from concierge.orders.number_format import NumberFormat
from concierge.orders.paths import MappingError, Scope, Value
from concierge.orders.reading import read_order
from concierge.orders.values import compile_value

SHIPPED = Path(__file__).with_name("mappings")
WRITTEN = ("return", "repair", "note", "cancellation", "address")
_PLACE = re.compile(r"\{(\w+)\}")


class Strict(BaseModel):
    """What a file says, and nothing more."""

    class Config:
        extra = "forbid"


class Call(Strict):
    """One request. ``{number}``, ``{email}`` and the fields of what it is about are filled in."""

    method: str = "GET"
    path: str
    query: dict[str, str] = {}
    body: Any = None
    items: str = Field("", description="Where in the answer the orders are; empty: the answer is the order.")
    then: Optional[Call] = Field(None, description="Asked for each item of this answer, and answers in its place.")


class Also(Strict):
    """A further request about a found order, or about each part of it, whose answer is put ``into`` that."""

    path: str
    query: dict[str, str] = {}
    values: dict[str, Any] = Field({}, description="More to fill in, as values over the part; left out without one.")
    about: str = Field("", description="The parts, such as fulfillments; empty: the order.")
    items: str = ""
    into: str


class Variants(Call):
    """What sizes and colours there are of a line's product; ``{line}``, ``{product}``, ``{country}``, ``{currency}``
    and what ``extra`` keeps of the order are filled in."""

    each: Any = Field(description="A value that makes one of ours of each item: size, colour, available, price.")


class Write(Strict):
    """Sends a request of the customer's on. ``body`` is a value over the record and its order (``$``)."""

    method: str = "POST"
    path: str
    query: dict[str, str] = {}
    body: Any
    first: Optional[Call] = Field(None, description="Asked before; the items of its answer are asked in the body.")
    refused: str = Field("", description="Where the answer has the reasons why it was not done; empty there: it was.")
    id: str = Field("", description="Where the answer has the id of what was made.")
    repeatable: bool = Field(
        False, description="True where the system honours Idempotency-Key, so a try may be repeated."
    )


class _Number(Strict):
    letters: int = 2
    digits: int = 8
    max_digits: int = 0
    example: str = "BA10483726"


class _Auth(Strict):
    header: str = "Authorization"
    prefix: str = "Bearer "
    token_url: str = ""
    scope: str = ""


class _File(Strict):
    name: str
    number: _Number = _Number()
    auth: _Auth = _Auth()
    graphql: bool = Field(False, description="Failures are told in the body, under errors.")
    settings: dict[str, str] = Field({}, description="What the retailer's installation is called, to be filled in.")
    names: dict[str, Any] = Field({}, description="The retailer's own words: {named: …} stands for them.")
    by_number: Call
    by_email: Optional[Call] = Field(None, description="None where the system cannot be searched by address.")
    also: list[Also] = []
    variants: Optional[Variants] = Field(None, description="None where the system does not tell what is in stock.")
    writes: dict[str, Write] = {}
    order: Any


Call.update_forward_refs()
Variants.update_forward_refs()
Write.update_forward_refs()


@dataclass(frozen=True)
class Mapping:
    """A mapping, read and checked."""

    name: str
    number: NumberFormat
    auth: Auth
    graphql: bool
    settings: Dict[str, str]
    by_number: Call
    by_email: Call | None
    also: tuple[Also, ...]
    variants: tuple[Call, Value] | None
    writes: Dict[str, tuple[Write, Value]]
    order: Value

    def to_order(self, raw: Any) -> Order:
        """Raises ``DocumentError`` for what does not make an order of ours."""
        document = self.order(Scope(raw, raw, raw))
        if not isinstance(document, dict):
            raise DocumentError("the answer is not an order; check items in the mapping")
        return read_order(plain(document), self.number, strict=False)


def load_mapping(name: str) -> Mapping:
    """``name`` of one in ``mappings/``, or the path of a file. Raises ``MappingError``, saying what to mend."""
    path = Path(name) if name.endswith((".yml", ".yaml")) else SHIPPED / f"{name}.yml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        known = ", ".join(shipped())
        raise MappingError(
            f"there is no mapping {str(path)!r}: give the path of a .yml file, or one of {known}"
        ) from None
    return parse_mapping(text, path.name)


def parse_mapping(text: str, source: str) -> Mapping:
    """Raises ``MappingError``; ``source`` is how its message calls the text."""
    try:
        file = _File.parse_obj(read_whole(text, source))
    except ValidationError as error:
        first = error.errors()[0]
        raise MappingError(f"{source}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    unknown = set(file.writes) - set(WRITTEN)
    if unknown:
        raise MappingError(f"{source}: writes.{min(unknown)}: only {', '.join(WRITTEN)} are written")
    return Mapping(
        name=file.name,
        number=NumberFormat(**file.number.dict()),
        auth=Auth(**fill(file.auth.dict(), file.settings)),
        graphql=file.graphql,
        settings=file.settings,
        by_number=file.by_number,
        by_email=file.by_email,
        also=tuple(file.also),
        variants=(file.variants, compile_value(file.variants.each, f"{source}: variants.each"))
        if file.variants
        else None,
        writes={
            kind: (write, compile_value(write.body, f"{source}: writes.{kind}.body"))
            for kind, write in file.writes.items()
        },
        order=compile_value(file.order, f"{source}: order"),
    )


def read_whole(text: str, source: str) -> Any:
    """The file with what it ``extends``, and its names put where they are used. Raises ``MappingError``."""
    read = _read(text, source)
    if isinstance(read, dict) and "extends" in read:
        name = str(read.pop("extends"))
        path = SHIPPED / f"{name}.yml"
        if not path.exists():
            raise MappingError(f"{source}: extends: {name!r} is not one of {', '.join(shipped())}")
        base = _read(path.read_text(encoding="utf-8"), path.name)
        for part in ("settings", "names", "auth"):
            read[part] = {**base.get(part, {}), **read.get(part, {})}
        read = {**base, **read}
    if not isinstance(read, dict):
        return read
    names = read.get("names") or {}
    return {key: _named(part, names, f"{source}: {key}") if key != "names" else part for key, part in read.items()}


def _read(text: str, source: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise MappingError(f"{source} is not YAML: {error}") from None


def _named(node: Any, names: Any, where: str) -> Any:
    if isinstance(node, list):
        return [_named(part, names, where) for part in node]
    if not isinstance(node, dict):
        return node
    if list(node) == ["named"]:
        if node["named"] not in names:
            raise MappingError(f"{where}: there are no names {node['named']!r}; known are {', '.join(names) or 'none'}")
        return names[node["named"]]
    return {key: _named(part, names, where) for key, part in node.items()}


def shipped() -> list[str]:
    """The names of the mappings that come with the product."""
    return sorted(file.stem for file in SHIPPED.glob("*.yml"))


@lru_cache(maxsize=8)
def cached_mapping(name: str) -> Mapping:
    """As ``load_mapping``, read once in a process."""
    return load_mapping(name)


def fill(template: Any, values: Dict[str, Any], in_path: bool = False) -> Any:
    """The template with each ``{name}`` replaced, once: a value that looks like a placeholder stays as it is.

    Raises ``MappingError`` for a name that there is no value for.
    """

    def value(match: re.Match[str]) -> str:
        if values.get(match[1]) is None:
            raise MappingError(f"{template!r}: there is no {{{match[1]}}} to fill in")
        text = str(values[match[1]])
        return quote(text, safe="") if in_path else text

    if isinstance(template, str):
        return _PLACE.sub(value, template)
    if isinstance(template, dict):
        return {name: fill(part, values) for name, part in template.items()}
    if isinstance(template, list):
        return [fill(part, values) for part in template]
    return template


def plain(value: Any) -> Any:
    """Numbers as text: most systems' ids are numbers, ours are texts, and amounts and counts are read from text too."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value if value is None or isinstance(value, (bool, str)) else str(value)
