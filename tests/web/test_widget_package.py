"""The widget as an npm package, as a shop meets it: packed, installed into an empty project, type-checked, imported."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from concierge.settings import ROOT

WEB = ROOT / "concierge" / "web"
USED = """
import { load, type Concierge, type Options } from "concierge-widget";
const options: Options & { endpoint: string } = { endpoint: "/assistant", region: "EU", docked: true };
const concierge: Concierge = await load(options);
concierge.identify(async () => "token");
const stop: () => void = concierge.on("unread", (count) => count.toFixed());
concierge.on("owner", ({ owner, advisor }) => [owner, advisor.length]);
document.querySelector("concierge-widget")?.show();
stop();
"""
# What must not compile is a line of its own.
REFUSED = [
    'concierge.on("never", () => undefined);',
    'load({ region: "EU" });',
    'concierge.update({ theme: "pink" });',
    "concierge.ask(1);",
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project with the packed package installed, which needs nothing from anywhere."""
    folder = tmp_path_factory.mktemp("shop")
    run(WEB, "npm", "run", "--silent", "pack")
    packed = json.loads(run(WEB / "dist" / "package", "npm", "pack", "--json", "--pack-destination", str(folder)))
    (folder / "package.json").write_text('{"name": "shop", "private": true, "type": "module"}')
    run(folder, "npm", "install", "--offline", "--no-audit", "--no-fund", f"./{packed[0]['filename']}")
    return folder


def run(folder: Path, name: str, *arguments: str, fails: bool = False) -> str:
    environment = {**os.environ, "PATH": f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    program = shutil.which(name, path=environment["PATH"])
    assert program, f"{name} is missing: `make run` brings it."
    command = [program, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stdout


def test_it_needs_nothing_and_says_what_it_is(shop: Path) -> None:
    installed = shop / "node_modules" / "concierge-widget"
    described = json.loads((installed / "package.json").read_text())
    assert not {"dependencies", "peerDependencies", "scripts"} & described.keys()
    assert described["version"] == json.loads((WEB / "package.json").read_text())["version"]
    assert {"index.js", "index.d.ts", "public.d.ts", "assets", "LICENSE", "README.md"} <= {
        each.name for each in installed.iterdir()
    }
    assert [each.name for each in (shop / "node_modules").iterdir() if not each.name.startswith(".")] == [
        "concierge-widget"
    ]


def test_a_server_may_import_it_and_is_told_that_load_needs_a_browser(shop: Path) -> None:
    said = run(
        shop, "node", "-e", "import('concierge-widget').then(w => w.load({})).catch(e => console.log(e.message))"
    )
    assert "in the browser" in said


@pytest.mark.parametrize("resolution", ["bundler", "nodenext"])
def test_its_types_hold(shop: Path, resolution: str) -> None:
    check = [str(WEB / "node_modules" / "typescript" / "bin" / "tsc"), "--noEmit", "--strict", "--target", "es2022"]
    module = "nodenext" if resolution == "nodenext" else "esnext"
    check += ["--module", module, "--moduleResolution", resolution, "--types", ""]
    (shop / "used.ts").write_text(USED)
    run(shop, "node", *check, "used.ts")
    (shop / "refused.ts").write_text(USED + "\n".join(REFUSED))
    said = run(shop, "node", *check, "refused.ts", fails=True)
    first = USED.count("\n") + 1
    lines = {int(line.partition("(")[2].partition(",")[0]) for line in said.splitlines() if line.startswith("refused")}
    assert lines == set(range(first, first + len(REFUSED)))
