"""Terms of use: published in versions, accepted by everybody before anything else is open."""

from fyrklang.modules.terms.part import PART

__all__ = ["PART"]
