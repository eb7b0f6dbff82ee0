"""The tables, as SQLAlchemy Core sees them. The migrations make them; a test holds the two together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from concierge.storage.database import UTCDateTime

metadata = sa.MetaData()

# Written out, not bound, wherever it is used: SQLite takes a partial index only for a condition it can read.
PENDING = "state IN ('new', 'processing')"
WAITING = "state = 'waiting'"


class Document(sa.types.TypeDecorator):
    """A JSON object; what cannot be read as one comes back empty, so that one broken row stops nobody's work."""

    impl = sa.JSON
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], dict[str, Any]]:
        read = self.impl.result_processor(dialect, coltype)

        def document(value: Any) -> dict[str, Any]:
            try:
                found = read(value) if read else value
            except (ValueError, TypeError):
                return {}
            return found if isinstance(found, dict) else {}

        return document


conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("address", sa.String(200)),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("region", sa.String(8), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("email", sa.String(320), nullable=False),
    sa.Column("owner", sa.String(12), nullable=False),
    sa.Column("case_id", sa.String(40)),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("attributes", sa.JSON, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("updated_at", UTCDateTime, nullable=False, index=True),
    sa.UniqueConstraint("channel", "address", name="uq_conversations_channel_address"),
)

# What was ever proved in it, addresses and orders' numbers, as concierge.conversations.proved keeps them.
proved = sa.Table(
    "proved",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("value", sa.String(320), primary_key=True),
    sa.Index("ix_proved_value", "value"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("client_key", sa.String(200)),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("lease_until", UTCDateTime),
    sa.Column("meta", sa.JSON, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.UniqueConstraint("conversation_id", "client_key", name="uq_messages_client_key"),
    sa.Index(
        "ix_messages_inbox",
        "conversation_id",
        "seq",
        sqlite_where=sa.text(PENDING),
        postgresql_where=sa.text(PENDING),
    ),
)

advisors = sa.Table(
    "advisors",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("login", sa.String(100), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("second_factor", sa.String(64), nullable=False, server_default=""),  # the secret of its one-time codes
    sa.Column("last_code", sa.Integer, nullable=False, server_default="0"),  # the time step of the one used last
    sa.Column("languages", sa.JSON, nullable=False, server_default="[]"),  # that they serve; empty: all
    sa.Column("queues", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("capacity", sa.Integer),  # open cases at once
    sa.Column("presence", sa.String(8), nullable=False, server_default="here"),  # as they chose it
    sa.Column("seen_at", UTCDateTime),  # when a page of theirs was last open
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("status", sa.String(12), nullable=False, index=True),
    sa.Column("reason", sa.String(100), nullable=False),
    sa.Column("priority", sa.String(12), nullable=False),
    sa.Column("queue", sa.String(100), nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("package", Document, nullable=False),
    sa.Column("advisor_id", sa.ForeignKey("advisors.id")),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("claimed_at", UTCDateTime),
    sa.Column("closed_at", UTCDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("brief", Document, nullable=False, server_default="{}"),
    sa.Column("snoozed_at", UTCDateTime),
    sa.Column("snoozed_until", UTCDateTime),
    sa.Column("due_at", UTCDateTime),
    sa.Column("replied_at", UTCDateTime),
    sa.Column("escalated_at", UTCDateTime),
    sa.Column("merged_into", sa.String(40), index=True),  # a case, unless that was erased since
)

# What an advisor has begun to write in a case, until it is sent.
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("case_id", sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("advisor_id", sa.ForeignKey("advisors.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("kind", sa.String(12), primary_key=True),  # reply, note, closing
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("updated_at", UTCDateTime, nullable=False),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("order_number", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("outcome", sa.String(40), nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
)

# Tries at proving whose an order is: ``network`` and ``order_key`` are what they are counted for beside the
# conversation, in disguise.
lookups = sa.Table(
    "lookups",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("network", sa.String(64), nullable=False, index=True),
    sa.Column("order_key", sa.String(64), nullable=False, server_default="", index=True),
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Column("checking", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", UTCDateTime, nullable=False),
)

# What a customer asked while the order system was down and is to be told of in the same conversation.
promised_answers = sa.Table(
    "promised_answers",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("request", Document, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # waiting, asked (the inbox has it), done
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", UTCDateTime, nullable=False, index=True),  # also the lease of whoever tries
    sa.Column("give_up_at", UTCDateTime, nullable=False),
    sa.Column("message_seq", sa.Integer),  # of the event that has the assistant answer
    sa.Column("created_at", UTCDateTime, nullable=False),
)

# Where a conversation's words go out to, on a channel whose provider has to be called: only those have a row. ``claim``
# and the lease are of whoever is sending; ``tries`` and ``next_at`` of what the provider has not taken yet.
outlets = sa.Table(
    "outlets",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("heard_at", UTCDateTime, nullable=False),  # the customer's latest message, by the provider's clock
    sa.Column("details", Document, nullable=False),  # what answering needs, such as a reply token
    sa.Column("claim", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", UTCDateTime),
    sa.Column("lease_until", UTCDateTime),
)

# What is to be sent and what became of it: a row for each message of the log, written together with it.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # waiting, sent, delivered, read, failed
    sa.Column("error", sa.String(100), nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Index(
        "ix_outbox_waiting", "conversation_id", "seq", sqlite_where=sa.text(WAITING), postgresql_where=sa.text(WAITING)
    ),
)

# What the provider has taken: a long message goes out in several parts.
outbox_parts = sa.Table(
    "outbox_parts",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("provider_id", sa.String(200), nullable=False, index=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
)

# Where the package of a case goes besides the desk, and what became of it. ``claim`` and the lease are of whoever is
# sending; ``noted``: what the other system has taken of it so far.
handoffs = sa.Table(
    "handoffs",
    metadata,
    sa.Column("case_id", sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("destination", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("state", sa.String(12), nullable=False),  # waiting, sent, refused, withdrawn
    sa.Column("claim", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("noted", Document, nullable=False),
    sa.Column("error", sa.String(100), nullable=False),
    sa.Column("next_at", UTCDateTime, nullable=False),
    sa.Column("held", sa.Boolean, nullable=False),  # nothing is to be sent there before ``next_at``
    sa.Column("lease_until", UTCDateTime),
    sa.Column("failing_since", UTCDateTime),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("sent_at", UTCDateTime),
    sa.Index(
        "ix_handoffs_waiting",
        "destination",
        "next_at",
        sqlite_where=sa.text(WAITING),
        postgresql_where=sa.text(WAITING),
    ),
)

# Codes that are sent by e-mail, one row for each mail, which is also its place in the queue. The code itself is
# nowhere: it follows from the row's id and the installation's secret. ``recipient`` is empty once the mail is out.
mailed_codes = sa.Table(
    "mailed_codes",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("order_number", sa.String(40), nullable=False),
    sa.Column("order_key", sa.String(64), nullable=False, index=True),
    sa.Column("address_key", sa.String(64), nullable=False, index=True),
    sa.Column("recipient", sa.String(320), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # waiting, sent, failed, over (used, or guessed at too often)
    sa.Column("tries", sa.Integer, nullable=False),  # to send it
    sa.Column("guesses", sa.Integer, nullable=False),
    sa.Column("next_at", UTCDateTime, nullable=False, index=True),  # also the lease of whoever sends
    sa.Column("ends_at", UTCDateTime, nullable=False),  # of sending, then of the code
    sa.Column("created_at", UTCDateTime, nullable=False),
)

# Advisors whom a colleague's note names, until they have looked at it.
mentions = sa.Table(
    "mentions",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),  # the note's
    sa.Column("advisor_id", sa.ForeignKey("advisors.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("seen_at", UTCDateTime),
    sa.Index("ix_mentions_advisor_id", "advisor_id", "seen_at"),
)

# How far a customer's page has shown the conversation, and when it was last in front of them.
read_marks = sa.Table(
    "read_marks",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
)

# How far the advisor who has the conversation has read it.
read_by_advisors = sa.Table(
    "read_by_advisors",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
)

# What customers see an advisor by: a small picture, under a name that follows from what is in it.
portraits = sa.Table(
    "portraits",
    metadata,
    sa.Column("advisor_id", sa.ForeignKey("advisors.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("name", sa.String(40), nullable=False, index=True),
    sa.Column("picture", sa.LargeBinary, nullable=False),
)

# Questions of customers that advisors have marked as wrongly understood, for whoever looks after the training data.
marked_wrong = sa.Table(
    "marked_wrong",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),  # which question of the message
    sa.Column("was", sa.String(100), nullable=False),  # the intent that was understood
    sa.Column("meant", sa.String(100), nullable=False),
    sa.Column("by", sa.String(100), nullable=False),  # an advisor's login
    sa.Column("at", UTCDateTime, nullable=False, index=True),
)

# Customers of the website who are written to once an advisor has answered: at which address, up to which message, and
# which of their own messages came by mail last. Without an address, only what an open page has shown. ``thread`` is in
# every such mail's id, by which an answer finds the conversation; ``next_at`` is the lease of whoever sends, or when a
# mail that was not taken is tried again.
mail_threads = sa.Table(
    "mail_threads",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("recipient", sa.String(320), nullable=False),
    sa.Column("thread", sa.String(24), nullable=False, index=True),
    sa.Column("shown_seq", sa.Integer, nullable=False),
    sa.Column("mailed_seq", sa.Integer, nullable=False),
    sa.Column("heard_seq", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", UTCDateTime, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
)

# Views of the list of cases that an advisor has kept: an empty field narrows nothing.
desk_views = sa.Table(
    "desk_views",
    metadata,
    sa.Column("advisor_id", sa.ForeignKey("advisors.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("queue", sa.String(100), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("updated_at", UTCDateTime, nullable=False),
    sa.Column("topic", sa.String(200), nullable=False, server_default=""),
    sa.Column("priority", sa.String(12), nullable=False, server_default=""),
    sa.Column("holder", sa.String(40), nullable=False, server_default=""),  # an advisor
    sa.Column("due", sa.String(8), nullable=False, server_default=""),  # calm, soon, late
)

# Replies that leads have written for everybody, in place of those that the desk begins with (concierge/desk/canned.yml)
# and beside them. An empty text takes one of those away.
canned_replies = sa.Table(
    "canned_replies",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("language", sa.String(8), primary_key=True),
    sa.Column("title", sa.String(100), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("updated_at", UTCDateTime, nullable=False),
)

# What customers and advisors have sent besides words: one row for each, which is also its place in the queue of what is
# still to be fetched from a messaging provider. The content is in the file store, under ``name``, a photo's small
# picture beside it where ``small`` says so; nothing of them is here. ``title``: what its sender called the file.
sent_files = sa.Table(
    "sent_files",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # waiting, kept, refused
    sa.Column("reason", sa.String(100), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", UTCDateTime, nullable=False, index=True),  # also the lease of whoever fetches
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("title", sa.String(200), nullable=False, server_default=""),
    sa.Column("small", sa.Boolean, nullable=False, server_default=sa.false()),
)

# Links of the house that open nothing any more: one of them by its digest, or all of an order's that were made before.
# ``ends_at``: when none of them would hold any more anyhow.
revoked_links = sa.Table(
    "revoked_links",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("made_before", sa.BigInteger, nullable=False),
    sa.Column("ends_at", UTCDateTime, nullable=False, index=True),
)

# The words of what was said in cases, as concierge.conversations.searched makes them, and up to which message. Their
# index (the migration's: FTS5, or GIN) is none that SQLAlchemy knows.
searched_words = sa.Table(
    "searched_words",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.UniqueConstraint("conversation_id", "seq", name="uq_searched_words_message"),
)
searched_until = sa.Table(
    "searched_until",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
)

# Who is writing just now; a row is worthless after ``until`` and is never part of the conversation.
typing = sa.Table(
    "typing",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role", sa.String(12), primary_key=True),
    sa.Column("until", UTCDateTime, nullable=False, index=True),
)

# Where an advisor is signed in. Without its row a session is over, whatever cookie is shown.
advisor_sessions = sa.Table(
    "advisor_sessions",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("advisor_id", sa.ForeignKey("advisors.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("expires_at", UTCDateTime, nullable=False, index=True),
    sa.Column("begun_at", UTCDateTime),
    sa.Column("browser", sa.String(200), nullable=False, server_default=""),
    sa.Column("openid", sa.Boolean, nullable=False, server_default=sa.false()),  # begun by OpenID Connect
)

# Whom an OpenID Connect provider means: from the first sign-in on an account belongs to one subject of an issuer.
advisor_identities = sa.Table(
    "advisor_identities",
    metadata,
    sa.Column("issuer", sa.String(255), primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    sa.Column("advisor_id", sa.ForeignKey("advisors.id", ondelete="CASCADE"), nullable=False),
    sa.UniqueConstraint("issuer", "advisor_id", name="uq_advisor_identities_advisor"),
)

# Sign-ins that are under way at the provider: state and browser as digests. Each is taken once.
openid_attempts = sa.Table(
    "openid_attempts",
    metadata,
    sa.Column("state", sa.String(64), primary_key=True),
    sa.Column("browser", sa.String(64), nullable=False),
    sa.Column("nonce", sa.String(64), nullable=False),
    sa.Column("verifier", sa.String(64), nullable=False),
    sa.Column("expires_at", UTCDateTime, nullable=False, index=True),
)

# What was done to accounts, to what everybody uses, and by whom contact details were seen: names of advisors and ids of
# cases, nothing of customers.
desk_audit = sa.Table(
    "desk_audit",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("at", UTCDateTime, nullable=False, index=True),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("whom", sa.String(200), nullable=False),
    sa.Column("details", sa.String(400), nullable=False),
)

# Logins at the desk that failed, or are being checked: one row for each limit that counts them
# (concierge.desk.login_failures).
login_failures = sa.Table(
    "login_failures",
    metadata,
    sa.Column("attempt", sa.String(40), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True, index=True),
    sa.Column("created_at", UTCDateTime, nullable=False, index=True),
)

# What was erased, handed out or deleted with time, by whom: kinds and numbers of rows, nothing personal. ``todo`` names
# the conversations and orders of an erasure that has begun, until it is done; a store that is down may keep it waiting.
privacy_proofs = sa.Table(
    "privacy_proofs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),  # erasure, export, retention
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("conversations", sa.Integer, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("todo", sa.JSON, nullable=False),
    sa.Column("begun_at", UTCDateTime, nullable=False, index=True),
    sa.Column("done_at", UTCDateTime),
)

# Digests of the ids of conversations that are gone for good, so that nothing comes back under one of them.
erased_conversations = sa.Table(
    "erased_conversations",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("proof_id", sa.String(40), nullable=False),
    sa.Column("erased_at", UTCDateTime, nullable=False, index=True),
)

# When a task that runs once a day is due again: whoever moves it on does it, however many processes there are.
daily_tasks = sa.Table(
    "daily_tasks",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("next_at", UTCDateTime, nullable=False),
)

# What processes without an address count, in Prometheus's format and packed, for a front to tell; worthless after
# ``until``.
told_metrics = sa.Table(
    "told_metrics",
    metadata,
    sa.Column("process", sa.String(200), primary_key=True),
    sa.Column("until", UTCDateTime, nullable=False),
    sa.Column("metrics", sa.LargeBinary, nullable=False),
)
