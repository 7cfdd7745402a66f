"""SCIM 2.0: an employer's directory says who works there (RFC 7643 and 7644, users only)."""

from fyrklang.modules.scim.routes import PART

__all__ = ["PART"]
