"""Logging in: the organisation chooser, the way to its issuer and back, roles, language and theme."""

from fyrklang.modules.signin.accounts.pages import PAGES as ACCOUNT_PAGES
from fyrklang.modules.signin.pages import PAGES
from fyrklang.modules.signin.trials.pages import PAGES as TRIAL_PAGES
from fyrklang.sdk.parts import Part

PART = Part("signin", pages=(PAGES, ACCOUNT_PAGES, TRIAL_PAGES))

__all__ = ["PART"]
