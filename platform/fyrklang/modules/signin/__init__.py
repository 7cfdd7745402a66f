"""Logging in: the organisation chooser, the way to its issuer and back, roles, language and theme."""

from fyrklang.modules.signin.pages import PAGES
from fyrklang.sdk.parts import Part

PART = Part("signin", pages=(PAGES,))

__all__ = ["PART"]
