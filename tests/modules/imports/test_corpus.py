"""Every file of the corpus gets what it deserves, and none leaves half of itself behind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.economy.models import LedgerRow
from fyrklang.modules.imports import service
from fyrklang.modules.imports.models import Batch, Line
from fyrklang.sdk.imports import importers
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import tenant_session
from fyrklang.web import upload_check, uploads
from tests.modules.imports import corpus
from tests.people import Forbund

MAY = frozenset({importers()["kostnader"].permission, Permission.INTERVENTIONS_WRITE})


class _BackError(Exception):
    """Takes everything back."""


@pytest.fixture
def desk(app: Flask, own: Forbund, database: Database, monkeypatch: pytest.MonkeyPatch) -> object:
    """Opens the förbund for one file and takes everything back after it."""
    # The process with little memory is tried elsewhere; here only what it finds.
    monkeypatch.setattr(uploads, "_in_a_process", lambda kind, sent: upload_check.examine(kind.code, sent))
    context = TenantContext(own.id, own.slug, actor_id=uuid4())

    @contextmanager
    def opened() -> Iterator[Actor]:
        try:
            with app.test_request_context(), tenant_session(database, context) as session:
                yield Actor(session, context, context.actor_id, "", frozenset(), MAY, loa=3)
                raise _BackError
        except _BackError:
            pass

    return opened


def staged(app: Flask, actor: Actor, name: str, content: bytes) -> UUID:
    with app.test_request_context(method="POST", data={"file": (io.BytesIO(content), name)}):
        sent = uploads.receive("file", uploads.XLSX, uploads.CSV)
    return service.stage(actor, "kostnader", sent)


def costs(actor: Actor) -> list[tuple[object, int]]:
    rows = select(LedgerRow.on_date, LedgerRow.amount_ore).order_by(LedgerRow.on_date)
    return [(row[0], row[1]) for row in actor.session.execute(rows)]


def test_the_corpus_is_large_enough() -> None:
    sizes = [len(each()) for each in (corpus.good_text, corpus.good_books, corpus.faulty, corpus.refused)]
    assert sum(sizes) >= 150, sizes


def test_good_files_are_laid_in_and_taken_back(app: Flask, desk) -> None:
    for name, content in (corpus.good_text() | corpus.good_books()).items():
        with desk() as actor:
            batch = service.get_batch(actor, staged(app, actor, name, content))
            assert (batch.state, batch.rows, batch.faulty) == ("CHECKED", 2, 0), name
            service.confirm(actor, batch.id)
            assert costs(actor) == corpus.MEANT, name
            kept = actor.session.execute(select(Line.line, Line.cells)).all()
            assert [tuple(row) for row in kept] == [(-1, [])], name
            service.undo(actor, batch.id)
            assert costs(actor) == []
            assert actor.session.scalar(select(func.count()).select_from(Line)) == 0


def test_dirty_rows_are_told_by_their_field_and_stay_out(app: Flask, desk) -> None:
    for name, (content, fields) in corpus.faulty().items():
        with desk() as actor:
            batch = service.get_batch(actor, staged(app, actor, name, content))
            assert (batch.state, batch.rows, batch.faulty) == ("CHECKED", 1, 1), name
            assert set(service.faulty_rows(actor, batch.id)[0].faults) == fields, name
            with pytest.raises(Conflict, match="Ingen rad går att läsa in"):
                service.confirm(actor, batch.id)
            assert costs(actor) == []


def test_a_good_row_beside_a_dirty_one_is_laid_in_alone(app: Flask, desk) -> None:
    content = corpus.table([*corpus.LINES, ("x", "Revision", "1")]).encode()
    with desk() as actor:
        batch = service.get_batch(actor, staged(app, actor, "fil.csv", content))
        service.confirm(actor, batch.id)
        assert (batch.state, batch.faulty) == ("DONE", 1)
        assert costs(actor) == corpus.MEANT
        assert [row.line for row in service.faulty_rows(actor, batch.id)] == [4]


def test_what_is_no_table_is_refused_with_a_sentence(app: Flask, desk) -> None:
    for name, content in corpus.refused().items():
        with desk() as actor:
            with pytest.raises(Invalid) as told:
                staged(app, actor, name, content)
            assert told.value.fields["file"].endswith("."), name
            assert actor.session.scalar(select(func.count()).select_from(Batch)) == 0, name
