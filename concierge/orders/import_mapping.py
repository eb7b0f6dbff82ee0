"""Files of another shape, brought into ours by a mapping: the language of ``values``, without the calls of an HTTP one.

``mappings/imports/`` holds worked ones; ``concierge orders import --mapping`` names one of them, or another file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from concierge.orders.documents import DocumentError
from concierge.orders.mapping import SHIPPED, Strict, plain, read_whole
from concierge.orders.model import Order
from concierge.orders.numbers import house_format
from concierge.orders.paths import MappingError, Scope
from concierge.orders.reading import read_order
from concierge.orders.values import compile_value

FOLDER = SHIPPED / "imports"


class _File(Strict):
    name: str
    names: dict[str, Any] = Field({})
    needs: dict[str, str] = Field({})  # other files that an order refers to, and what each is
    order: Any


def load_import(name: str, beside: Mapping[str, Any]) -> Callable[[Any], Order]:
    """What makes an order of ours of one of theirs; ``beside`` are the other files, by name. Raises ``MappingError``.

    What is read is checked for form only: another's orders may leave out what ours always have.
    """
    path = Path(name) if name.endswith((".yml", ".yaml")) else FOLDER / f"{name}.yml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.yml")))
        raise MappingError(f"there is no mapping {str(path)!r}: give a .yml file, or one of {known}") from None
    try:
        file = _File.parse_obj(read_whole(text, path.name))
    except ValidationError as error:
        first = error.errors()[0]
        raise MappingError(f"{path.name}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    missing = [each for each in file.needs if each not in beside]
    if missing:
        raise MappingError(f"{path.name} needs {missing[0]} ({file.needs[missing[0]]}): --with {missing[0]}=FILE")
    value = compile_value(file.order, f"{path.name}: order")

    def read(raw: Any) -> Order:
        if not isinstance(raw, dict):
            raise DocumentError("is not an order")
        whole = {**raw, "beside": beside}
        return read_order(plain(value(Scope(whole, whole, whole))), house_format(), strict=False)

    return read
