"""A workshop for model packages, sound and hostile."""

import hashlib
import io
import json
import shutil
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import numpy as np
import pytest

from dsanet.errors import PackageError
from dsanet.packages import IR_FILES, MANIFEST, WEIGHTS, ModelPackage, Registry, load_package


class Forge:
    """A package's folder that can be changed, its stated hashes with it."""

    def __init__(self, folder: Path, sentinel: Path) -> None:
        self.folder = folder
        self.sentinel = sentinel
        """What hostile code would create."""

    @property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text())
        return found

    def edit(self, change: Callable[[dict[str, Any]], object]) -> "Forge":
        manifest = self.manifest
        change(manifest)
        (self.folder / MANIFEST).write_text(json.dumps(manifest))
        return self

    def put(self, name: str, data: bytes) -> "Forge":
        """Replace a file and state its true hash and size, as a hostile author would."""
        (self.folder / name).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()

        def restate(manifest: dict[str, Any]) -> None:
            manifest["files"][name] = {"sha256": digest, "bytes": len(data)}
            if name == WEIGHTS:
                manifest["ir_of"] = digest

        return self.edit(restate)

    def get(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def without_ir(self) -> "Forge":
        for name in IR_FILES:
            (self.folder / name).unlink()
        return self.edit(lambda manifest: [manifest["files"].pop(name) for name in IR_FILES])

    def header(self) -> dict[str, Any]:
        data = self.get(WEIGHTS)
        (length,) = struct.unpack("<Q", data[:8])
        found: dict[str, Any] = json.loads(data[8 : 8 + length])
        return found

    def put_header(self, header: object, data: bytes | None = None) -> "Forge":
        """Replace the header of the weights, and its data where given."""
        before = self.get(WEIGHTS)
        (length,) = struct.unpack("<Q", before[:8])
        text = json.dumps(header).encode()
        rest = before[8 + length :] if data is None else data
        return self.put(WEIGHTS, struct.pack("<Q", len(text)) + text + rest)

    def edit_header(self, change: Callable[[dict[str, Any]], object]) -> "Forge":
        header = self.header()
        change(header)
        return self.put_header(header)

    def set_weight(self, value: float) -> "Forge":
        """Set the last weight."""
        data = bytearray(self.get(WEIGHTS))
        data[-2:] = np.array([value], "<f2").tobytes()
        return self.put(WEIGHTS, bytes(data))

    def rename(self, name: str) -> "Forge":
        return self.edit(lambda manifest: manifest.update(name=name))

    def contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}

    def zip(self, *extra: tuple[ZipInfo | str, bytes], prefix: str = "tiny/") -> bytes:
        """Pack the folder, and further entries behind it."""
        stream = io.BytesIO()
        with ZipFile(stream, "w") as archive:
            for name, data in self.contents().items():
                archive.writestr(prefix + name, data)
            for entry, data in extra:
                archive.writestr(entry, data)
        return stream.getvalue()


@pytest.fixture
def forge(tiny_package: ModelPackage, tmp_path: Path) -> Forge:
    """A copy of the tiny package."""
    folder = tmp_path / "forge"
    shutil.copytree(tiny_package.folder, folder)
    return Forge(folder, tmp_path / "sentinel")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the user's registry would be; nothing is there."""
    return tmp_path / "home"


@pytest.fixture
def registry(home: Path) -> Registry:
    """An empty registry."""
    return Registry(home)


@pytest.fixture
def refuses(forge: Forge, registry: Registry, home: Path) -> Callable[[Any, str], None]:
    """Make the forge hostile; loading and importing refuse it within a second, with no effect."""

    def check(make: Callable[[Forge], object], found: str) -> None:
        make(forge)
        for step in (load_package, registry.import_package):
            started = time.process_time()
            with pytest.raises(PackageError, match=rf"(?s)model package {forge.folder}: .*{found}"):
                step(forge.folder)
            assert time.process_time() - started < 1
        assert not forge.sentinel.exists()
        assert not home.exists()

    return check


@pytest.fixture
def imported(registry: Registry, forge: Forge) -> Registry:
    """A registry with two models, `one` and `two`, of different weights."""
    registry.import_package(forge.without_ir().rename("one").folder)
    registry.import_package(forge.set_weight(0.5).rename("two").folder)
    return registry
