"""What förbund have learnt: cards about insatser, found by search, asked about, and adopted elsewhere."""

from fyrklang.national.catalogue.part import PART

__all__ = ["PART"]
