"""Insatser: what a förbund finances, what it is meant to reach and what it reached."""

from fyrklang.modules.interventions.part import PART

__all__ = ["PART"]
