"""Sign-in at the desk by OpenID Connect: whom a provider means, and what is under way there."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("advisor_sessions", sa.Column("openid", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "advisor_identities",
        sa.Column("issuer", sa.String(255), primary_key=True),
        sa.Column("subject", sa.String(255), primary_key=True),
        sa.Column("advisor_id", sa.String(40), sa.ForeignKey("advisors.id", ondelete="CASCADE"), nullable=False),
        sa.UniqueConstraint("issuer", "advisor_id", name="uq_advisor_identities_advisor"),
    )
    op.create_table(
        "openid_attempts",
        sa.Column("state", sa.String(64), primary_key=True),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(64), nullable=False),
        sa.Column("expires_at", UTCDateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("openid_attempts")
    op.drop_table("advisor_identities")
    with op.batch_alter_table("advisor_sessions") as table:
        table.drop_column("openid")
