"""Runs a plan on this machine: engines, set-up steps, processes, and everything down again."""

from __future__ import annotations

import hashlib
import http.client
import importlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fyrklang.cli.progress import Reporter
from fyrklang.cli.settings import data_folder
from fyrklang.kernel.config import Config, ConfigError
from fyrklang.kernel.embedded.errors import EmbeddedError
from fyrklang.kernel.embedded.folder import DataFolder
from fyrklang.kernel.embedded.leash import follow_parent
from fyrklang.kernel.embedded.ports import HOST, free_port, is_free
from fyrklang.kernel.embedded.postgres import Postgres, tail
from fyrklang.kernel.embedded.process import stop_leftovers
from fyrklang.kernel.embedded.supervisor import ServiceProcess, StopRequested, StopSignals, Supervisor
from fyrklang.kernel.embedded.valkey import Valkey

DEFAULT_PORT = "8000"
_ANSWER_PATIENCE = 60.0
_DEATHS_BEFORE_GIVING_UP = 3
_STEPS_DONE = "steps"


@dataclass(frozen=True)
class Step:
    """One thing to do before the processes start.

    Attributes:
        name: key under which its fingerprint is remembered.
        title: Swedish words for the progress bar.
        target: `module:function`, called with the Config and a `Reporter.Progress`; must be safe to repeat.
        fingerprint: what the result depends on. The step is skipped when it is as at the last success in
            this very database; None means every start, and so does a database that is not our own.
        demo: only when demo people are wanted.
    """

    name: str
    title: str
    target: str
    fingerprint: Callable[[Config], str] | None = None
    demo: bool = False


