"""${message}"""

import sqlalchemy as sa
from alembic import op

from concierge.database import UTCDateTime

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
# Where this takes something away or changes its meaning: the newest migration that the oldest program knows which works
# without it (concierge.schema_version). Otherwise leave it out.
# oldest_program = ""


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
