"""One module for each provider: what a delivery of theirs is, and how they are called. Found by being here."""