@dataclass(frozen=True)
class Service:
    """One process to keep running.

    Attributes:
        name: names its log file.
        command: program and arguments; `{python}`, `{port}` and any setting's name in braces are filled in.
        answers: address that must answer 200 before the start is called done; filled in like the command.
        replaced_by: setting that, when given, makes the process unnecessary.
        demo: only when demo people are wanted.
        after_answers: started when all those answer, so as not to fight with them over the processor.
    """

    name: str
    command: tuple[str, ...]
    answers: str = ""
    replaced_by: str = ""
    demo: bool = False
    after_answers: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything that a start consists of."""

    steps: Sequence[Step]
    services: Sequence[Service]


def launch(plan: Plan, environ: Mapping[str, str], reporter: Reporter) -> None:
    """Start everything, keep it running, and return when asked to stop.

    Raises:
        ConfigError: a setting is unusable.
        EmbeddedError: something cannot run here.
    """
    if environ.get("FYRKLANG_FOLLOW_PARENT") == "1":
        follow_parent(signal.SIGTERM)
    with StopSignals() as signals, reporter:
        try:
            with data_folder(environ).held() as folder, _supervisor(signals, reporter) as supervisor:
                try:
                    _Start(plan, environ, folder, supervisor, reporter).run()
                except StopRequested:
                    reporter.say("Stoppar …")
        except StopRequested:
            return


@contextmanager
def _supervisor(signals: StopSignals, reporter: Reporter) -> Iterator[Supervisor]:
    supervisor = Supervisor(signals, reporter.say)
    try:
        yield supervisor
    finally:
        signals.begin_stopping()
        supervisor.stop()


class _Start:
    def __init__(
        self,
        plan: Plan,
        environ: Mapping[str, str],
        folder: DataFolder,
        supervisor: Supervisor,
        reporter: Reporter,
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._supervisor = supervisor
        self._reporter = reporter
        self._environ = dict(environ)
        self._port = _port(environ)
        self._postgres: Postgres | None = None

    def run(self) -> None:
        if self._folder.left_running:
            ended = stop_leftovers(self._folder)
            if ended:
                self._reporter.say(f"Avslutade {len(ended)} processer som blev kvar sedan förra gången.")
        if not is_free(self._port):
            raise EmbeddedError(
                f"Port {self._port} är upptagen av ett annat program. Stoppa det, eller välj en annan port: "
                f"FYRKLANG_PORT={self._port + 1} make up"
            )
        self._settle()
        self._start_engines()
        config = Config.from_env(self._environ)
        self._folder.note_running(_own(self._environ))
        self._take_steps(config)
        wanted = [service for service in self._plan.services if self._wanted(service)]
        self._start_services([service for service in wanted if not service.after_answers])
        self._await_answers([service for service in wanted if service.answers])
        self._start_services([service for service in wanted if service.after_answers])
        self._reporter.answer(f"Fyrklang svarar på {config.base_url}")
        self._supervisor.run()

    @property
    def _demo(self) -> bool:
        return self._environ["FYRKLANG_DEMO"] == "1"

    def _settle(self) -> None:
        """Fill in every setting that nobody gave."""
        settings = self._environ
        settings["FYRKLANG_DATA_DIR"] = str(self._folder.path)
        settings["FYRKLANG_PORT"] = str(self._port)
        settings.setdefault("FYRKLANG_BASE_URL", f"http://{HOST}:{self._port}")
        settings.setdefault("FYRKLANG_DEMO", "1")
        if not settings.get("FYRKLANG_SECRET_KEY"):
            settings["FYRKLANG_SECRET_KEY"] = self._folder.secret("secret.key")
        if self._demo and not settings.get("FYRKLANG_OIDC_ISSUER"):
            port = self._issuer_port()
            settings["FYRKLANG_DEMO_ISSUER_PORT"] = str(port)
            settings["FYRKLANG_DEMO_ISSUER"] = f"http://{HOST}:{port}"

    def _issuer_port(self) -> int:
        """The same port every time, since people are known by the issuer's address."""
        kept = self._folder.recall("issuer-port")
        if isinstance(kept, int) and kept != self._port and is_free(kept):
            return kept
        near = self._port + 1
        port = near if near < 65536 and is_free(near) else free_port()
        self._folder.remember("issuer-port", port)
        return port

    def _start_engines(self) -> None:
        if not self._environ.get("FYRKLANG_DATABASE_URL"):
            with self._reporter.step("Databasen startas"):
                self._postgres = Postgres(self._folder)
                self._supervisor.add(self._postgres)
            self._environ["FYRKLANG_DATABASE_URL"] = self._postgres.url
        if not self._environ.get("FYRKLANG_REDIS_URL"):
            with self._reporter.step("Kön startas"):
                valkey = Valkey(self._folder)
                self._supervisor.add(valkey)
            self._environ["FYRKLANG_REDIS_URL"] = valkey.url

    def _take_steps(self, config: Config) -> None:
        done = self._done(config)
        for step in self._plan.steps:
            if step.demo and not self._demo:
                continue
            fingerprint = step.fingerprint(config) if step.fingerprint and self._postgres else None
            if fingerprint is not None and done.get(step.name) == fingerprint:
                continue
            self._take(step, config)
            if fingerprint is not None:
                done[step.name] = fingerprint
                self._folder.remember(_STEPS_DONE, done)

    def _take(self, step: Step, config: Config) -> None:
        try:
            with self._reporter.step(step.title) as progress:
                _function(step.target)(config, progress)
        except Exception:
            self._reporter.say(f"Steget ”{step.title}” gick inte att göra klart.")
            raise

    def _done(self, config: Config) -> dict[str, str]:
        """Fingerprints of what is done; none when the database or the secret key is another than then."""
        if self._postgres is None:
            return {}
        key = hashlib.sha256(config.derive("steps-done")).hexdigest()
        whose = f"{self._postgres.identity()}:{key}"
        kept = self._folder.recall(_STEPS_DONE)
        if isinstance(kept, dict) and kept.get("of") == whose:
            return kept
        return {"of": whose}

    def _wanted(self, service: Service) -> bool:
        return (self._demo or not service.demo) and not self._environ.get(service.replaced_by)

    def _filled(self, text: str) -> str:
        return text.format_map({**self._environ, "python": sys.executable, "port": str(self._port)})

    def _start_services(self, services: Sequence[Service]) -> None:
        for service in services:
            command = [self._filled(part) for part in service.command]
            self._supervisor.add(ServiceProcess(self._folder, service.name, command, self._environ))

    def _await_answers(self, services: Sequence[Service]) -> None:
        deadline = time.monotonic() + _ANSWER_PATIENCE
        with self._reporter.step("Webbservern startas"):
            for service in services:
                while not _answers(self._filled(service.answers)):
                    self._supervisor.tick()
                    worn_out = self._supervisor.deaths(service.name) >= _DEATHS_BEFORE_GIVING_UP
                    if worn_out or time.monotonic() > deadline:
                        raise self._failed(service.name)
                    time.sleep(0.05)

    def _failed(self, name: str) -> EmbeddedError:
        log = self._folder.log(name)
        return EmbeddedError(
            f"Processen {name} kommer inte igång. Se loggen {log}, som slutar så här:\n{tail(log)}"
        )


def files_digest(*paths: Path) -> str:
    """A fingerprint of files: every file named or found under a named folder, by name and content."""
    digest = hashlib.sha256()
    for path in paths:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in found:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(path.parent)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def words_digest(*words: object) -> str:
    """A fingerprint of settings, from which they cannot be read."""
    return hashlib.sha256(repr(words).encode()).hexdigest()


def _port(environ: Mapping[str, str]) -> int:
    given = environ.get("FYRKLANG_PORT") or DEFAULT_PORT
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        raise ConfigError(f"FYRKLANG_PORT måste vara ett tal mellan 1 och 65535, inte ”{given}”.")
    return int(given)


def _function(target: str) -> Callable[..., object]:
    module, name = target.split(":")
    function: Callable[..., object] = getattr(importlib.import_module(module), name)
    return function


def _own(settings: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name.startswith("FYRKLANG_")}


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or HOST, parts.port, timeout=2)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
