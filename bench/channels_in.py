"""A thousand messages that come in with faults on each channel, one after the other: ``python -m bench.channels_in
[--only NAME …]``.

Runs the test of the door (tests/channels/messaging/test_incoming.py) against what the fakes of the providers deliver,
which fails where a message is not in the log, there twice, or out of its customer's order. Writes
``bench/results/channels_in.json`` and its table in ``bench/results/channels.md``; channels that were not run keep their
figures.
"""

from __future__ import annotations

from bench.channel_runs import MESSAGES, PAGE, Measurement, main

_TEST = "tests/channels/messaging/test_incoming.py"
_COUNTED = ("deliveries", "refused", "doubled", "batched")

INCOMING = Measurement(
    about=__doc__ or "",
    test=lambda name: (_TEST, {"CONCIERGE_TEST_INCOMING": str(MESSAGES), "CONCIERGE_TEST_INCOMING_ONLY": name}),
    # Deliveries, those that were refused, that came twice, that held several messages.
    counted=lambda name, told: {what: told.get(f"{name}.{what}", 0) for what in _COUNTED},
    columns={
        "deliveries": lambda found: found["deliveries"],
        "refused": lambda found: found["refused"],
        "came twice": lambda found: found["doubled"],
        "of several": lambda found: found["batched"],
        "lost": lambda _: 0,  # or it would not have passed, as with the next two
        "doubled": lambda _: 0,
        "out of order": lambda _: 0,
    },
    begin="<!-- made by python -m bench.channels_in -->\n",
    end="<!-- end of channels_in -->",
    results=PAGE.with_name("channels_in.json"),
)

if __name__ == "__main__":
    main(INCOMING)
