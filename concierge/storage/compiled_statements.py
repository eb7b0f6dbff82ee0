"""Statements that are compiled once for each database: for what every message executes.

SQLAlchemy takes some 40 µs to execute a statement for which SQLite needs five. All else of it stays: a statement is
written in its language, once for both databases; its types convert what goes in and what comes out; its errors are
raised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

_Convert = Callable[[Any], Any]


class CompiledStatement:
    """A statement of SQLAlchemy Core, without lists for IN.

    Every method takes a connection with a transaction that has begun, and raises what ``Connection.execute`` would.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows, by column."""
        form = self._form(connection)
        return [form.row(row) for row in _execute(connection, form.sql, form.bind(values))[0]]

    def first(self, connection: Connection, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The only or the first row; ``None`` where there is none."""
        form = self._form(connection)
        rows, _ = _execute(connection, form.sql, form.bind(values))
        return form.row(rows[0]) if rows else None

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """How many rows were written."""
        form = self._form(connection)
        return _execute(connection, form.sql, form.bind(values))[1]

    def run_each(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Once for each of the rows."""
        form = self._form(connection)
        _execute(connection, form.sql, [form.bind(row) for row in rows], many=True)

    def later(self, connection: Connection, *rows: Mapping[str, Any]) -> None:
        """As ``run_each`` where nobody needs the outcome before the transaction ends.

        With PostgreSQL it goes there together with the next statement, or with the COMMIT, which raise what is wrong.
        """
        raw: Any = connection.connection.dbapi_connection
        if connection.dialect.name != "postgresql":
            self.run_each(connection, rows)
            return
        form = self._form(connection)
        with raw.cursor() as cursor:
            for row in rows:
                raw.keep(cursor.mogrify(form.sql, form.bind(row)))

    def _form(self, connection: Connection) -> _Form:
        dialect = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _Form(self._statement, dialect)
        return form


class _Form:
    """A statement as one database takes it."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        binds = compiled.binds
        into = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        self._given = [(name, into[name]) for name, bind in binds.items() if bind.required]
        known = {name: value for name, value in compiled.params.items() if not binds[name].required}
        self._known = {name: _converted(into[name], value) for name, value in known.items()}
        self._order: list[str] | None = compiled.positiontup if compiled.positional else None
        columns = list(getattr(statement, "selected_columns", ()))
        self._names = [column.key for column in columns]
        out = [(column.key, column.type.dialect_impl(dialect).result_processor(dialect, None)) for column in columns]
        self._out: list[tuple[str, _Convert]] = [(name, convert) for name, convert in out if convert is not None]

    def bind(self, values: Mapping[str, Any]) -> Any:
        bound = dict(self._known)
        for name, convert in self._given:
            bound[name] = values[name] if convert is None else convert(values[name])
        return bound if self._order is None else [bound[name] for name in self._order]

    def row(self, row: Sequence[Any]) -> dict[str, Any]:
        found = dict(zip(self._names, row, strict=True))
        for name, convert in self._out:
            found[name] = convert(found[name])
        return found


def _converted(convert: _Convert | None, value: Any) -> Any:
    return value if convert is None else convert(value)


def _execute(connection: Connection, sql: str, values: Any, many: bool = False) -> tuple[list[Any], int]:
    """Rows, and how many rows were written."""
    is_single_look = getattr(connection.connection.dbapi_connection, "is_for_single_looks", False)
    try:
        return _execute_once(connection, sql, values, many)
    except DBAPIError as problem:
        # A connection that was used a moment ago is not asked whether it lives, and a look may be taken again.
        if not (is_single_look and problem.connection_invalidated) or connection.in_transaction():
            raise
    return _execute_once(connection, sql, values, many)


def _execute_once(connection: Connection, sql: str, values: Any, many: bool) -> tuple[list[Any], int]:
    dialect, raw = connection.dialect, connection.connection.dbapi_connection
    cursor = raw.cursor()
    try:
        if not many:
            cursor.execute(sql, values)
        elif dialect.name == "sqlite":
            cursor.executemany(sql, values)
        else:  # psycopg2's executemany goes to the server and back for each
            from psycopg2.extras import execute_batch

            execute_batch(cursor, sql, values)
        return (cursor.fetchall() if cursor.description else []), cursor.rowcount
    except dialect.dbapi.Error as problem:
        lost = dialect.is_disconnect(problem, raw, cursor)
        if lost:
            connection.invalidate(problem)
        # Without the values: they are what customers say.
        raise DBAPIError.instance(
            sql, None, problem, dialect.dbapi.Error, connection_invalidated=lost, dialect=dialect
        ) from problem
    finally:
        cursor.close()
