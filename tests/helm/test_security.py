"""Every pod is restricted, reaches only what it needs and is given only the secrets it uses."""

from __future__ import annotations

from typing import Any

import pytest

from fyrklang.kernel.jobs.settings import QUEUES
from tests.helm.chart import (
    RELEASE,
    SETS,
    Resource,
    changed,
    component,
    containers,
    find,
    pods,
    render,
    resources,
    variables,
)

EVERYONE = {"web", "relay", "scheduler", *(f"worker-{queue}" for queue in QUEUES)}
REACHES = {
    "web": {"database", "valkey", "issuers", "dns"},
    "relay": {"database", "valkey", "dns"},
    "scheduler": {"database", "dns"},
    "migrate": {"database", "dns"},
    "backup": {"database", "dns"},
    "valkey": set(),
    "test": {"web", "dns"},
    **{f"worker-{queue}": {"database", "valkey", "dns"} for queue in QUEUES},
}
PLACES = {
    "database": [
        {"to": [{"ipBlock": {"cidr": "10.20.0.0/24"}}], "ports": [{"protocol": "TCP", "port": 5432}]}
    ],
    "valkey": [
        {
            "to": [
                {
                    "namespaceSelector": {"matchLabels": {"team": "data"}},
                    "podSelector": {"matchLabels": {"app": "valkey"}},
                }
            ],
            "ports": [{"protocol": "TCP", "port": 6380}],
        }
    ],
    "issuers": [
        {
            "to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}, {"ipBlock": {"cidr": "2001:db8:1::/48"}}],
            "ports": [{"protocol": "TCP", "port": 443}],
        }
    ],
    "dns": [
        {
            "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
            "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
        }
    ],
    "web": [
        {
            "to": [
                {
                    "podSelector": {
                        "matchLabels": {
                            "app.kubernetes.io/name": "fyrklang",
                            "app.kubernetes.io/instance": RELEASE,
                            "app.kubernetes.io/component": "web",
                        }
                    }
                }
            ],
            "ports": [{"protocol": "TCP", "port": 8000}],
        }
    ],
}


@pytest.mark.parametrize("name", SETS)
def test_every_pod_is_restricted(name: str) -> None:
    found = list(pods(resources(name)))
    assert len(found) >= len(EVERYONE) + 2
    for label, pod in found:
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, label
        assert spec["enableServiceLinks"] is False, label
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys(), label
        assert spec["securityContext"]["runAsNonRoot"] is True, label
        assert spec["securityContext"]["runAsUser"] >= 10000, label
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, label
        for volume in spec.get("volumes", ()):
            assert {*volume} - {"name"} <= {"emptyDir", "secret", "persistentVolumeClaim"}, label
        for container in containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, label
            assert "memory" in container["resources"]["limits"], label
            assert {"cpu", "memory"} == container["resources"]["requests"].keys(), label


@pytest.mark.parametrize("name", SETS)
def test_every_account_is_a_name_without_a_token(name: str) -> None:
    accounts = {
        it["metadata"]["name"]: it["automountServiceAccountToken"]
        for it in resources(name)
        if it["kind"] == "ServiceAccount"
    }
    assert set(accounts.values()) == {False}
    for label, pod in pods(resources(name)):
        if component(pod) != "test":
            assert pod["spec"]["serviceAccountName"] == f"{RELEASE}-{component(pod)}", label
            assert pod["spec"]["serviceAccountName"] in accounts, label


