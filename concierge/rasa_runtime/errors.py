"""Errors of the runtime that a channel has to know. Imports no Rasa."""


class TrackerUnavailable(RuntimeError):  # noqa: N818 - a state, not a mistake
    """A conversation's state could not be read or stored. Nothing of the turn is stored; it may be tried again."""
