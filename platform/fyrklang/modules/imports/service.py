"""Files read in. Nothing of a file counts until all its good rows are laid in, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, func, select, text

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.imports import acts
from fyrklang.modules.imports.models import Batch, Line
from fyrklang.sdk.audit import record
from fyrklang.sdk.grids import read_grid
from fyrklang.sdk.imports import Importer, RowReader, importers
from fyrklang.sdk.jobs import enqueue
from fyrklang.tenancy.bulk import insert_many
from fyrklang.web.uploads import Upload

MOST_AT_ONCE = 500
"""Rows that are judged and laid in while the person waits; more are a job's."""
SHOWN = 50
CHECK, LAY = "imports.check", "imports.lay"
_FAULTS = text(
    "UPDATE office.import_row AS r SET faults = d.faults "
    "FROM jsonb_to_recordset(CAST(:document AS jsonb)) AS d (id uuid, faults jsonb) "
    "WHERE r.tenant_id = :tenant AND r.id = d.id"
)
_STEP = 500
_AT_A_TIME = 5_000
Tell = Callable[[int], None]
"""Hears how many rows are read, and may raise to stop."""


def allowed(actor: Actor) -> dict[str, Importer]:
    """The kinds of rows the actor may lay in."""
    return {code: each for code, each in importers().items() if actor.may(each.permission)}


def kind_of(actor: Actor, code: str) -> Importer:
    """One kind of rows.

    Raises:
        NotFound: there is none.
        Forbidden: it is not the actor's.
    """
    found = importers().get(code)
    if found is None:
        raise NotFound
    actor.require(found.permission)
    return found


def list_batches(actor: Actor) -> Sequence[Batch]:
    """Files of the kinds one may lay in, latest first."""
    actor.require(Permission.INTERVENTIONS_WRITE)
    query = select(Batch).where(Batch.kind.in_(list(allowed(actor))))
    return actor.session.scalars(query.order_by(Batch.created_at.desc(), Batch.id.desc()).limit(100)).all()


def get_batch(actor: Actor, batch_id: UUID) -> Batch:
    """One file.

    Raises:
        NotFound: it does not exist in this förbund, or is of a kind that is not the actor's.
    """
    found = actor.session.scalars(select(Batch).where(Batch.id == batch_id)).first()
    if found is None:
        raise NotFound
    try:
        kind_of(actor, found.kind)
    except Forbidden as fault:
        raise NotFound from fault
    return found


def stage(actor: Actor, code: str, sent: Upload) -> UUID:
    """Keep a file's rows for a look, with a guess at its columns; returns the batch's id.

    Raises:
        Invalid: the file is no table, or was laid in before.
    """
    importer = kind_of(actor, code)
    same = select(Batch.id).where(Batch.kind == code, Batch.digest == sent.digest, Batch.state == "DONE")
    if actor.session.scalar(same.limit(1)):
        raise Invalid(fields={"file": "Den här filen är redan inläst."})
    grid = read_grid(sent)
    header = [name[:200] for name in grid.header]
    made = Batch(
        kind=code,
        file_name=sent.name,
        digest=sent.digest,
        header=header,
        mapping=_remembered(actor, code, header) or guess(importer, header),
        rows=len(grid.rows),
        created_by=actor.person_id,
    )
    actor.session.add(made)
    actor.session.flush()
    lines = [
        {"id": new_id(), "batch_id": made.id, "line": number, "cells": cells} for number, cells in grid.rows
    ]
    insert_many(actor.session, Line, lines)
    record(actor, acts.STAGED, "import", made.id, rows=made.rows)
    ask(actor, made, CHECK)
    return made.id


def _remembered(actor: Actor, code: str, header: Sequence[str]) -> dict[str, int] | None:
    """The columns as they were last chosen for a file with the same heading."""
    query = select(Batch.mapping).where(Batch.kind == code, Batch.header == header, Batch.state == "DONE")
    return actor.session.scalar(query.order_by(Batch.created_at.desc()).limit(1))