@pytest.mark.parametrize("name", SETS)
def test_every_pod_has_a_policy_of_its_own_on_top_of_no(name: str) -> None:
    found = resources(name)
    policies = [it["spec"] for it in found if it["kind"] == "NetworkPolicy"]
    denial = find(found, "NetworkPolicy", f"{RELEASE}-deny")["spec"]
    assert denial["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & denial.keys()
    for label, pod in pods(found):
        chosen = [spec for spec in policies if _selects(spec["podSelector"], pod)]
        assert denial in chosen, label
        assert len(chosen) == 2, label
        assert all(spec["policyTypes"] == ["Ingress", "Egress"] for spec in chosen), label


def test_each_reaches_what_it_needs_and_nothing_else() -> None:
    found = render(changed("external", valkey__mode="own")) + render(changed("external"))
    for name, reached in REACHES.items():
        policies = [it for it in found if it["kind"] == "NetworkPolicy"]
        rules = [it["spec"] for it in policies if it["metadata"]["name"] == f"{RELEASE}-{name}"][-1].get(
            "egress", []
        )
        wanted = [rule for place in PLACES if place in reached for rule in PLACES[place]]
        assert sorted(rules, key=str) == sorted(wanted, key=str), name


def test_the_councils_worker_cannot_call_out() -> None:
    for name in SETS:
        (rules,) = [
            it["spec"]["egress"]
            for it in resources(name)
            if it["kind"] == "NetworkPolicy" and it["metadata"]["name"] == f"{RELEASE}-worker-council"
        ]
        ports = {port["port"] for rule in rules for port in rule["ports"]}
        assert ports <= {53, 5432, 6379, 6380}
        assert "0.0.0.0/0" not in str(rules)


def test_only_the_way_in_and_the_check_may_call_the_web() -> None:
    policies = [it for it in resources("external") if it["kind"] == "NetworkPolicy"]
    callable_ = {
        it["metadata"]["name"]: it["spec"]["ingress"] for it in policies if it["spec"].get("ingress")
    }
    assert set(callable_) == {f"{RELEASE}-web"}
    senders = callable_[f"{RELEASE}-web"][0]["from"]
    assert [it.get("namespaceSelector", {}).get("matchLabels") for it in senders] == [
        None,
        {"kubernetes.io/metadata.name": "ingress-nginx"},
    ]
    assert senders[0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "test"


@pytest.mark.parametrize("name", SETS)
def test_valkey_and_the_database_are_called_by_those_who_use_them(name: str) -> None:
    for it in resources(name):
        if it["kind"] != "NetworkPolicy":
            continue
        if it["metadata"]["name"] == f"{RELEASE}-valkey":
            labels = [peer["podSelector"]["matchLabels"] for peer in it["spec"]["ingress"][0]["from"]]
            callers = {label["app.kubernetes.io/component"] for label in labels}
            assert callers == EVERYONE - {"scheduler"}
        if it["metadata"]["name"] == f"{RELEASE}-db":
            (sender,) = it["spec"]["ingress"][0]["from"]
            assert set(sender["podSelector"]["matchExpressions"][0]["values"]) == EVERYONE | {"migrate"}


@pytest.mark.parametrize("name", SETS)
def test_the_administrator_and_the_login_secret_are_for_the_migration_alone(name: str) -> None:
    for label, pod in pods(resources(name)):
        for container in containers(pod):
            given = variables(container)
            migrates = component(pod) == "migrate"
            assert ("DATABASE_ADMIN_PASSWORD" in given) == migrates, label
            assert ("FYRKLANG_OIDC_CLIENT_SECRET" in given) == (container["name"] == "issuer"), label
            address = given.get("FYRKLANG_DATABASE_URL", "")
            assert ("@" in address) == migrates, label


def test_each_is_given_the_addresses_of_its_own_roles() -> None:
    given: dict[str, set[str]] = {}
    for _label, pod in pods(resources("external")):
        names = {name for container in containers(pod) for name in variables(container)}
        prefix = "FYRKLANG_DATABASE_URL_"
        given[component(pod)] = {
            name.removeprefix(prefix).lower() for name in names if name.startswith(prefix)
        }
    assert given["web"] == {"app", "auth", "council"}
    assert given["relay"] == given["scheduler"] == {"relay"}
    assert given["worker-interactive"] == given["worker-council"] == {"worker"}
    assert given["worker-batch"] == {"worker", "audit_writer"}
    assert given["backup"] == given["test"] == set()


def test_encryption_to_the_database_is_never_off() -> None:
    for name in SETS:
        for label, pod in pods(resources(name)):
            for container in containers(pod):
                address = variables(container).get("FYRKLANG_DATABASE_URL")
                assert address is None or "sslmode=verify-full" in address or "sslmode=require" in address, (
                    label
                )


def _selects(selector: dict[str, Any], pod: Resource) -> bool:
    return selector["matchLabels"].items() <= pod["metadata"]["labels"].items()
