"""Does the process live, and can it serve? For the supervisor and the cluster, not for people."""

from fyrklang.modules.health.routes import PART

__all__ = ["PART"]
