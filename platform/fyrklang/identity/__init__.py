"""Who people are: issuers, the login client, sessions, memberships, home organisations."""

from fyrklang.identity.service import Identity, build, current, install, installed, visitor

__all__ = ["Identity", "build", "current", "install", "installed", "visitor"]
