"""Plug-ins: one file in a package is one plug-in, found by scanning; third parties add theirs by entry points."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """Key -> plug-in, from every module of the package `name`.

    A module offers its plug-in as `PLUGIN`, whose attribute `key` is the module's name. A broken file, a missing `PLUGIN`
    or a key used twice fails start-up: a plug-in is never skipped in silence. Modules that begin with an underscore are
    shared code, not plug-ins.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def _found(self) -> dict[str, T]:
        package = importlib.import_module(self.name)
        modules = [
            importlib.import_module(f"{self.name}.{info.name}")
            for info in pkgutil.iter_modules(package.__path__)
            if not info.name.startswith("_")
        ]
        found: dict[str, T] = {}
        plugins: list[Any] = [module.PLUGIN for module in modules]
        plugins += [point.load() for point in entry_points(group=f"relportal.{self.name}")]
        for plugin in plugins:
            if plugin.key in found:
                raise RuntimeError(f"two plug-ins of {self.name} have the key {plugin.key!r}")
            found[plugin.key] = plugin
        return found

    def __getitem__(self, key: str) -> T:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
