"""Tables of files read in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

OFFICE = {"schema": "office"}


class Batch(TenantOwned, Base):
    """A file: STAGED until its rows are judged, then CHECKED, DONE when laid in, UNDONE when taken back.

    `mapping` is field to place in `header`; `faulty` counts rows that are not laid in.
    """

    __tablename__ = "import_batch"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    kind: Mapped[str]
    file_name: Mapped[str]
    digest: Mapped[str]
    header: Mapped[list[str]] = mapped_column(ARRAY(Text))
    mapping: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    state: Mapped[str] = mapped_column(default="STAGED")
    rows: Mapped[int] = mapped_column(default=0)
    faulty: Mapped[int] = mapped_column(default=0)
    job: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Line(TenantOwned, Base):
    """A row of a file by its number. `faults` is field to sentence.

    Rows that are laid in are gone; below zero stands what takes many of them back, in `made`, latest last.
    """

    __tablename__ = "import_row"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    batch_id: Mapped[UUID]
    line: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(ARRAY(Text))
    faults: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    made: Mapped[Any] = mapped_column(JSONB(none_as_null=True))
