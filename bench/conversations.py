"""What customers say in the benchmarks: the mix of a real day, in words that are not in the training data.

Every assistant is asked the same, whether or not it has an answer: a message costs by its length, and one of two words
is no measure for one of ten.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from bench.client import Step

TOPICS = [
    "I lost the return label that came with my parcel, what now?",
    "which cards can I pay with",
    "how quickly do you ship to Italy",
    "can I bring an online purchase back to a boutique",
    "I would like to book a visit in a boutique near me",
    "how should I look after a calfskin bag",
    "is a bag I saw in an outlet genuine",
    "my discount code is refused at checkout",
    "I cannot sign in to my account any more",
    "do you wrap presents",
    "please take me off your mailing list",
    "are duties included in the price",
    "where do I find the invoice of my purchase",
    "I got no confirmation by e-mail",
    "may my own courier collect the return",
    "how many times will the carrier try to deliver",
]
ORDERS = {
    "BA10000001": "can I still cancel it",
    "BA10000003": "and when does it come",
    "BA10000004": "I want to send the shoes back",
    "BA10000005": "I would like to return it",
    "BA10000007": "why was I charged less",
    "BA10000008": "the zip of the bag broke, can it be repaired",
}
SMALL_TALK = ["good afternoon", "thanks a lot", "are you a robot", "goodbye then"]
PERSON = "I would rather speak with a person"
FIRST = "good afternoon"


def day(seed: int = 1) -> Iterator[Sequence[Step]]:
    """Conversations of ten messages: seven topics, two about an order, one of small talk or, at times, a handover."""
    generator = random.Random(seed)
    number = 0
    while True:
        number += 1
        order, question = generator.choice(list(ORDERS.items()))
        steps = [Step("topic", text) for text in generator.sample(TOPICS, 7)]
        place = generator.randrange(8)
        steps[place:place] = [
            Step("order", f"where is my order {order}, I am claire@example.com"),
            Step("order", question),
        ]
        if number % 5 == 0:
            steps.append(Step("handover", PERSON))
        else:
            steps.insert(generator.randrange(10), Step("small talk", generator.choice(SMALL_TALK)))
        yield steps


def long() -> Iterator[Step]:
    """One conversation that does not end: topics only, so that every turn is worth the same."""
    while True:
        for text in TOPICS:
            yield Step("topic", text)
