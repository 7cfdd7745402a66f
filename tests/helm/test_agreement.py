"""What the chart says of the platform is what the code says of itself."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import psycopg
import pytest
import redis
from flask import Flask

import fyrklang.parts  # noqa: F401 - features make their kinds known when imported
from fyrklang.cli import main
from fyrklang.cli.up import SERVICES
from fyrklang.kernel.config import ROLES, Config
from fyrklang.kernel.embedded.binaries import postgres_programs, valkey_program
from fyrklang.kernel.embedded.folder import DataFolder
from fyrklang.kernel.embedded.ports import free_port
from fyrklang.kernel.jobs.settings import QUEUES
from fyrklang.kernel.jobs.transport import Transport
from fyrklang.kernel.paths import project_root
from fyrklang.tenancy.jobs.handlers import REGISTRY
from tests.contracts.source import python_files, tree
from tests.helm.chart import (
    CHART,
    RELEASE,
    SETS,
    chart,
    component,
    containers,
    find,
    pods,
    resources,
    variables,
    yaml,
)

ROOT = project_root()
RUNNING = {service.name: service for service in SERVICES if not service.demo}


def test_one_deployment_of_workers_for_each_queue() -> None:
    assert set(chart().values["workers"]) == set(QUEUES)
    assert set(chart().schema["properties"]["workers"]["required"]) == set(QUEUES)
    deployed = {it["metadata"]["name"] for it in resources("small") if it["kind"] == "Deployment"}
    assert deployed == {f"{RELEASE}-{name}" for name in RUNNING}


@pytest.mark.parametrize("name", sorted(RUNNING))
def test_each_runs_as_it_does_on_one_machine(name: str) -> None:
    pod = find(resources("small"), "Deployment", f"{RELEASE}-{name}")["spec"]["template"]
    command = [it for it in containers(pod)[0]["command"] if it not in {"--worker-tmp-dir", "/dev/shm"}]  # noqa: S108
    local = [
        it.format_map({"python": "python", "port": "8000"}).replace("127.0.0.1", "0.0.0.0")  # noqa: S104
        for it in RUNNING[name].command
    ]
    assert command == local


def test_the_migration_runs_commands_that_exist() -> None:
    for name in SETS:
        (pod,) = [pod for _, pod in pods(resources(name)) if component(pod) == "migrate"]
        commands = [it["command"] for it in containers(pod)]
        assert commands == [["fyrklang", "migrate"], ["fyrklang", "tenants", "apply"], ["fyrklang", "issuer"]]
        for _program, *words in commands:
            group = main
            for word in words:
                group = group.get_command(None, word)
                assert group is not None


def test_the_probes_ask_for_pages_anybody_may_ask_for(app: Flask) -> None:
    pod = find(resources("small"), "Deployment", f"{RELEASE}-web")["spec"]["template"]
    (web,) = containers(pod)
    probes = {kind: web[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {kind: it["path"] for kind, it in probes.items()} == {
        "startup": "/healthz",
        "liveness": "/healthz",
        "readiness": "/readyz",
    }
    for it in probes.values():
        assert it["port"] == web["ports"][0]["name"]
        # As the kubelet asks: by number, without https.
        answer = app.test_client().get(
            it["path"], headers={"Host": "10.1.2.3:8000", "User-Agent": "kube-probe"}
        )
        assert answer.status_code == 200
    assert f"0.0.0.0:{web['ports'][0]['containerPort']}" in web["command"]


def test_only_settings_that_are_read_are_set() -> None:
    read = {
        name
        for path in python_files("platform")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for name in re.findall(r"FYRKLANG_[A-Z_]+|WEB_CONCURRENCY", node.value)
    }
    read |= {f"FYRKLANG_DATABASE_URL_{role.upper()}" for role in ROLES}
    for name in SETS:
        for label, pod in pods(resources(name)):
            for container in containers(pod):
                own = {it for it in variables(container) if it.startswith(("FYRKLANG_", "WEB_"))}
                assert own <= read, label


def test_every_role_has_a_process_that_is_given_it() -> None:
    given: dict[str, set[str]] = {}
    for _label, pod in pods(resources("external")):
        for container in containers(pod):
            names = [it for it in variables(container) if it.startswith("FYRKLANG_DATABASE_URL_")]
            given.setdefault(component(pod), set()).update(it.rsplit("URL_", 1)[1].lower() for it in names)
    assert given["migrate"] == set(ROLES)
    serving = set().union(*(roles for name, roles in given.items() if name != "migrate"))
    rooms = {"access", "identity", "kernel", "modules", "national", "sdk", "tenancy", "web"}
    used = {
        node.args[0].value
        for path in python_files("platform")
        if path.relative_to(ROOT / "platform" / "fyrklang").parts[0] in rooms
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "engine"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    # What is read as `backup` is read by commands, not by anything that runs.
    assert used - {"migrator", "backup"} <= serving, "a role no running process is given"


def test_the_log_is_sealed_by_the_worker_that_may_and_keeps_the_copy() -> None:
    sealing = REGISTRY.get("log.seal")
    assert sealing is not None
    assert sealing.queue == "batch"
    for name in SETS:
        for _label, pod in pods(resources(name)):
            kept = {it["mountPath"] for it in containers(pod)[0].get("volumeMounts", ())} & {
                "/var/lib/fyrklang"
            }
            assert kept == {it for it in (variables(containers(pod)[0]).get("FYRKLANG_DATA_DIR"),) if it}
            assert bool(kept) == (component(pod) == "worker-batch")


def test_the_chart_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    meta = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    assert meta["appVersion"] == project["version"]


@pytest.mark.parametrize("name", SETS)
def test_what_scales_points_at_what_is_there(name: str) -> None:
    found = resources(name)
    deployments = {it["metadata"]["name"]: it for it in found if it["kind"] == "Deployment"}
    scaled = {it["spec"]["scaleTargetRef"]["name"] for it in found if it["kind"] == "HorizontalPodAutoscaler"}
    assert scaled <= set(deployments)
    for deployment, it in deployments.items():
        assert ("replicas" in it["spec"]) == (deployment not in scaled)
    budgets = {it["metadata"]["name"] for it in found if it["kind"] == "PodDisruptionBudget"}
    assert budgets == set(deployments)


def test_a_first_installation_with_its_own_database_does_not_wait_for_it_in_a_hook() -> None:
    for name, hooked in (("external", True), ("citus", True), ("small", False), ("cloudnativepg", False)):
        job = find(resources(name), "Job", f"{RELEASE}-migrate-1")
        assert ("helm.sh/hook" in job["metadata"].get("annotations", {})) == hooked


def test_valkey_as_the_chart_runs_it_carries_the_jobs(tmp_path: Path) -> None:
    """The arguments of the StatefulSet and the user of the README, on a real server."""
    readme = (CHART / "README.md").read_text("utf-8")
    (rule,) = re.findall(r"^\s+user fyrklang on (.*)$", readme, re.MULTILINE)
    users = tmp_path / "users.acl"
    words = rule.replace("#<sha256>", ">open-sesame").strip()
    users.write_text(f"user default off\nuser fyrklang on {words}\n", "utf-8")
    pod = find(resources("small"), "StatefulSet", f"{RELEASE}-valkey")["spec"]["template"]
    swapped = {"/data": str(tmp_path), "/etc/valkey/users.acl": str(users)}
    arguments = [swapped.get(it, it) for it in containers(pod)[0]["args"]]
    port = free_port()
    program = valkey_program(DataFolder(tmp_path / "folder"))
    with subprocess.Popen(
        [str(program), *arguments, "--port", str(port), "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
    ) as server:
        try:
            _check_valkey(f"redis://fyrklang:open-sesame@127.0.0.1:{port}/0", port)
        finally:
            server.terminate()


def _check_valkey(url: str, port: int) -> None:
    client = redis.Redis.from_url(url, retry=redis.retry.Retry(redis.backoff.ConstantBackoff(0.05), 200))
    client.ping()
    memory = client.info("memory")
    assert memory["maxmemory_policy"] == "noeviction"
    assert memory["maxmemory"] == 256 * 1024 * 1024
    assert client.info("persistence")["aof_enabled"] == 1
    transport = Transport(url)
    assert transport.is_fresh()
    assert transport.workers() == dict.fromkeys(QUEUES, 0)
    for forbidden in (("FLUSHALL",), ("CONFIG", "GET", "*"), ("SHUTDOWN",), ("KEYS", "*")):
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.execute_command(*forbidden)
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=port).ping()


def test_the_dump_is_whole_and_old_ones_go(config: Config, tmp_path: Path) -> None:
    """The CronJob's own script against a real server, as the role the README names."""
    job = find(resources("external"), "CronJob", f"{RELEASE}-backup")
    (container,) = containers(job["spec"]["jobTemplate"]["spec"]["template"])
    with psycopg.connect(config.database_url) as admin:
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA context TO fyrklang_backup")
    programs = postgres_programs(DataFolder(tmp_path / "folder"))
    environ = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "FOLDER": str(tmp_path),
        "KEEP_DAYS": str(variables(container)["KEEP_DAYS"]),
        "ADDRESS": config.url_for("backup").replace("postgresql+psycopg", "postgresql"),
    }
    old = tmp_path / "fyrklang-20200101T010000Z.dump"
    old.touch()
    subprocess.run(["/usr/bin/touch", "-d", "20 days ago", str(old)], check=True)
    subprocess.run(container["command"], env=environ, check=True)
    (dump,) = tmp_path.glob("fyrklang-*")
    assert dump.suffix == ".dump"
    listed = subprocess.run(
        [str(programs / "pg_restore"), "--list", str(dump)], capture_output=True, text=True, check=True
    ).stdout
    for table in ("context key", "registry tenant", "office intervention", "national release", "jobs job"):
        assert f"TABLE DATA {table} " in listed
    # A dump that fails leaves nothing that looks like one.
    broken = {**environ, "ADDRESS": environ["ADDRESS"].replace("fyrklang_backup:", "fyrklang_nobody:")}
    assert subprocess.run(container["command"], env=broken, check=False, capture_output=True).returncode != 0
    assert list(tmp_path.glob("fyrklang-*.dump")) == [dump]
