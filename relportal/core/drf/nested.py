"""Rows within a row."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class WholeRow(serializers.Serializer[Any]):
    """In a PATCH, what is not given stays; but a list that is given replaces the old one, so that each of its rows needs what it
    needs in a POST, and has its defaults. DRF takes "partial" for what lies within as well."""

    def to_internal_value(self, data: Any) -> Any:
        if self.root is self:
            return super().to_internal_value(data)
        alone = type(self)(data=data, context=self.context)
        alone.is_valid(raise_exception=True)
        return alone.validated_data
