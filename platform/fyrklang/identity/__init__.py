"""Who people are: issuers, the login client, sessions, memberships, home organisations."""

from fyrklang.identity.sessions import Identity, build, current, init_app, install, installed, visitor

__all__ = ["Identity", "build", "current", "init_app", "install", "installed", "visitor"]
