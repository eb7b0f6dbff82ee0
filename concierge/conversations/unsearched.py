"""What is no longer found by the desk's search. Apart from the search itself, which stands on the log."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from concierge.conversations.schema import searched_words as _words


def forget_in(connection: Connection, conversation_id: str, seqs: Sequence[int]) -> None:
    """The words of these messages are not found any longer."""
    these = _words.c.conversation_id == conversation_id, _words.c.seq.in_(list(seqs))
    connection.execute(_words.delete().where(*these))


def tidy(connection: Connection) -> None:
    """After an erasure: SQLite's index keeps words of rows that are gone until it is written anew."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO searched_words_index(searched_words_index) VALUES ('optimize')")
