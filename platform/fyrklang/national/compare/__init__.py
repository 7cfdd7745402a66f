"""Honest comparison between förbund: statistics, measures, peers."""

from fyrklang.national.compare.part import PART

__all__ = ["PART"]
