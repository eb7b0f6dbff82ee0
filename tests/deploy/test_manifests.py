"""deploy/: what is applied is what its tools take, and keeps what SECURITY.md says of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import concierge
from concierge.settings import ROOT, Settings
from tools import nginx

DEPLOY = ROOT / "deploy"
CHECKS = ROOT / ".venv-deploy" / "bin"
KUBERNETES = "1.30"
KINDS = ("front", "desk", "assistant")


def checked(*command: str | Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def documents(path: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(path.read_text("utf-8")) if each]


def helm(values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """``chart.py`` on the chart, with a house's values."""
    command = [CHECKS / "python", Path(__file__).with_name("chart.py"), DEPLOY / "helm", KUBERNETES]
    return subprocess.run(command, input=json.dumps(values), capture_output=True, text=True, check=False)


def rendered(values: dict[str, Any]) -> dict[str, Any]:
    done = helm(values)
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    made["files"] = {Path(name).name: text for name, text in made["files"].items()}
    made["notes"] = made["files"].pop("NOTES.txt")
    made["objects"] = {
        (each["kind"], each["metadata"]["name"]): each
        for text in made["files"].values()
        for each in yaml.safe_load_all(text)
        if each
    }
    return made


SECRET = dict.fromkeys(("CONCIERGE_DATABASE_URL", "CONCIERGE_ORDERS_URL", "CONCIERGE_SECRET"), "x")


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    """As the chart comes, but for the secrets, without which it refuses."""
    return rendered({"secret": {"values": SECRET}})


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    return rendered(documents(DEPLOY / "helm" / "example.yaml")[0])


