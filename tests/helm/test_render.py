"""Every set renders to what a cluster takes, and holds no secret."""

from __future__ import annotations

import re

import pytest

from tests.helm.chart import (
    CHART,
    SETS,
    Resource,
    changed,
    chart,
    containers,
    helm_python,
    pods,
    render,
    resources,
    validator,
    values,
    variables,
    yaml,
)

CUSTOM = {("postgresql.cnpg.io/v1", "Cluster"), ("postgresql.cnpg.io/v1", "ScheduledBackup")}
"""What the operator takes. Its definitions are in no package, so only the cluster can judge these."""
CLUSTERS = ("1.30", "1.34", "1.37")
CREDENTIALS = re.compile(r"://[^/\s]*:([^@/\s]+)@")


def test_there_are_the_four_sets() -> None:
    assert SETS == ("citus", "cloudnativepg", "external", "small")


@pytest.mark.parametrize("name", SETS)
def test_helm_finds_nothing_to_remark_on(name: str) -> None:
    report = helm_python.lint(CHART, values(name), strict=True, kube_version="v1.34.0")
    remarks = [it for it in report["messages"] if it["error"] != "icon is recommended"]
    assert (remarks, report["errors"]) == ([], [])


@pytest.mark.parametrize("install", [True, False], ids=["install", "upgrade"])
@pytest.mark.parametrize("name", SETS)
def test_every_resource_is_one_the_cluster_takes(name: str, install: bool) -> None:
    found = render(values(name), install=install)
    own = [it for it in found if (it["apiVersion"], it["kind"]) not in CUSTOM]
    assert len(own) > 30
    for version in CLUSTERS:
        for it in own:
            validator.validate(it, version, strict=True)


@pytest.mark.parametrize("name", SETS)
def test_no_two_resources_have_the_same_name(name: str) -> None:
    names = [(it["kind"], it["metadata"]["name"]) for it in resources(name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", SETS)
def test_no_secret_stands_in_what_is_rendered(name: str) -> None:
    found = resources(name)
    assert [it["metadata"]["name"] for it in found if it["kind"] in {"Secret", "ConfigMap"}] == []
    for password in CREDENTIALS.findall(yaml.safe_dump_all(found)):
        assert password.startswith("$("), "a literal password in an address"
    for variable in _variables(found):
        if re.search(
            r"SECRET|FIELD_KEYS|PASSWORD|REDIS_URL|CLIENT_ID|DATABASE_URL_|ADDRESS", variable["name"]
        ):
            assert set(variable["valueFrom"]["secretKeyRef"]) == {"name", "key"}, variable["name"]


def test_keys_of_names_reach_every_process_that_reads_settings() -> None:
    given = changed("small", fieldKeys={"existingSecret": "fyrklang-field-keys"})
    held = [variables(it) for _label, pod in pods(render(given)) for it in containers(pod)]
    wanted = {"secretKeyRef": {"name": "fyrklang-field-keys", "key": "field-keys"}}
    reading = [it for it in held if "FYRKLANG_SECRET_KEY" in it]
    assert len(reading) > 5
    assert [it for it in reading if it.get("FYRKLANG_FIELD_KEYS") != wanted] == []
    assert all("FYRKLANG_FIELD_KEYS" not in it["name"] for it in _variables(resources("small")))


def _variables(node: object) -> list[Resource]:
    if isinstance(node, dict):
        own = node["env"] if isinstance(node.get("env"), list) else []
        return own + [it for value in node.values() for it in _variables(value)]
    if isinstance(node, list | tuple):
        return [it for value in node for it in _variables(value)]
    return []


def test_the_notes_are_for_the_one_who_installs() -> None:
    files = chart().render(values("citus"), name="fyrklang", namespace="platform")
    (notes,) = [text for path, text in files.items() if path.endswith("NOTES.txt")]
    assert "https://fyrklang.example.se" in notes
    assert "Ingen ingress skapas" in notes
    assert "Säkerhetskopiering sköts inte härifrån" in notes


def test_the_schema_describes_every_value() -> None:
    schema = chart().schema
    mute = [path for path, node in _described(schema, schema, "") if not node.get("description")]
    assert mute == []


def _described(schema: Resource, node: Resource, path: str) -> list[tuple[str, Resource]]:
    if "$ref" in node:
        node = schema["definitions"][node["$ref"].rsplit("/", 1)[1]]
    own = [(path, node)] if path else []
    below = [
        it
        for name, inner in node.get("properties", {}).items()
        if name != "global"
        for it in _described(schema, inner, f"{path}.{name}".lstrip("."))
    ]
    return own + below
