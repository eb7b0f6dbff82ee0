"""Errors of the runtime that a channel has to know. Imports no Rasa."""


class TrackerUnavailable(RuntimeError):
    """A conversation's state could not be read or stored. Nothing of the turn is stored; it may be tried again."""
