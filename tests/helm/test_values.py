"""What cannot work is refused before anything is sent, and the refusal names the value."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helm.chart import SETS, changed, chart, helm_python, render, values

WORLD = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]
BROKEN: tuple[tuple[str, str, Any, str], ...] = (
    ("small", "host", ..., "/host"),
    ("small", "host", "https://fyrklang.example.se", "/host"),
    ("small", "host", "Fyrklang_1.example.se", "/host"),
    ("small", "image__repository", ..., "/image/repository"),
    ("small", "image__tag", "latest", "/image/tag"),
    ("small", "image__digest", "sha256:abc", "/image/digest"),
    ("small", "image__pullPolicy", "Sometimes", "/image/pullPolicy"),
    ("small", "secretKey__existingSecret", ..., "/secretKey/existingSecret"),
    ("small", "secretKey__value", "0123456789abcdef0123456789abcdef", "'value' not allowed"),
    ("small", "oidc__issuer", "http://login.example.se", "/oidc/issuer"),
    ("small", "oidc__issuer", "https://login.example.se:8443", "/oidc/issuer"),
    ("small", "oidc__clientSecret", "hemligt", "'clientSecret' not allowed"),
    ("small", "oidc__existingSecret", ..., "/oidc/existingSecret"),
    ("small", "oidc__peers", [], "/oidc/peers"),
    ("small", "database__mode", "embedded", "/database/mode"),
    ("small", "database__password", "hemligt", "'password' not allowed"),
    ("small", "database__name", "fyrklang; drop", "/database/name"),
    ("small", "database__citus", True, "/database/citus"),
    ("small", "database__cloudnativepg__instances", 0, "/database/cloudnativepg/instances"),
    ("small", "database__cloudnativepg__instances", 2, "/database/cloudnativepg/durability"),
    ("small", "database__cloudnativepg__storage__size", "5GB", "/database/cloudnativepg/storage/size"),
    (
        "small",
        "database__cloudnativepg__backup__schedule",
        "0 2 * * *",
        "/database/cloudnativepg/backup/schedule",
    ),
    ("small", "database__cloudnativepg__parameters", {"log_statement": "all"}, "/parameters/log_statement"),
    ("external", "database__external__host", ..., "/database/external/host"),
    ("external", "database__external__port", 0, "/database/external/port"),
    ("external", "database__external__sslMode", "disable", "/database/external/sslMode"),
    ("external", "database__external__caSecret", ..., "/database/external/caSecret"),
    ("external", "database__external__adminSecret", ..., "/database/external/adminSecret"),
    ("external", "database__external__peers", ..., "/database/external/peers"),
    ("external", "database__external__peers", WORLD, "/database/external/peers"),
    ("external", "valkey__mode", "none", "/valkey/mode"),
    ("external", "valkey__existingSecret", ..., "/valkey/existingSecret"),
    ("external", "valkey__external__peers", ..., "/valkey/external/peers"),
    ("small", "valkey__own", {"maxMemory": "lots"}, "/valkey/own/maxMemory"),
    ("small", "valkey__own", {"image": "valkey/valkey"}, "/valkey/own/image"),
    ("small", "valkey__own", {"evict": True}, "'evict' not allowed"),
    ("small", "web__replicas", 0, "/web/replicas"),
    ("small", "web__replicas", "2", "/web/replicas"),
    ("small", "web__gracePeriodSeconds", 5, "/web/gracePeriodSeconds"),
    ("small", "web__resources", {"limits": {"memory": "1 GB"}}, "/web/resources/limits/memory"),
    ("external", "web__autoscaling__cpuPercent", 150, "/web/autoscaling/cpuPercent"),
    ("small", "workers__default", {"replicas": 1}, "'default' not allowed"),
    ("small", "workers__council", {"egress": WORLD}, "'egress' not allowed"),
    ("small", "scheduler__replicas", 50, "/scheduler/replicas"),
    ("small", "ingress__tlsSecret", ..., "/ingress/tlsSecret"),
    ("small", "ingress__peers", ..., "/ingress/peers"),
    ("small", "ingress__peers", WORLD, "/ingress/peers"),
    ("small", "backup", {"enabled": True}, "/backup/enabled"),
    ("external", "backup__existingClaim", ..., "/backup/existingClaim"),
    ("external", "backup__existingSecret", ..., "/backup/existingSecret"),
    ("external", "backup__schedule", "nightly", "/backup/schedule"),
    ("external", "backup__keepDays", 0, "/backup/keepDays"),
    ("small", "networkPolicy", {"enabled": False}, "'networkPolicy' not allowed"),
    ("small", "demo", True, "'demo' not allowed"),
)


@pytest.mark.parametrize(
    ("name", "path", "value", "said"), BROKEN, ids=[f"{path}={value}" for _, path, value, _ in BROKEN]
)
def test_a_broken_set_is_refused_by_the_schema(name: str, path: str, value: Any, said: str) -> None:
    broken = changed(name, **{path: value})
    with pytest.raises(helm_python.HelmValuesError) as refused:
        chart().validate_schema(broken)
    assert said in str(refused.value)
    # And by Helm itself on its way to the cluster.
    with pytest.raises(helm_python.HelmError):
        render(broken)


def test_the_refusal_says_what_was_wrong_with_it() -> None:
    with pytest.raises(helm_python.HelmValuesError) as refused:
        chart().validate_schema(changed("small", web__replicas=0, host="nowhere"))
    assert "at '/web/replicas': minimum: got 0, want 1" in str(refused.value)
    assert "at '/host': 'nowhere' does not match pattern" in str(refused.value)


def test_the_chart_without_values_says_what_it_needs() -> None:
    with pytest.raises(helm_python.HelmValuesError) as refused:
        chart().validate_schema({})
    for path in (
        "/host",
        "/image/repository",
        "/secretKey/existingSecret",
        "/oidc/issuer",
        "/database/external/host",
    ):
        assert f"at '{path}'" in str(refused.value)


@pytest.mark.parametrize("name", SETS)
def test_the_sets_themselves_are_taken(name: str) -> None:
    chart().validate_schema(values(name))


def test_fewest_and_most_must_agree() -> None:
    broken = changed("external", web__autoscaling={"enabled": True, "minReplicas": 9, "maxReplicas": 3})
    with pytest.raises(
        helm_python.HelmRenderError, match=r"web: maxReplicas \(3\) är mindre än minReplicas \(9\)"
    ):
        render(broken)
