"""The chart as the real Helm engine renders it.

The engine is 140 MB that nothing else uses, so it is only there after `make helm`. A file that imports this
one is skipped where it is not, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from fyrklang.kernel.paths import project_root

_REASON = "Helms motor är inte installerad; make helm installerar den och kör testerna"
helm_python = pytest.importorskip("helm_python", reason=_REASON)
validator = pytest.importorskip("kubernetes_validate", reason=_REASON)
yaml = pytest.importorskip("yaml", reason=_REASON)

CHART = project_root() / "helm" / "fyrklang"
SETS = tuple(sorted(path.stem for path in (CHART / "ci").glob("*.yaml")))
RELEASE = "fyrklang"

Values = dict[str, Any]
Resource = dict[str, Any]


@cache
def chart() -> Any:
    """The chart, loaded once."""
    return helm_python.Chart.load(CHART)


def values(name: str) -> Values:
    """One of the four sets, without the chart's defaults."""
    return yaml.safe_load((CHART / "ci" / f"{name}.yaml").read_text("utf-8"))


def changed(name: str, **changes: Any) -> Values:
    """A set with some values replaced; `a__b=1` stands for a.b. `...` takes the value away."""
    made = deepcopy(values(name))
    for path, value in changes.items():
        *folders, last = path.split("__")
        place = made
        for folder in folders:
            place = place.setdefault(folder, {})
        if value is ...:
            del place[last]
        else:
            place[last] = value
    return made


def render(given: Values, *, install: bool = True) -> list[Resource]:
    """Everything Helm would send to the cluster."""
    files = chart().render(
        given,
        name=RELEASE,
        namespace="platform",
        revision=1 if install else 2,
        is_install=install,
        is_upgrade=not install,
    )
    return [
        document
        for path, text in sorted(files.items())
        if not path.endswith("NOTES.txt")
        for document in yaml.safe_load_all(text)
        if document
    ]


@cache
def resources(name: str) -> tuple[Resource, ...]:
    """A whole set, rendered as for a first installation."""
    return tuple(render(values(name)))


def find(found: tuple[Resource, ...] | list[Resource], kind: str, name: str) -> Resource:
    """The one resource of that kind and name."""
    (one,) = [it for it in found if it["kind"] == kind and it["metadata"]["name"] == name]
    return one


def pods(found: tuple[Resource, ...] | list[Resource]) -> Iterator[tuple[str, Resource]]:
    """Kind/name and pod template of everything that makes pods. The operator makes its own."""
    for it in found:
        label = f"{it['kind']}/{it['metadata']['name']}"
        if it["kind"] == "Pod":
            yield label, it
        elif it["kind"] == "CronJob":
            yield label, it["spec"]["jobTemplate"]["spec"]["template"]
        elif it["kind"] in {"Deployment", "StatefulSet", "Job"}:
            yield label, it["spec"]["template"]


def containers(pod: Resource) -> list[Resource]:
    """Those that start first and those that stay."""
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def component(pod: Resource) -> str:
    """Which part of the platform a pod is."""
    return str(pod["metadata"]["labels"]["app.kubernetes.io/component"])


def variables(container: Resource) -> dict[str, Any]:
    """Name → literal value, or the reference it is read from."""
    return {it["name"]: it.get("value", it.get("valueFrom")) for it in container.get("env", ())}
