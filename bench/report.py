"""Writes what was measured: results.json, README.md with tables and ratios, and plots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.streams import ANSWERED, CARRIED

RESULTS = Path(__file__).with_name("results")
ONE = "one customer"
STARTER_WHERE_AIMS_WERE_SET = 64
TARGETS = {
    "messages a second, one customer": (">=", 220),
    "p50 ms, one customer": ("<=", 4.5),
    "p99 ms, one customer": ("<=", 12),
    "times the retail-demo-like": (">=", 6),
    "times the starter": (">=", 3),
    "turn 1000 / turn 1": ("<=", 1.3),
    "first answer, s": ("<=", 8),
    "memory of all processes, MB": ("<=", 600),
    "2,000 streams, answered by the assistant: post to receive p99, ms": ("<=", 50),
    "2,000 streams, with an advisor: post to receive p99, ms": ("<=", 50),
}


def write(results: dict[str, Any]) -> None:
    """Everything in ``bench/results``; a run of some parts only keeps the others as they were."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / "results.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    merged = {**known, **{key: value for key, value in results.items() if key != "assistants"}}
    merged["parts"] = {**known.get("parts", {}), **results.get("parts", {})}
    merged["assistants"] = {**known.get("assistants", {}), **results.get("assistants", {})}
    merged["targets"] = targets(merged)
    file.write_text(json.dumps(merged, indent=2, ensure_ascii=False) + "\n")
    (RESULTS / "README.md").write_text(_markdown(merged))
    _plots(merged)