def guess(importer: Importer, header: Sequence[str]) -> dict[str, int]:
    """Field to column by heading: its own, another it is known by, or its name in JSON."""
    places: dict[str, int] = {}
    for place, heading in enumerate(header):
        places.setdefault(" ".join(heading.casefold().split()), place)
    found = {}
    for name, label in importer.labels.items():
        known = (str(label).casefold(), *importer.words.get(name, ()), name)
        column = next((places[word] for word in known if word in places), None)
        if column is not None:
            found[name] = column
    return found


def choose_columns(actor: Actor, batch_id: UUID, chosen: Mapping[str, int]) -> None:
    """Say which column means what, and judge the rows anew.

    Raises:
        NotFound: no such file.
        Conflict: it is laid in or taken back already.
        Invalid: a field that must have a column has none, or one column is chosen twice.
    """
    batch = get_batch(actor, batch_id)
    if batch.state not in ("STAGED", "CHECKED"):
        raise Conflict("Filen är redan inläst eller kastad.")
    importer = kind_of(actor, batch.kind)
    mapping = {name: place for name, place in chosen.items() if 0 <= place < len(batch.header)}
    faults = {
        name: f"Välj en kolumn för {str(importer.labels[name]).lower()}."
        for name in importer.required() - mapping.keys()
    }
    taken: dict[int, str] = {}
    for name, place in mapping.items():
        if place in taken:
            faults[name] = f"Kolumnen {batch.header[place]} är redan vald. Välj en annan."
        taken.setdefault(place, name)
    if faults:
        raise Invalid(fields=faults)
    batch.mapping, batch.state = mapping, "STAGED"
    actor.session.flush()
    ask(actor, batch, CHECK)


def ask(actor: Actor, batch: Batch, what: str) -> None:
    """Do it now when the file is small, else by a job that the page can follow."""
    if batch.rows <= MOST_AT_ONCE:
        batch.job = None
        (check if what == CHECK else lay)(actor, batch.id)
    else:
        batch.job = enqueue(actor, what, {"batch_id": str(batch.id)}, key=str(batch.id))
    actor.session.flush()


def _silent(_done: int) -> None:
    """Nobody waits for a small file."""


def check(actor: Actor, batch_id: UUID, tell: Tell = _silent) -> None:
    """Judge every row of a file that waits for it."""
    batch = get_batch(actor, batch_id)
    if batch.state not in ("STAGED", "CHECKED"):
        return
    lines, _values, faults = _judged(actor, batch, tell)
    _keep_faults(actor, lines, faults)
    batch.faulty = sum(1 for each in faults.values() if each)
    batch.state = "CHECKED"
    actor.session.flush()


def _judged(
    actor: Actor, batch: Batch, tell: Tell
) -> tuple[Sequence[Any], dict[UUID, dict[str, Any]], dict[UUID, dict[str, str]]]:
    """The file's rows, the values of those that could be read, and the faults of each."""
    importer = kind_of(actor, batch.kind)
    reader = RowReader(importer)
    query = select(Line.id, Line.cells, Line.faults).where(Line.batch_id == batch.id, Line.line > 0)
    lines = actor.session.execute(query.order_by(Line.line)).all()
    missing = {
        name: f"Filen har ingen kolumn för {str(importer.labels[name]).lower()}."
        for name in importer.required() - batch.mapping.keys()
    }
    values: dict[UUID, dict[str, Any]] = {}
    faults: dict[UUID, dict[str, str]] = {}
    for place, (own, cells, _old) in enumerate(lines):
        if place % _STEP == 0:
            tell(place)
        read, wrong = reader.read({name: cells[place] for name, place in batch.mapping.items()})
        faults[own] = missing or wrong
        if not faults[own]:
            values[own] = read
    for own, wrong in zip(values, importer.judge(actor, list(values.values())), strict=True):
        faults[own] = wrong
    tell(len(lines))
    return lines, values, faults


def _keep_faults(actor: Actor, lines: Sequence[Any], faults: Mapping[UUID, Mapping[str, str]]) -> None:
    """Write the faults of those rows that have others than they had."""
    changed = [
        {"id": str(line.id), "faults": faults[line.id]} for line in lines if faults[line.id] != line.faults
    ]
    # A table just filled looks empty to the planner, which would hold each row against each.
    actor.session.execute(text("SET LOCAL enable_nestloop = off"))
    for start in range(0, len(changed), _AT_A_TIME):
        piece = orjson.dumps(changed[start : start + _AT_A_TIME]).decode()
        actor.session.execute(_FAULTS, {"tenant": actor.context.tenant_id, "document": piece})
    actor.session.execute(text("SET LOCAL enable_nestloop = on"))


