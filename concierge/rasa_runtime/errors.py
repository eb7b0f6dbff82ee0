"""Errors of the runtime that a channel has to know. Imports no Rasa."""


class TurnUndone(RuntimeError):
    """A turn met trouble that passes by itself. Nothing of it is stored in the conversation's state: it may be taken
    again, whole. ``action`` is the one that met it, where one did."""

    def __init__(self, why: str, action: str = "") -> None:
        super().__init__(why)
        self.action = action


class TrackerUnavailable(TurnUndone):
    """A conversation's state could not be read or stored."""