def targets(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was aimed at, what was reached, and whether that is enough."""
    assistants = results["assistants"]
    reached: dict[str, float] = {}
    ours = assistants.get("concierge")
    if ours:
        speed = ours[ONE]["per_second"]
        reached["messages a second, one customer"] = speed
        reached["p50 ms, one customer"] = ours[ONE]["ms"]["p50"]
        reached["p99 ms, one customer"] = ours[ONE]["ms"]["p99"]
        reached["first answer, s"] = ours["start_s"]
        reached["memory of all processes, MB"] = ours["memory_mb"]["together"]
        growth = ours["growth_ms"]
        if "1000" in growth:
            reached["turn 1000 / turn 1"] = round(growth["1000"] / growth["1"], 2)
        for name, label in (("retail", "times the retail-demo-like"), ("starter", "times the starter")):
            if name in assistants and comparable(ours, assistants[name]):
                reached[label] = round(speed / assistants[name][ONE]["per_second"], 1)
    streams = results.get("streams")
    if streams and streams["streams"] == 2000:
        for who in (ANSWERED, CARRIED):
            reached[f"2,000 streams, {who}: post to receive p99, ms"] = streams[who]["received_ms"]["p99"]
    table = {}
    for label, (relation, aim) in TARGETS.items():
        if label in reached:
            value = reached[label]
            met = value >= aim if relation == ">=" else value <= aim
            table[label] = {"aim": f"{relation} {aim}", "reached": value, "met": met}
    return table


def comparable(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether both were asked the same, in one version of these questions."""
    return bool(one.get("asked")) and one.get("asked") == other.get("asked")


def _table(header: list[str], rows: list[list[Any]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def _markdown(results: dict[str, Any]) -> str:
    machine, assistants = results["machine"], results["assistants"]
    parts = [
        "# Benchmarks\n",
        f"{machine['cores']} × {machine['cpu']}, {machine['memory_mb']} MB, {machine['system']}, "
        f"Python {machine['python']}, {machine.get('python_loop_ns', '?')} ns for one round of a bare loop; load "
        f"before the run {machine['load_before']}; commit {results['commit']}, {results['date']}.\n",
        "Each assistant ran alone, all its processes pinned to one core, the load generator on another. Ours goes "
        "through intake and the durable conversation log; the others through Rasa's REST channel and the stores named. "
        "`make bench` repeats it; with TensorFlow: `python -m bench --with-tensorflow`.\n",
    ]
    if results.get("targets"):
        rows = [
            [label, one["aim"], one["reached"], "yes" if one["met"] else "**no**"]
            for label, one in results["targets"].items()
        ]
        parts += ["## Aims\n", _table(["", "aim", "reached", "met"], rows)]
        if "starter" in assistants:
            parts.append(
                f"The absolute aims were set on a machine on which the starter answered {STARTER_WHERE_AIMS_WERE_SET} "
                f"messages a second; here it answered {assistants['starter'][ONE]['per_second']}. Compare the ratios. "
                "Where the time goes: [profile.md](profile.md).\n"
            )
    parts.append("## Side by side\n")
    if any(not comparable(one, other) for one in assistants.values() for other in assistants.values()):
        parts.append(
            "**Not comparable:** these figures are not all of one set of questions. Ours answered a day's mix, the "
            "others texts of their own of two or three words, which cost less to understand; ratios are left out until "
            "`python -m bench --with-tensorflow` has asked all of them the same.\n"
        )
    for load in _loads(assistants):
        rows = []
        for one in assistants.values():
            if load in one:
                ms = one[load]["ms"]
                rows.append([one["title"], one[load]["per_second"], ms["p50"], ms["p95"], ms["p99"], ms["max"]])
        parts += [f"### {load}\n", _table(["", "messages/s", "p50 ms", "p95", "p99", "max"], rows)]
    rows = [
        [one["title"], one.get("training_s", "–"), one["first_start_s"], one["start_s"], one["memory_mb"]["together"]]
        for one in assistants.values()
    ]
    parts += ["### Start and memory\n", _table(["", "training s", "first start s", "restart s", "memory MB"], rows)]
    turns = sorted({int(turn) for one in assistants.values() for turn in one["growth_ms"]})
    rows = [[one["title"], *(one["growth_ms"].get(str(turn), "") for turn in turns)] for one in assistants.values()]
    parts += ["### Milliseconds (median) by turn of one conversation\n", _table(["", *map(str, turns)], rows)]
    parts.append("![speed](speed.png)\n\n![growth](growth.png)\n\n![start and memory](footprint.png)\n")
    ours = assistants.get("concierge")
    if ours:
        rows = [[kind, *(ms.values())] for kind, ms in ours[ONE]["by_kind"].items()]
        parts += ["## Ours, by what is asked (one customer)\n", _table(["", "p50 ms", "p95", "p99", "max"], rows)]
    if results.get("streams"):
        parts += _streams(results["streams"])
    parts += _parts(results.get("parts", {}))
    return "\n".join(parts)


def _streams(streams: dict[str, Any]) -> list[str]:
    waits = {"post_ms": "post until accepted", "received_ms": "post until heard", "answered_ms": "post until answered"}
    rows = [
        [who, streams[who]["posted"], streams[who]["received"], label, *streams[who][wait].values()]
        for who in (ANSWERED, CARRIED)
        for wait, label in waits.items()
        if wait in streams[who]
    ]
    return [
        f"## {streams['streams']:,} widget streams, {streams['posts_per_second']} posts a second\n",
        _table(["", "posted", "heard", "ms", "p50", "p95", "p99", "max"], rows),
        f"Streams lost: {streams['lost_streams']}. Memory: {streams['memory_mb']} MB.\n",
    ]


def _parts(parts: dict[str, Any]) -> list[str]:
    """Widget, understanding, decisions and orders alone."""
    lines = ["## Parts alone\n", "The widget on a slow phone: [widget.md](widget.md).\n"]
    if "nlu" in parts:
        cost = parts["nlu"]["cost"]["the whole of the understanding"]
        lines.append(f"Understanding a message: {cost['processor p50']:.1f} ms of processor time ([nlu.md](nlu.md)).\n")
    if "decisions" in parts:
        lines.append("Decisions: " + " ".join(parts["decisions"]) + ".\n")
    books = [one for name, one in sorted(parts.items()) if name.startswith("orders-")]
    rows = [
        [f"{one['database']}, {one['orders']:,} orders", asked, times["p50"], times["p99"], times["p999"], one["load"]]
        for one in books
        for asked, times in {**one["look_up_ms"], "a note written": one["write_ms"]}.items()
    ]
    if rows:
        lines.append(_table(["look-up", "asked with", "p50 ms", "p99", "p99.9", "load before"], rows))
        imports = (f"{one['database']} {one['import_per_second']['new']:,}" for one in books)
        lines.append(f"Orders imported a second: {', '.join(imports)}.\n")
    return lines


def _loads(assistants: dict[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    for one in assistants.values():
        found.update((key, None) for key, value in one.items() if isinstance(value, dict) and "per_second" in value)
    return list(found)


def _plots(results: dict[str, Any]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    assistants = list(results["assistants"].values())
    titles = [one["title"] for one in assistants]
    pyplot.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    ink, grey = "#111111", "#b0b0b0"

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 0.7 * len(titles) + 1.5))
    left.barh(titles, [one[ONE]["per_second"] for one in assistants], color=ink)
    left.set_title("messages a second, one customer")
    right.barh(titles, [one[ONE]["ms"]["p99"] for one in assistants], color=grey, label="p99")
    right.barh(titles, [one[ONE]["ms"]["p50"] for one in assistants], color=ink, label="p50")
    right.set_title("milliseconds, one customer")
    right.set_yticklabels([])
    right.legend(frameon=False)
    _save(figure, "speed.png", left, right)

    figure, axes = pyplot.subplots(figsize=(8, 4))
    for one, style in zip(assistants, ("-", "--", "-.", ":", (0, (1, 3))) * 2, strict=False):
        turns = sorted(int(turn) for turn in one["growth_ms"])
        axes.plot(turns, [one["growth_ms"][str(turn)] for turn in turns], style, color=ink, label=one["title"])
    axes.set(xscale="log", yscale="log", xlabel="turn of the conversation", title="milliseconds a message (median)")
    axes.legend(frameon=False)
    _save(figure, "growth.png")

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 0.7 * len(titles) + 1.5))
    left.barh(titles, [one["memory_mb"]["together"] for one in assistants], color=ink)
    left.set_title("memory of all processes, MB")
    right.barh(titles, [one["start_s"] for one in assistants], color=ink)
    right.set_title("start to first answer, s")
    right.set_yticklabels([])
    _save(figure, "footprint.png", left, right)
    pyplot.close("all")


def _save(figure: Any, name: str, *bars: Any) -> None:
    for axes in bars:
        axes.invert_yaxis()
    figure.tight_layout()
    figure.savefig(RESULTS / name, dpi=120, metadata={"Software": None})
