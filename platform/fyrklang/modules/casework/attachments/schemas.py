"""What is said of a file that is sent in."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, validates_schema

from fyrklang.modules.casework import codes
from fyrklang.modules.casework.shapes import choice


class AttachmentIn(Schema):
    """What kind of file it is and who may read it."""

    kind = choice(codes.ATTACHMENT_KINDS, required=True)
    sharing = choice(("OWN", "SHARED", "HEALTH"), load_default="OWN")

    @validates_schema(skip_on_field_errors=True)
    def keep_health_apart(self, data: Any, **_more: Any) -> None:
        """What tells of somebody's health goes to those with consent to health, or stays with the party."""
        if data["kind"] == "MEDICAL" and data["sharing"] == "SHARED":
            text = "Ett medicinskt underlag delas bara med parter som har samtycke till hälsouppgifter."
            raise ValidationError({"sharing": text})
