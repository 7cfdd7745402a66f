"""The start page: what needs a hand and where the förbund stands, made of what the features bring."""

from fyrklang.modules.start.pages import PART

__all__ = ["PART"]
