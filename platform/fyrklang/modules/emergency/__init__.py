"""Access in an emergency ("nödåtkomst"): one case, two people, one hour, read-only, reviewed afterwards."""

from fyrklang.modules.emergency.part import PART

__all__ = ["PART"]
