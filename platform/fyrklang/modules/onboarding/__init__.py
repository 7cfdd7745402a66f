"""The first afternoon of a förbund: what is left before it is at work."""

from fyrklang.modules.onboarding.part import PART

__all__ = ["PART"]
