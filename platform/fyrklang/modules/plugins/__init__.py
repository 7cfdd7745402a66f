"""Plugins in a förbund: what there is, what it may see, on and off, settings, and the doors to their pages."""

from fyrklang.modules.plugins import jobs as jobs
from fyrklang.modules.plugins.part import PART

__all__ = ["PART"]
