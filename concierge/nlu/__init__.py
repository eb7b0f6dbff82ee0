"""How the assistant understands a message: Rasa components of our own, and what measures them."""
