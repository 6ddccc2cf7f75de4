"""The manifests of deploy/kubernetes and the profile `shared` of compose.yaml: valid, and as careful as is needed."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml

from emulator.control.request_schemas import LONGEST_WAIT
from emulator.server.limits import BODY_BYTES
from emulator.setting_sources import read_settings
from emulator.settings import Settings
from tests.clean import ROOT
from tests.commands import run
from tests.emulators import Emulator
from tests.postgres import Server

FOLDER = ROOT / "deploy" / "kubernetes"
OLDEST = "1.29"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SHARED = {name: service for name, service in COMPOSE["services"].items() if "profiles" in service}
DEFAULTED = re.compile(r"\$\{(\w+):-([^}]*)\}")  # ${NAME:-default}
OF_SECRET = {"CASE_EMULATOR_CONTROL_TOKEN": "a-token-that-nobody-can-guess"}


def documents() -> Iterator[dict[str, Any]]:
    for path in sorted(FOLDER.glob("*.yaml")):
        yield from yaml.safe_load_all(path.read_text("utf-8"))


BY_KIND = {document["kind"]: document for document in documents()}


def pods() -> Iterator[dict[str, Any]]:
    """The pods of all documents that make some."""
    for document in documents():
        if "template" in document.get("spec", {}):
            yield document["spec"]["template"]["spec"]


def settings_of(variables: Mapping[str, object]) -> Settings:
    """What the emulator makes of them, in a folder without a settings file."""
    ours = {name: str(value) for name, value in variables.items() if name.startswith("CASE_EMULATOR_")}
    return read_settings({}, ours, Path("/nonexistent"))


def composed(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of an emulator of the profile, as compose makes them with that environment."""
    given = {name: str(value) for name, value in SHARED["emulator-a"]["environment"].items()}
    return {name: DEFAULTED.sub(lambda found: environ.get(found[1]) or found[2], text) for name, text in given.items()}


@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
@pytest.mark.parametrize("document", list(documents()), ids=lambda document: document["kind"])
def test_a_cluster_would_take_each_document(document: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(document, version, strict=True)


def test_a_document_with_a_misspelt_field_would_be_found() -> None:
    wrong = {**BY_KIND["Service"], "spec": {"selectr": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, OLDEST, strict=True)


@pytest.mark.parametrize("pod", list(pods()), ids=lambda pod: pod["containers"][0]["name"])
def test_a_pod_has_no_more_rights_than_it_needs(pod: dict[str, Any]) -> None:
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001  # that of the image
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False  # or CASE_EMULATOR_PORT would be tcp://10.0.0.1:80
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]


def test_two_replicas_are_rolled_one_by_one_and_never_both_are_gone() -> None:
    spec = BY_KIND["Deployment"]["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert BY_KIND["PodDisruptionBudget"]["spec"]["minAvailable"] == 1
    labels = spec["template"]["metadata"]["labels"]
    for kind in ("Service", "PodDisruptionBudget"):
        chosen = BY_KIND[kind]["spec"]["selector"]
        assert labels.items() >= chosen.get("matchLabels", chosen).items()
    assert BY_KIND["Job"]["spec"]["template"]["metadata"]["labels"] != labels  # no request goes to it


@pytest.mark.slow
def test_the_job_brings_an_empty_database_up_to_date_and_ends(postgres: Server, tmp_path: Path) -> None:
    [container] = BY_KIND["Job"]["spec"]["template"]["spec"]["containers"]
    name, *words = container["command"]
    assert name == "case-emulator"
    variables = {**BY_KIND["ConfigMap"]["data"], **OF_SECRET, "CASE_EMULATOR_DATABASE": postgres.new_url()}
    before = run(tmp_path, "doctor", "--port", "0", **variables)
    migrated = run(tmp_path, *words, **variables)
    after = run(tmp_path, "doctor", "--port", "0", **variables)
    assert migrated.returncode == 0, migrated.stderr
    lines = [next(line for line in told.stdout.splitlines() if "database" in line) for told in (before, after)]
    assert lines[0] != lines[1]
    assert (before.returncode, after.returncode) == (0, 0)


def test_probes_ask_what_the_emulator_answers(emulator: Emulator) -> None:
    [container] = BY_KIND["Deployment"]["spec"]["template"]["spec"]["containers"]
    asked = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    for path in asked.values():
        assert emulator.http.get(emulator.url + path).status_code == 200
    assert "readyz" in asked["readiness"]
    assert "readyz" not in asked["liveness"] + asked["startup"]  # a database that is away restarts nobody


def test_the_settings_of_the_cluster_are_settings_and_the_links_lead_to_the_ingress() -> None:
    settings = settings_of({**BY_KIND["ConfigMap"]["data"], **OF_SECRET})
    assert settings.insecure_no_token is False
    hosts = [rule["host"] for rule in BY_KIND["Ingress"]["spec"]["rules"]]
    assert hosts == BY_KIND["Ingress"]["spec"]["tls"][0]["hosts"] == [urlsplit(settings.public_url or "").hostname]


def test_the_profile_adds_services_and_leaves_the_one_that_stands_alone() -> None:
    assert {name: service["profiles"] for name, service in SHARED.items()} == {
        name: ["shared"] for name in ("emulator-a", "emulator-b", "database", "proxy")
    }
    assert COMPOSE["services"].keys() - SHARED.keys() == {"case-emulator"}
    assert SHARED["emulator-a"] == SHARED["emulator-b"]
    assert [name for name, service in SHARED.items() if "ports" in service] == ["proxy"]


def test_the_settings_of_the_profile_are_settings() -> None:
    settings = settings_of(composed(OF_SECRET))
    assert settings.public_url == "https://localhost:8643"
    assert settings.insecure_no_token is False
    assert settings.database_url == "postgresql://emulator@database/emulator"
    # The proxy asks for each by its name, and leaves before the process stops.
    assert set(settings.allow_host) == {"emulator-a", "emulator-b"}
    assert settings.stop_delay.total_seconds() >= 3


def test_whoever_starts_the_profile_says_where_webhooks_may_go_and_need_not() -> None:
    named = {"CASE_EMULATOR_ALLOW_TARGET": "app,10.0.0.0/8", "CASE_EMULATOR_WEBHOOK_URL": "http://app:3000/webhooks"}
    unnamed, settings = settings_of(composed(OF_SECRET)), settings_of(composed({**OF_SECRET, **named}))
    assert (unnamed.allow_target, unnamed.webhook_url) == ((), None)
    assert (settings.allow_target, settings.webhook_url) == (("app", "10.0.0.0/8"), "http://app:3000/webhooks")
    in_cluster = settings_of({**BY_KIND["ConfigMap"]["data"], **OF_SECRET})
    assert (in_cluster.allow_target, in_cluster.webhook_url) == ((), None)
    assert SHARED["emulator-a"]["extra_hosts"] == COMPOSE["services"]["case-emulator"]["extra_hosts"]


def test_the_ingress_takes_what_the_emulator_does() -> None:
    annotations = BY_KIND["Ingress"]["metadata"]["annotations"]
    of_nginx = {name.removeprefix("nginx.ingress.kubernetes.io/"): value for name, value in annotations.items()}
    assert of_nginx["proxy-body-size"] == f"{BODY_BYTES // 2**20}m"
    assert int(of_nginx["proxy-read-timeout"]) > LONGEST_WAIT
