"""A thousand messages with faults on each channel, one after the other: ``python -m bench.channels [--only NAME …]``.

Runs the test of the outbox against the fakes of the providers (tests/channels/messaging), which fails where a message
is there twice or out of order, or neither there nor shown as one of which nobody knows whether it arrived. Writes
``bench/results/channels.json`` and the table of ``bench/results/channels.md``; channels that were not run keep their
figures.
"""

from __future__ import annotations

from bench.channel_runs import MESSAGES, PAGE, Measurement, main

_TEST = "tests/channels/messaging/test_sending.py::test_hundreds_of_messages_with_faults"

OUTGOING = Measurement(
    about=__doc__ or "",
    test=lambda name: (f"{_TEST}[{name}]", {"CONCIERGE_TEST_MESSAGES": str(MESSAGES)}),
    # Calls that failed, messages that came twice, those of which nobody knows, and of these the ones that arrived.
    counted=lambda _, told: {what: told[what] for what in ("failed", "doubled", "held", "arrived")},
    columns={
        "calls that failed": lambda found: found["failed"],
        "lost unseen": lambda _: 0,  # or it would not have passed, as with the order
        "came twice": lambda found: found["doubled"],
        "out of order": lambda _: 0,
        "held": lambda found: found["held"],
        "of them there": lambda found: found["arrived"],
    },
    begin="<!-- made by python -m bench.channels -->\n",
    end="<!-- end -->",
    results=PAGE.with_suffix(".json"),
)

if __name__ == "__main__":
    main(OUTGOING)
