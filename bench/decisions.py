"""How many policy decisions one core makes in a second: every kind, on orders in every state, answers given.

    python bench/decisions.py [seconds]

The target is 20,000 a second. Orders and moments differ from call to call, so that nothing but the rules is warm.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta, timezone

from concierge.demo.orders import demo_orders
from concierge.policy import KINDS, load_house

TARGET = 20_000
FACTS = (
    {},
    {"original_condition": True, "opened": False, "seal_intact": True, "damage_cause": "defect"},
    {"original_condition": False, "opened": True, "seal_intact": False, "damage_cause": "wear"},
)


def main(seconds: float = 5.0) -> int:
    house = load_house()
    today = date(2026, 11, 21)
    now = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
    asked = [
        (kind, order, order.lines[0].id, facts, now + timedelta(hours=7 * index))
        for index, order in enumerate(demo_orders(today))
        for kind in KINDS
        for facts in FACTS
    ]
    outcomes: Counter[str] = Counter()
    done, begin = 0, time.process_time()  # of one core, whatever else the machine does
    while (elapsed := time.process_time() - begin) < seconds:
        for kind, order, line, facts, on in asked:
            outcomes[house.decide(kind, order, line=line, facts=facts, on=on).outcome] += 1
        done += len(asked)
    rate = done / elapsed
    told = ", ".join(f"{name} {count / done:.0%}" for name, count in outcomes.most_common())
    print(f"{rate:,.0f} decisions a second (target {TARGET:,}); {told}")
    return 0 if rate >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:2])))
