"""Users of a förbund: who they are, what they may do, since when and until when."""

from fyrklang.modules.users.part import PART

__all__ = ["PART"]
