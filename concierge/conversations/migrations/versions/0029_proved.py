"""What was ever proved in which conversation, so that those of the same customer are found by an index."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_AT_ONCE = 500


def upgrade() -> None:
    key = sa.ForeignKey("conversations.id", ondelete="CASCADE")
    proved = op.create_table(
        "proved",
        sa.Column("conversation_id", sa.String(40), key, primary_key=True),
        sa.Column("value", sa.String(320), primary_key=True),
        sa.Index("ix_proved_value", "value"),
    )
    connection = op.get_bind()
    conversations = sa.table("conversations", sa.column("id"), sa.column("attributes", sa.JSON))
    written = sa.cast(conversations.c.attributes, sa.Text)
    some = sa.or_(*(written.contains(name) for name in ('"verified_email"', '"proved_email"', '"proved_orders"')))
    last = ""
    while True:
        query = sa.select(conversations.c.id, written.label("attributes")).where(some, conversations.c.id > last)
        rows = connection.execute(query.order_by(conversations.c.id).limit(_AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1].id
        found = [{"conversation_id": row.id, "value": each} for row in rows for each in _values(row.attributes)]
        if found:
            connection.execute(proved.insert(), found)


def downgrade() -> None:
    op.drop_table("proved")


def _values(attributes: str) -> set[str]:
    try:
        known = json.loads(attributes)
    except ValueError:
        return set()
    if not isinstance(known, dict):
        return set()
    addresses = {str(known.get(name) or "") for name in ("verified_email", "proved_email")}
    return {each for each in (*addresses, *(known.get("proved_orders") or {})) if each}
