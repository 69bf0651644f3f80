"""Addresses of the register, its money, proposals and exceptions."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "risks"
urlpatterns: list[URLPattern | URLResolver] = []
