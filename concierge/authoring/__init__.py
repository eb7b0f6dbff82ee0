"""For those who write what the assistant says: checks of it, templates of what is new. Nothing of it runs in a turn."""
