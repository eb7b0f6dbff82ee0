"""An order number is heard beside small talk and doubt, and drowns neither a clear topic nor a call for a person."""

import pytest
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from concierge.nlu.classifier import SCOPE
from concierge.nlu.order_number_fallback import OrderNumberFallback


def heard(text: str, intent: str, confidence: float) -> str:
    best = {"name": intent, "confidence": confidence}
    message = Message({TEXT: text, INTENT: best, INTENT_RANKING_KEY: [best], SCOPE: {"score": 1.0}})
    OrderNumberFallback(OrderNumberFallback.get_default_config()).process([message])
    ranking = message.get(INTENT_RANKING_KEY)
    assert ranking[0] == message.get(INTENT)
    assert intent in [entry["name"] for entry in ranking], "what was thought is kept"
    return message.get(INTENT)["name"]


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "expected"),
    [
        ("hello dear, BA10000003", "greet", 0.99, "inform"),
        ("for fuck's sake, BA10000003", "swearing", 0.95, "inform"),
        ("it says BA10000003 on the box, whatever that is", "out_of_scope", 0.9, "inform"),
        ("BA10000003 was a present for my mother", "gifts", 0.5, "inform"),
        ("how long is the warranty of BA10000003", "repair_warranty", 0.9, "repair_warranty"),
        ("the perfume of BA10000003 burned my skin", "safety", 0.4, "safety"),
        ("my lawyer has BA10000003", "legal_threat", 0.4, "legal_threat"),
        ("a person please, BA10000003", "talk_to_advisor", 0.5, "talk_to_advisor"),
        ("hello dear", "greet", 0.99, "greet"),
    ],
)
def test_what_is_heard(text, intent, confidence, expected):
    assert heard(text, intent, confidence) == expected
