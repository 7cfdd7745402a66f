"""One year after: whom to ask, how it is for them, and how many were reached."""

from fyrklang.modules.followups.part import PART

__all__ = ["PART"]
