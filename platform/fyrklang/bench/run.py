"""One measurement from nothing to figures: engines, databases, servers, rounds, and everything down again."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from gunicorn.util import import_app
from psycopg import sql

from fyrklang.bench import serve, work
from fyrklang.bench.cases import COMPARISON, FEW, FLOOR, MANY, PRODUCT, ROWS, UNWALLED, UNWALLED_FLOOR, cases
from fyrklang.bench.ground import INSATSER, YEAR, Ground, lay
from fyrklang.bench.rounds import Measured, Spread, measure, ratio
from fyrklang.bench.serve import Server, Wanted, environment, serving
from fyrklang.bench.statements import statements
from fyrklang.kernel import migrate
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.embedded.ports import HOST
from fyrklang.kernel.embedded.process import MARK, Launch, spawn, stop
from fyrklang.kernel.embedded.servers import servers
from fyrklang.kernel.paths import project_root
from fyrklang.national.store.publishing import Plan, publish
from fyrklang.tenancy.registry import apply, load

SIZES = {FEW: 8, PRODUCT: 80, MANY: 800}
WALLED_TABLES = ("office.intervention", "office.intervention_count")
_STOP_PATIENCE = 15.0

Tell = Callable[[str, int, int], None]
"""Called with Swedish words, how much is done, and of how much."""


@dataclass(frozen=True)
class Size:
    """How long the measurement is: rounds, requests in a slice, jobs asked for."""

    rounds: int = 11
    slice_size: int = 200
    jobs: int = 20


@dataclass(frozen=True)
class Outcome:
    """Everything that was measured."""

    measured: Measured
    ratios: Mapping[str, Spread]
    facts: Mapping[str, work.Compared]
    latency: Spread
    memory: Mapping[str, Spread]
    statements: Mapping[str, int]
    load: tuple[float, float]
    """The machine's load average (one minute) before and after the rounds."""


def run(size: Size, tell: Tell) -> Outcome:
    """Measure everything on servers of its own, which are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="fyrklang-bench-") as name:
        folder = Path(name)
        # Root's engines run as another account, which must be able to pass through.
        folder.chmod(0o711)
        with servers(folder / "data") as engines:
            config = Config(
                secret_key=secrets.token_hex(32),
                database_url=engines.database_url,
                redis_url=engines.redis_url,
                base_url=f"http://{HOST}:5000",
                data_dir=folder / "data",
                demo=True,
                secure_cookies=False,
                limits=False,
            )
            return _measured(folder, config, size, tell)


def _measured(folder: Path, config: Config, size: Size, tell: Tell) -> Outcome:
    grounds = _grounds(config, tell)
    main = grounds[PRODUCT]
    heads = serve.engine_heads(config)
    load_before = os.getloadavg()[0]
    tell("Webbservrarna startas", 0, 1)
    with serving(folder, _servers(grounds)) as running:
        _take_wall_down(grounds[UNWALLED].config)
        tag = _tag(running[PRODUCT], main)
        chosen = cases(grounds, tag, size.slice_size)
        measured = measure(
            chosen, running, heads, size.rounds, lambda done: tell("Mäter sidor", done, size.rounds)
        )
        memory = {name: Spread.of(running[name].memory()) for name in (PRODUCT, FLOOR)}
    load_after = os.getloadavg()[0]
    tell("Mäter räkning av fakta", 0, 1)
    facts = work.facts_against_aggregate(main, heads, size.rounds)
    tell("Mäter jobb", 0, 1)
    with _job_processes(folder, main.config):
        work.job_latency(main, 2)
        latency = work.job_latency(main, size.jobs)
    return Outcome(
        measured=measured,
        ratios={row.name: ratio(row, measured) for row in ROWS},
        facts=facts,
        latency=latency,
        memory=memory,
        statements=_statements(main),
        load=(load_before, load_after),
    )


def _grounds(config: Config, tell: Tell) -> dict[str, Ground]:
    tell("Databaserna förbereds", 0, len(SIZES) + 1)
    migrate.upgrade(config)
    apply(config, load(project_root() / "tenants"))
    grounds = {}
    for done, (name, tenants) in enumerate(SIZES.items()):
        tell(f"{tenants} förbund med {INSATSER} insatser var", done + 1, len(SIZES) + 1)
        own = _clone(config, config, name)
        grounds[name] = lay(own, tenants, counted=name == PRODUCT)
    main = grounds[PRODUCT]
    database = Database(main.config)
    publish(database, Plan(f"{YEAR + 1}-1", YEAR, YEAR, synthetic=True))
    database.dispose()
    grounds[FLOOR] = main
    unwalled = replace(main, config=_clone(config, main.config, UNWALLED))
    return grounds | {UNWALLED: unwalled, UNWALLED_FLOOR: unwalled}


def _clone(admin: Config, of: Config, name: str) -> Config:
    """A database made from another one, with its own settings."""
    template = urlsplit(of.database_url).path.lstrip("/")
    with psycopg.connect(_with_database(admin.database_url, "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    made = replace(of, database_url=_with_database(of.database_url, name))
    migrate.upgrade(made)
    return made


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _servers(grounds: Mapping[str, Ground]) -> Iterator[Wanted]:
    product, floor = "fyrklang.bench.served:product()", "fyrklang.bench.floor:wsgi()"
    for name in (PRODUCT, FEW, MANY):
        yield Wanted(name, product, grounds[name].config)
    yield Wanted(UNWALLED, "fyrklang.bench.served:without_context()", grounds[UNWALLED].config)
    for name in (FLOOR, UNWALLED_FLOOR):
        yield Wanted(name, floor, grounds[name].config)


def _take_wall_down(config: Config) -> None:
    with psycopg.connect(config.database_url, autocommit=True) as admin:
        for table in WALLED_TABLES:
            admin.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")


def _tag(server: Server, ground: Ground) -> str:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=120)
    try:
        connection.request("GET", COMPARISON, headers={"Cookie": ground.council})
        return connection.getresponse().headers["ETag"]
    finally:
        connection.close()


@contextmanager
def _job_processes(folder: Path, config: Config) -> Iterator[None]:
    commands = {"relay": ("relay",), "worker": ("worker", "--queue", "interactive")}
    processes = [
        spawn(
            Launch(
                command=[sys.executable, "-m", "fyrklang.cli", "jobs", *arguments],
                environment={**os.environ, **environment(config), MARK: str(config.data_dir)},
                log=folder / f"{name}.log",
            )
        )
        for name, arguments in commands.items()
    ]
    try:
        yield
    finally:
        stop(processes, signal.SIGTERM, _STOP_PATIENCE)


def _statements(ground: Ground) -> dict[str, int]:
    app = import_app("fyrklang.app:create_app")(ground.config)
    place = ground.people[0]
    found = {
        "list": statements(app, f"/api/v1/f/{place.slug}/interventions", place.cookie),
        "page": statements(app, f"/f/{place.slug}/insatser", place.cookie),
        "comparison": statements(app, COMPARISON, ground.council),
    }
    app.extensions["fyrklang.database"].dispose()
    return found
