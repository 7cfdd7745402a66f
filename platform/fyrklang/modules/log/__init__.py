"""The log as those read it who may: by question for the reviewer, by state for the administrator, one's own."""

from fyrklang.modules.log.part import PART

__all__ = ["PART"]
