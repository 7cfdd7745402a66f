"""The vault against a real database: one participant, one place, one förbund; rotation and destruction."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from fyrklang.kernel.config import Config
from fyrklang.kernel.crypto import KeyRing, UnreadableError
from fyrklang.kernel.db import Database
from fyrklang.tenancy.session import tenant_session
from fyrklang.tenancy.vault import DATA, ErasedError, PersonKey, TenantKey, Vault
from tests.people import Forbund, make_forbund
from tests.tenancy.vault.conftest import OpenVault, vault_in

NAME = "care.prov.name"


@given(text=st.text(max_size=200), column=st.sampled_from([NAME, "care.prov.number"]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back(vault: OpenVault, forbund: Forbund, text: str, column: str) -> None:
    person, row = uuid4(), uuid4()
    with vault(forbund) as writing:
        sealed, beside = writing.seal(person, column, text), writing.seal(person, column, text, row)
    with vault(forbund) as reading:
        assert reading.open(person, column, sealed) == text
        assert reading.open(person, column, beside, row) == text


def test_sealed_text_cannot_be_moved(config: Config, vault: OpenVault, forbund: Forbund) -> None:
    one, other, row, elsewhere = uuid4(), uuid4(), uuid4(), make_forbund(config)
    with vault(forbund) as writing:
        sealed = writing.seal(one, NAME, "Tolvan", row)
        writing.seal(other, NAME, "Någon annan")
    with vault(elsewhere) as foreign:
        foreign.seal(one, NAME, "Samma id i ett annat förbund")
        with pytest.raises(UnreadableError):
            foreign.open(one, NAME, sealed, row)
    with vault(forbund) as reading:
        for person, column, at in ((other, NAME, row), (one, "care.prov.number", row), (one, NAME, None)):
            with pytest.raises(UnreadableError):
                reading.open(person, column, sealed, at)


def test_a_key_row_copied_to_another_person_opens_nothing(
    config: Config, vault: OpenVault, forbund: Forbund
) -> None:
    one, other = uuid4(), uuid4()
    with vault(forbund) as writing:
        sealed = writing.seal(one, NAME, "Tolvan")
        writing.seal(other, NAME, "Annan")
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as admin:
        admin.execute(
            "UPDATE vault.person_key SET wrapped = (SELECT wrapped FROM vault.person_key WHERE id = %s) "
            "WHERE id = %s",
            (one, other),
        )
    with vault(forbund) as reading, pytest.raises(UnreadableError):
        reading.open(other, NAME, sealed)


def test_a_list_is_opened_with_one_query_for_keys(database: Database, forbund: Forbund) -> None:
    people = [uuid4() for _ in range(30)]
    with vault_in(database)(forbund) as writing:
        sealed: dict[UUID, bytes | None] = {
            p: writing.seal(p, NAME, f"Person {n}") for n, p in enumerate(people)
        }
        writing.shred(people[3])
    asked: list[str] = []
    with tenant_session(database, forbund.context) as session:
        execute = session.execute
        session.execute = lambda *a, **k: (asked.append("x"), execute(*a, **k))[1]  # type: ignore[method-assign]
        opened = Vault(session).open_all(NAME, {**sealed, people[4]: None})
    assert len(asked) == 1
    assert opened == {p: f"Person {n}" for n, p in enumerate(people) if n not in (3, 4)}


def test_the_index_finds_in_one_forbund_only(config: Config, vault: OpenVault, forbund: Forbund) -> None:
    elsewhere = make_forbund(config)
    with vault(forbund) as here, vault(elsewhere) as there:
        first, foreign = here.index("number", "abc"), there.index("number", "abc")
        assert here.index("name", "abc") != first
    with vault(forbund) as again:
        assert again.index("number", "abc") == first
    assert first != foreign


def test_a_shredded_participant_is_gone_and_stays_gone(vault: OpenVault, forbund: Forbund) -> None:
    person, other = uuid4(), uuid4()
    with vault(forbund) as writing:
        sealed, kept = writing.seal(person, NAME, "Tolvan"), writing.seal(other, NAME, "Kvar")
    with vault(forbund) as shredding:
        assert shredding.open(person, NAME, sealed) == "Tolvan"
        shredding.shred(person)
        with pytest.raises(ErasedError):
            shredding.open(person, NAME, sealed)
    with vault(forbund) as after:
        with pytest.raises(ErasedError):
            after.open(person, NAME, sealed)
        with pytest.raises(ErasedError):
            after.seal(person, NAME, "Tolvan igen")
        assert after.open(other, NAME, kept) == "Kvar"


def test_rotation_changes_every_key_and_no_text(database: Database, forbund: Forbund) -> None:
    vault, people = vault_in(database), [uuid4() for _ in range(5)]
    with vault(forbund) as writing:
        sealed = {p: writing.seal(p, NAME, str(p)) for p in people}
        number = writing.index("number", "x")
        writing.shred(people[0])
    before = _keys(database, forbund)
    with vault(forbund) as rotating:
        assert rotating.rotate() == 4
    after = _keys(database, forbund)
    assert not before & after
    with vault(forbund) as reading:
        assert reading.open_all(NAME, dict(sealed)) == {p: str(p) for p in people[1:]}
        assert reading.index("number", "x") == number
        reading.seal(uuid4(), NAME, "ny")


def test_a_new_platform_key_replaces_the_old(config: Config, database: Database, forbund: Forbund) -> None:
    person = uuid4()
    with vault_in(database)(forbund) as writing:
        sealed = writing.seal(person, NAME, "Tolvan")
        number = writing.index("number", "x")
    old = config.field_key_ring()
    newer, only_newer = (KeyRing({"k1": b"1" * 32, **older}) for older in (old.keys, {}))
    with vault_in(database)(forbund) as changing:
        changing._ring = newer
        assert changing.rewrap() == 2
        assert changing.rewrap() == 0
    with vault_in(database)(forbund) as reading:
        reading._ring = only_newer
        assert reading.open(person, NAME, sealed) == "Tolvan"
        assert reading.index("number", "x") == number
    with vault_in(database)(forbund) as stale, pytest.raises(UnreadableError):
        stale.open(person, NAME, sealed)


def test_sealing_and_reading_go_on_while_keys_are_rotated(database: Database, forbund: Forbund) -> None:
    vault, person, faults, stop = vault_in(database), uuid4(), [], threading.Event()
    with vault(forbund) as writing:
        sealed = writing.seal(person, NAME, "Tolvan")
    done: list[UUID] = []

    def work() -> None:
        while not stop.is_set():
            try:
                with vault(forbund) as both:
                    assert both.open(person, NAME, sealed) == "Tolvan"
                    new = uuid4()
                    both.seal(new, NAME, "ny")
                done.append(new)
            except (UnreadableError, SQLAlchemyError, AssertionError) as fault:
                faults.append(fault)
                return

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _turn in range(8):
        with vault(forbund) as rotating:
            rotating.rotate()
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert done
    with tenant_session(database, forbund.context) as session:
        left = session.scalars(select(TenantKey).where(TenantKey.purpose == DATA)).all()
        assert [key.generation for key in left] == [9]
        people = session.scalar(
            select(func.count()).select_from(PersonKey).where(PersonKey.tenant_key_id == left[0].id)
        )
    assert people == len(done) + 1


def test_two_first_requests_agree_on_the_keys(database: Database, forbund: Forbund) -> None:
    vault, barrier, values = vault_in(database), threading.Barrier(4), []

    def first() -> None:
        with vault(forbund) as opened:
            barrier.wait()
            values.append(opened.index("number", "x"))
            opened.seal(uuid4(), NAME, "först")

    threads = [threading.Thread(target=first) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(values) == 4
    assert len(set(values)) == 1
    with tenant_session(database, forbund.context) as session:
        assert session.scalar(select(func.count()).select_from(TenantKey)) == 2


def _keys(database: Database, forbund: Forbund) -> set[bytes]:
    with tenant_session(database, forbund.context) as session:
        own = session.scalars(select(TenantKey.wrapped).where(TenantKey.purpose == DATA)).all()
        people = session.scalars(select(PersonKey.wrapped).where(PersonKey.wrapped.is_not(None))).all()
    return {*own, *(key for key in people if key)}
