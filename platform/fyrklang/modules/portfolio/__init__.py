"""The life of insatser from idea to end: applications, decisions, and the portfolio they make together."""

from fyrklang.modules.portfolio.part import PART

__all__ = ["PART"]
