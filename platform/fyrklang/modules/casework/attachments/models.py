"""The table of files. What a file is called and what it holds are sealed: both may name somebody."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, deferred, mapped_column

from fyrklang.modules.casework.models import CARE, OfStay
from fyrklang.tenancy.session import Base


class Attachment(OfStay, Base):
    """A file of a stay. `size` in bytes, as it was sent in."""

    __tablename__ = "attachment"
    __table_args__ = CARE

    kind: Mapped[str]
    mimetype: Mapped[str]
    size: Mapped[int]
    name_sealed: Mapped[bytes]
    content_sealed: Mapped[bytes] = deferred(mapped_column())
