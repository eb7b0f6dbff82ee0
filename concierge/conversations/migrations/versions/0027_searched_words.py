"""The words of what was said in cases, indexed for the desk's search."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_INDEX = (
    "CREATE VIRTUAL TABLE searched_words_index USING fts5(words, content='searched_words', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER searched_words_insert AFTER INSERT ON searched_words BEGIN "
    "INSERT INTO searched_words_index(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER searched_words_delete AFTER DELETE ON searched_words BEGIN "
    "INSERT INTO searched_words_index(searched_words_index, rowid, words) VALUES ('delete', old.id, old.words); END",
)
_VECTOR = (
    "CREATE INDEX ix_searched_words_words ON searched_words USING gin (array_to_tsvector(string_to_array(words, ' ')))"
)


def _conversation(**more: bool) -> sa.Column:
    key = sa.ForeignKey("conversations.id", ondelete="CASCADE")
    return sa.Column("conversation_id", sa.String(40), key, nullable=False, **more)


def upgrade() -> None:
    op.create_table(
        "searched_words",
        sa.Column("id", sa.Integer, primary_key=True),
        _conversation(),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_searched_words_message"),
    )
    op.create_table("searched_until", _conversation(primary_key=True), sa.Column("seq", sa.Integer, nullable=False))
    for statement in _INDEX if op.get_bind().dialect.name == "sqlite" else (_VECTOR,):
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE searched_words_index")
    op.drop_table("searched_until")
    op.drop_table("searched_words")
