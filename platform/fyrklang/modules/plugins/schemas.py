"""What the forms about plugins hold; the settings' own schema is made from each manifest."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields, validate

from fyrklang.web.forms import SwedishInteger


class SwitchIn(Schema):
    """On or off."""

    to = fields.String(required=True, validate=validate.OneOf(["on", "off"]))


class RestoreIn(Schema):
    """Which of the saved settings."""

    version = SwedishInteger(required=True, validate=validate.Range(min=0, max=1_000_000))


class PluginAnswer(Schema):
    """Whatever the plugin answers."""

    class Meta:
        """Its names are the plugin's own."""

        unknown = INCLUDE
