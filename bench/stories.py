"""What the stories cost in a turn: processor time inside the policy that remembers them, ours and Rasa's own.

    python -m bench.stories

The same conversations as in `bench.patches`, each of them with follow-ups that stories answer. The target is 0.2 ms.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.patches import assistant, conversation, hold, processor

TARGET = 0.2  # ms a message
MESSAGES = 600
FOLLOW_UPS = ["I lost my return label", "and who pays for that", "why is that", "can I cancel my order", "but why"]


class Meter:
    """Stands before the policy's prediction from before the model is loaded: what is loaded keeps the method it had."""

    def __init__(self, policy: type) -> None:
        self.policy, self.seconds = policy, 0.0
        self.predict: Any = policy.__dict__["predict_action_probabilities"]
        policy.predict_action_probabilities = self._measured()  # type: ignore[attr-defined]

    def _measured(self) -> Any:
        def predict_action_probabilities(*args: Any, **kwargs: Any) -> Any:
            begin = time.process_time()
            try:
                return self.predict(*args, **kwargs)
            finally:
                self.seconds += time.process_time() - begin

        return predict_action_probabilities

    def becomes(self, other: type) -> None:
        """From now on as this policy does it."""
        self.predict = other.predict_action_probabilities  # type: ignore[attr-defined]
        self.policy._prediction_states = other._prediction_states  # type: ignore[attr-defined]


async def cost(agent: Any, meter: Meter) -> tuple[float, float]:
    """Milliseconds a message inside the policy, and altogether."""
    texts = [*conversation(), *FOLLOW_UPS]
    await hold(agent, texts)
    rounds = -(-MESSAGES // len(texts))
    meter.seconds = 0.0
    whole = [await hold(agent, texts) for _ in range(rounds)]
    return meter.seconds * 1000 / (rounds * len(texts)), sum(whole) / rounds


def main() -> int:
    from rasa.core.policies.memoization import MemoizationPolicy

    from concierge.rasa_runtime.story_policy import StoryPolicy

    meter = Meter(StoryPolicy)
    with tempfile.TemporaryDirectory() as folder:
        agent = assistant(Path(folder))
        ours, turn = asyncio.run(cost(agent, meter))
        meter.becomes(MemoizationPolicy)
        theirs, _ = asyncio.run(cost(agent, meter))
        agent.action_endpoint.close()
    print(f"{processor()}, {MESSAGES} messages: ours {ours:.3f} ms of {turn:.2f} ms a message, Rasa's {theirs:.3f} ms")
    return 0 if ours <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