@pytest.fixture(scope="module")
def base(plain: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return plain["objects"]


def test_the_schemas_of_compose_and_kubernetes_take_them(
    plain: dict[str, Any], example: dict[str, Any], tmp_path: Path
) -> None:
    checked(CHECKS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")
    for number, made in enumerate((plain, example)):
        assert made["findings"] == []
        assert len(made["objects"]) >= 13
        file = tmp_path / f"{number}.yaml"
        file.write_text("\n---\n".join(made["files"].values()))
        checked(CHECKS / "kubernetes-validate", "-k", KUBERNETES, "--strict", file)


def test_the_schemas_are_asked_in_earnest(plain: dict[str, Any], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(plain["files"]["processes.yaml"].replace("replicas: 2", "replicas: two"))
    command = [CHECKS / "kubernetes-validate", "-k", KUBERNETES, "--strict", wrong]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
    wrong.write_text((DEPLOY / "compose.yaml").read_text().replace("read_only: true", "read_onl: true"))
    command = [CHECKS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", wrong]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_the_chart_is_of_this_version(plain: dict[str, Any]) -> None:
    assert plain["app"] == concierge.__version__


def test_a_houses_own_values_are_kept(example: dict[str, Any]) -> None:
    found = example["objects"]
    assert found["Deployment", "concierge-assistant"]["spec"]["replicas"] == 4
    container = found["Deployment", "concierge-front"]["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "registry.example.com/concierge-front:1"
    assert [next(iter(each.values()))["name"] for each in container["envFrom"]] == ["concierge", "concierge-settings"]
    assert not [name for kind, name in found if kind == "Secret"], "it is there already"
    settings = found["ConfigMap", "concierge"]["data"]
    assert (settings["CONCIERGE_PROXIES"], settings["CONCIERGE_ALLOWED_ORIGINS"]) == ("1", "https://www.example.com")
    rule = found["Ingress", "concierge-front"]["spec"]["rules"][0]
    assert rule["host"] == "assistant.example.com"
    paths = {each["path"]: each["backend"]["service"]["name"] for each in rule["http"]["paths"]}
    assert set(paths.values()) == {"concierge-front"}
    assert not {path for path in paths if re.match("/(health|metrics|desk|$)", path)}
    assert "rollout restart" in example["notes"]


def test_secrets_of_the_house_are_in_a_secret_and_nowhere_else() -> None:
    made = rendered({"secret": {"values": {**SECRET, "CONCIERGE_SECRET": "not-to-be-seen"}}})
    assert made["objects"]["Secret", "concierge"]["stringData"]["CONCIERGE_SECRET"] == "not-to-be-seen"
    del made["files"]["settings.yaml"]
    assert "not-to-be-seen" not in str(made["files"]) + made["notes"]


def test_other_settings_start_the_processes_anew(plain: dict[str, Any]) -> None:
    def sums(made: dict[str, Any]) -> set[str]:
        pods = [each["spec"]["template"] for (kind, _), each in made["objects"].items() if kind == "Deployment"]
        return {pod["metadata"]["annotations"]["checksum/settings"] for pod in pods}

    other = rendered({"secret": {"values": SECRET}, "settings": {"CONCIERGE_MESSAGES_PER_MINUTE": "10"}})
    assert len(sums(plain)) == len(sums(other)) == 1
    assert sums(plain) != sums(other)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "CONCIERGE_DATABASE_URL"),
        ({"secret": {"values": {**SECRET, "CONCIERGE_SECRET": ""}}}, "CONCIERGE_SECRET"),
        ({"secret": {"existing": "x"}, "front": {"replica": 2}}, "replica"),
        ({"secret": {"existing": "x"}, "settings": {"PROXIES": "1"}}, "PROXIES"),
        ({"secret": {"existing": "x"}, "settings": {"CONCIERGE_PROXIES": 1}}, "CONCIERGE_PROXIES"),
        ({"secret": {"existing": "x"}, "ingress": {"enabled": True}}, "host"),
    ],
)
def test_values_that_are_wrong_or_wanting_are_refused_by_name(values: dict[str, Any], said: str) -> None:
    done = helm(values)
    assert done.returncode == 1
    assert said in done.stderr


def test_a_house_may_let_nobody_in() -> None:
    made = rendered({"secret": {"existing": "x"}, "network": {"from": [], "ports": [5432]}})["objects"]
    assert made["NetworkPolicy", "concierge-public"]["spec"]["ingress"] == [], "an empty `from` would let everybody in"


@pytest.mark.parametrize("kind", KINDS)
def test_every_pod_is_without_rights_on_a_root_that_is_read_only(base: dict, kind: str) -> None:
    deployment = base["Deployment", f"concierge-{kind}"]
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert deployment["spec"]["replicas"] >= 2
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"startupProbe", "livenessProbe", "readinessProbe", "resources"} <= set(container)
    assert "/health/ready" in str(container["readinessProbe"])
    assert "/health/live" in str(container["livenessProbe"]), "a database that is away is no reason for a restart"
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    chosen = deployment["spec"]["selector"]["matchLabels"]
    assert chosen.items() <= labels.items()
    assert chosen["app.kubernetes.io/component"] == kind
    budget = base["PodDisruptionBudget", f"concierge-{kind}"]["spec"]
    assert (budget["maxUnavailable"], budget["selector"]["matchLabels"]) == (1, chosen)


def test_fronts_and_desks_share_the_customers_files(base: dict) -> None:
    assert base["PersistentVolumeClaim", "concierge-files"]["spec"]["accessModes"] == ["ReadWriteMany"]
    compose = documents(DEPLOY / "compose.yaml")[0]["services"]
    for kind in ("front", "desk"):
        pod = base["Deployment", f"concierge-{kind}"]["spec"]["template"]["spec"]
        assert {"name": "files", "persistentVolumeClaim": {"claimName": "concierge-files"}} in pod["volumes"]
        (mounted,) = [each["mountPath"] for each in pod["containers"][0]["volumeMounts"] if each["name"] == "files"]
        assert mounted == compose[kind]["environment"]["CONCIERGE_FILES_ROOT"]
        assert compose[kind]["volumes"] == [f"files:{mounted}"]


def test_nothing_reaches_an_assistant(base: dict) -> None:
    policy = base["NetworkPolicy", "concierge-assistant"]["spec"]
    pod = base["Deployment", "concierge-assistant"]["spec"]["template"]
    assert policy["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    assert policy["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "assistant"
    assert (policy["policyTypes"], policy["ingress"]) == (["Ingress"], [])
    assert "ports" not in pod["spec"]["containers"][0]
    assert ("Service", "concierge-assistant") not in base
    for (kind, name), each in base.items():  # policies add up: none of the others may choose it
        if kind == "NetworkPolicy" and "Ingress" in each["spec"]["policyTypes"] and name != "concierge-assistant":
            (chosen,) = each["spec"]["podSelector"]["matchExpressions"]
            assert chosen == {"key": "app.kubernetes.io/component", "operator": "In", "values": ["front", "desk"]}
    compose = documents(DEPLOY / "compose.yaml")[0]["services"]
    assert [name for name, service in compose.items() if service.get("ports")] == ["proxy"]
    assert not compose["assistant"].get("expose")


def test_of_compose_every_service_of_ours_is_without_rights() -> None:
    services = documents(DEPLOY / "compose.yaml")[0]["services"]
    for name in (*KINDS, "proxy"):
        service = services[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    for kind in KINDS:
        assert services[kind]["healthcheck"]["test"][0] == "CMD"
    named = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    offered = set(re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "compose.env.example").read_text(), re.MULTILINE))
    assert named == offered


def test_the_proxy_is_given_all_that_its_configuration_names() -> None:
    named = set(re.findall(r"\$\{([A-Z_]+)\}", nginx.TEMPLATE.read_text()))
    assert named == set(documents(DEPLOY / "compose.yaml")[0]["services"]["proxy"]["environment"])


def test_every_setting_in_deploy_is_one() -> None:
    known = {f"CONCIERGE_{name.upper()}" for name in Settings.__fields__}
    texts = [path.read_text("utf-8") for path in DEPLOY.rglob("*") if path.is_file()]
    found = {name for text in texts for name in re.findall(r"\bCONCIERGE_[A-Z_]+\b", text)}
    assert found - known == set()


@pytest.mark.parametrize("kind", KINDS)
def test_units_start_what_there_is_and_no_more_than_it_needs(kind: str) -> None:
    (path,) = (DEPLOY / "systemd").glob(f"concierge-{kind}*.service")
    unit = path.read_text()
    assert re.search(rf"^ExecStart=/opt/concierge/\.venv(-front)?/bin/python -m concierge {kind}$", unit, re.MULTILINE)
    for line in (
        "User=concierge",
        "ProtectSystem=strict",
        "NoNewPrivileges=true",
        "CapabilityBoundingSet=",
        "Restart=always",
    ):
        assert f"\n{line}\n" in unit, line
    target = (DEPLOY / "systemd" / "concierge.target").read_text()
    assert path.name.replace("@.service", "@") in target


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="has systemd read them where it is")
def test_systemd_reads_the_units() -> None:
    units = sorted((DEPLOY / "systemd").iterdir())
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if "is not executable: No such file" not in line]
    assert said == [], "but that nothing is installed here"
