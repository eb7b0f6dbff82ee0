"""How the assistant understands a message: Rasa components of our own. What measures them: ``concierge.evaluation``."""
