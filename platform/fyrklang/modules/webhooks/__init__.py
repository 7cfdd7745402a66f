"""Webhooks: other systems are told that something happened, signed, without anything about anybody."""

from fyrklang.modules.webhooks.part import PART

__all__ = ["PART"]
