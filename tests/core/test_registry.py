"""Plug-ins are found by scanning, and a broken one is never skipped in silence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from relportal.core.registry import Registry


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    name = tmp_path / "plugins_of_a_test"
    name.mkdir()
    (name / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in [key for key in sys.modules if key.startswith(name.name)]:
        del sys.modules[module]
    return name


def plugin(package: Path, module: str, key: str) -> None:
    (package / f"{module}.py").write_text(f"class PLUGIN:\n    key = {key!r}\n")


def test_each_file_of_the_package_is_a_plug_in_and_shared_code_is_not(
    package: Path,
) -> None:
    plugin(package, "one", "one")
    (package / "_shared.py").write_text("")
    assert list(Registry(package.name)) == ["one"]


def test_a_broken_file_fails_start_up(package: Path) -> None:
    (package / "broken.py").write_text("import no_such_module\n")
    with pytest.raises(ModuleNotFoundError):
        list(Registry(package.name))


def test_a_file_without_a_plug_in_fails_start_up(package: Path) -> None:
    (package / "empty.py").write_text("")
    with pytest.raises(AttributeError):
        list(Registry(package.name))


def test_a_key_used_twice_fails_start_up(package: Path) -> None:
    plugin(package, "one", "same")
    plugin(package, "two", "same")
    with pytest.raises(RuntimeError, match="same"):
        list(Registry(package.name))
