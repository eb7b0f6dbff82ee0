"""How well the assistant understands: asks it questions whose intents are known, and reports."""
