"""What an advisor is given with a conversation, and where it is sent: the desk, and other systems."""
