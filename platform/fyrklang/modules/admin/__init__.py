"""Administration. Today the platform's own view: which förbund there are. It reaches no förbund's data."""

from fyrklang.modules.admin.pages import PART

__all__ = ["PART"]
