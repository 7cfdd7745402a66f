"""The förbund's money: who pays, what it is spent on, what is left, and the bookkeeping it is read from."""

from fyrklang.modules.economy.part import PART

__all__ = ["PART"]
