"""The house's policies as data, and what they decide for one order. Knows neither Rasa, nor HTTP, nor a database."""

from concierge.policy.decision import KINDS, Decision, Note, Reason
from concierge.policy.engine import House, load_house
from concierge.policy.errors import PolicyError
from concierge.policy.figures import Figure
from concierge.policy.sources import Source

__all__ = ["KINDS", "Decision", "Figure", "House", "Note", "PolicyError", "Reason", "Source", "load_house"]
