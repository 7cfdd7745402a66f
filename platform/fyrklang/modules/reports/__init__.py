"""Reports that cannot drift: figures frozen under a number, beside the texts the office writes."""

from fyrklang.modules.reports.part import PART

__all__ = ["PART"]
