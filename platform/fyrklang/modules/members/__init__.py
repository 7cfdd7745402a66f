"""Members of a förbund: which authorities, regions and kommuner stand behind it, and since when."""

from fyrklang.modules.members.part import PART

__all__ = ["PART"]
