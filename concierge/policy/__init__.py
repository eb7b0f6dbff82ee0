"""The house's policies as data, and what they decide for one order. Knows neither Rasa, nor HTTP, nor a database.

Its names are read from their modules when they are first used: whoever takes proofs or days alone, as a front does,
need not have the rules in its memory.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concierge.policy.decision import KINDS, Decision, Note, Reason
    from concierge.policy.engine import House, load_house
    from concierge.policy.errors import PolicyError
    from concierge.policy.figures import Figure
    from concierge.policy.sources import Source

__all__ = ["KINDS", "Decision", "Figure", "House", "Note", "PolicyError", "Reason", "Source", "load_house"]


def __getattr__(name: str) -> Any:
    home: Any
    if name in {"KINDS", "Decision", "Note", "Reason"}:
        from concierge.policy import decision as home
    elif name in {"House", "load_house"}:
        from concierge.policy import engine as home
    elif name == "PolicyError":
        from concierge.policy import errors as home
    elif name == "Figure":
        from concierge.policy import figures as home
    elif name == "Source":
        from concierge.policy import sources as home
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(home, name)