def confirm(actor: Actor, batch_id: UUID) -> None:
    """Have the good rows laid in.

    Raises:
        NotFound: no such file.
        Conflict: it is not judged, laid in already, or has no good row.
    """
    batch = get_batch(actor, batch_id)
    if batch.state != "CHECKED":
        raise Conflict("Filen är inte klar att läsas in, eller är redan inläst.")
    if batch.faulty >= batch.rows:
        raise Conflict("Ingen rad går att läsa in. Rätta filen och ladda upp den igen.")
    ask(actor, batch, LAY)


def lay(actor: Actor, batch_id: UUID, tell: Tell = _silent) -> None:
    """Lay the good rows in, judged once more against what is stored now. What is laid in keeps no cells."""
    batch = get_batch(actor, batch_id)
    if batch.state != "CHECKED":
        return
    importer = kind_of(actor, batch.kind)
    lines, values, faults = _judged(actor, batch, tell)
    good = [values[line.id] for line in lines if not faults[line.id]]
    made = list(importer.lay(actor, good))
    tell(len(lines))
    _keep_faults(actor, lines, faults)
    own = delete(Line).where(Line.batch_id == batch.id, Line.line > 0)
    actor.session.execute(own.where(Line.faults == func.jsonb_build_object()))
    _keep_made(actor, batch, made)
    tell(len(lines))
    batch.faulty, batch.state = len(lines) - len(good), "DONE"
    actor.session.flush()
    record(actor, acts.LAID, "import", batch.id, rows=len(good))


def _keep_made(actor: Actor, batch: Batch, made: Sequence[Any]) -> None:
    """What takes the rows back, many to a row below the file's own."""
    pieces = [made[start : start + _AT_A_TIME] for start in range(0, len(made), _AT_A_TIME)]
    rows = [
        {"id": new_id(), "batch_id": batch.id, "line": -number, "cells": [], "made": piece}
        for number, piece in enumerate(pieces, 1)
    ]
    insert_many(actor.session, Line, rows)


def undo(actor: Actor, batch_id: UUID) -> None:
    """Take a file's rows back, or throw a file away that is not laid in.

    Raises:
        NotFound: no such file.
        Conflict: it is taken back already, or something has changed since.
    """
    batch = get_batch(actor, batch_id)
    importer = kind_of(actor, batch.kind)
    if batch.state == "UNDONE":
        raise Conflict("Filen är redan ångrad.")
    made: Sequence[Any] = ()
    if batch.state == "DONE":
        query = select(Line.line, Line.made).where(Line.batch_id == batch.id, Line.made.is_not(None))
        made = [
            each
            for line, kept in actor.session.execute(query.order_by(func.abs(Line.line).desc()))
            for each in (reversed(kept) if line < 0 else (kept,))
        ]
        importer.undo(actor, made)
        actor.session.execute(delete(Line).where(Line.batch_id == batch.id, Line.line < 0))
    batch.state = "UNDONE"
    actor.session.flush()
    record(actor, acts.UNDONE, "import", batch.id, rows=len(made))


def faulty_rows(actor: Actor, batch_id: UUID, most: int | None = None) -> Sequence[Any]:
    """Rows that are not laid in, each with its faults, in the file's order."""
    get_batch(actor, batch_id)
    query = select(Line.line, Line.cells, Line.faults).where(
        Line.batch_id == batch_id, Line.faults != func.jsonb_build_object()
    )
    return actor.session.execute(query.order_by(Line.line).limit(most)).all()


def first_rows(actor: Actor, batch_id: UUID, most: int = 10) -> Sequence[Any]:
    """The first rows of a file as they stand in it."""
    get_batch(actor, batch_id)
    query = select(Line.line, Line.cells).where(Line.batch_id == batch_id, Line.line > 0)
    return actor.session.execute(query.order_by(Line.line).limit(most)).all()
