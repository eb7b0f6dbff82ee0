"""What the assistant makes of a message: what is known, what is decided, what is said and asked next.

Knows nothing of Rasa: a ``Turn`` is made of plain data and ends in an ``Outcome``. ``actions/`` makes one of Rasa's
tracker and gives Rasa the other; a test makes both by hand, without a model.
"""
