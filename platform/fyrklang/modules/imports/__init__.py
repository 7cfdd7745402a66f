"""Files read in: looked at first, laid in by one act, and taken back by one."""

from fyrklang.modules.imports.part import PART

__all__ = ["PART"]
