"""What is wrong with the register's files, said so that the person who wrote them can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend.

    Attributes:
        file: path from the `tenants/` folder.
        field: which field, with post number for lists; empty when the whole file is at fault.
        text: a Swedish sentence.
    """

    file: str
    field: str
    text: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.field}" if self.field else self.file
        return f"{where}: {self.text}"


class RegistryError(Exception):
    """The register cannot be used; `faults` says why, one entry per thing to mend."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
