"""Groups that meet: series, lists of who takes part, and attendance."""

from fyrklang.modules.groups.part import PART

__all__ = ["PART"]
