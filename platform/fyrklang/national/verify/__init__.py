"""An independent check of a release: no solver, and nothing in common with what made it."""

from fyrklang.national.verify.check import faults_of

__all__ = ["faults_of"]
