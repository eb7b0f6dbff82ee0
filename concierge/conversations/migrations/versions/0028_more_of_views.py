"""Views of the list of cases by topic, priority, who has them, and how they stand against when they are due."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_NEW = {"topic": 200, "priority": 12, "holder": 40, "due": 8}


def upgrade() -> None:
    for name, length in _NEW.items():
        op.add_column("desk_views", sa.Column(name, sa.String(length), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("desk_views") as table:
        for name in _NEW:
            table.drop_column(name)
