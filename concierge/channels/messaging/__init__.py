"""Customers on messaging channels: the door that their providers call, the fitting of what is said, and its sending.

Knows nothing of Rasa. ``door`` takes deliveries in, ``receiving`` puts them into the log, ``fitting`` makes a message
what a channel takes, ``sending`` takes the outbox to the providers. A provider is one module in ``adapters``.
"""
