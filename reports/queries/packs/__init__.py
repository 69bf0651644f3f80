"""Items of agendas: one module builds the block of one kind, under its own name as key; nothing else has to be edited for a new
one. Packs are read by everybody who reads reviews: what is private is left out, and counted where it matters."""

from __future__ import annotations

from relportal.core.registry import Registry
from reports.queries.packs._base import Item

ITEMS: Registry[Item] = Registry("reports.queries.packs")
