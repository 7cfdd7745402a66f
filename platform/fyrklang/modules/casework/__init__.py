"""Deltagare: from remiss to avslut, with one joint plan in between."""

from fyrklang.modules.casework.part import PART

__all__ = ["PART"]
