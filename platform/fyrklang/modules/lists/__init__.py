"""Saved lists: one door for every list there is."""

from fyrklang.modules.lists.part import PART

__all__ = ["PART"]
