"""What Nationella rådet opens first: how far the country has come, and what is missing."""

from fyrklang.national.council.part import PART

__all__ = ["PART"]
