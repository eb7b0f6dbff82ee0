"""What makes Rasa's runtime fast, flat and safe: tracker store, lock store, action calls. No word of fashion in here.

Everything goes through Rasa's own extension points except :func:`install`, which replaces the few things that Rasa 3.6
offers no setting for; each says why beside it. Importing this package does not import Rasa.
"""

from __future__ import annotations


def install() -> None:
    """Prepares Rasa, once. The tracker store's module calls it too, so that the plain ``rasa run`` has it."""
    from concierge.rasa_runtime import action_calls, graph, live_tracker, rule_lookup, serving, stored_domain

    for part in (action_calls, graph, live_tracker, rule_lookup, serving, stored_domain):
        part.install()
