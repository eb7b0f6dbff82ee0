"""What an advisor is given with a conversation, and where it is sent: the desk, a webhook, a mailbox."""
