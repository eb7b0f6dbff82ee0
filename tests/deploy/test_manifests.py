"""deploy/: what is applied is what its tools take, and keeps what SECURITY.md says of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

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


@pytest.fixture(scope="module")
def base() -> dict[tuple[str, str], dict[str, Any]]:
    files = [path for path in (DEPLOY / "kubernetes" / "base").glob("*.yaml") if path.name != "kustomization.yaml"]
    return {(each["kind"], each["metadata"]["name"]): each for path in files for each in documents(path)}


def test_the_schemas_of_compose_and_kubernetes_take_them() -> None:
    checked(CHECKS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")
    manifests = [path for path in DEPLOY.rglob("kubernetes/*/*.yaml") if path.name != "kustomization.yaml"]
    assert len(manifests) >= 5
    checked(CHECKS / "kubernetes-validate", "-k", KUBERNETES, "--strict", *manifests)


def test_the_schemas_are_asked_in_earnest(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text((DEPLOY / "kubernetes/base/front.yaml").read_text().replace("replicas: 2", "replicas: two"))
    command = [CHECKS / "kubernetes-validate", "-k", KUBERNETES, "--strict", wrong]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
    wrong.write_text((DEPLOY / "compose.yaml").read_text().replace("read_only: true", "read_onl: true"))
    command = [CHECKS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", wrong]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.skipif(not shutil.which("kubectl"), reason="renders with kubectl where there is one")
def test_a_houses_own_kustomization_renders(tmp_path: Path) -> None:
    rendered = tmp_path / "rendered.yaml"
    rendered.write_text(checked("kubectl", "kustomize", DEPLOY / "kubernetes" / "example"))
    checked(CHECKS / "kubernetes-validate", "-k", KUBERNETES, "--strict", rendered)
    found = {(each["kind"], each["metadata"]["name"]): each for each in documents(rendered)}
    assert found["Deployment", "concierge-assistant"]["spec"]["replicas"] == 4
    container = found["Deployment", "concierge-front"]["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "registry.example.com/concierge-front:1"
    names = {name for kind, name in found if kind in ("Secret", "ConfigMap")}
    assert {next(iter(each.values()))["name"] for each in container["envFrom"]} == names, "what is there, by its name"


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
    assert base["PodDisruptionBudget", f"concierge-{kind}"]["spec"]["selector"]["matchLabels"] == labels
    assert deployment["spec"]["selector"]["matchLabels"] == labels


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
    assert policy["podSelector"]["matchLabels"] == pod["metadata"]["labels"]
    assert (policy["policyTypes"], policy["ingress"]) == (["Ingress"], [])
    assert "ports" not in pod["spec"]["containers"][0]
    assert ("Service", "concierge-assistant") not in base
    others = [
        each["spec"] for (kind, name), each in base.items() if kind == "NetworkPolicy" and "ingress" in each["spec"]
    ]
    for each in others:  # policies add up: none of the others may choose it
        chosen = str(each["podSelector"])
        assert "assistant" in chosen or ("front" in chosen and "desk" in chosen)
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
