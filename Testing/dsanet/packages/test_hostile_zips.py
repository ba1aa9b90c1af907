"""Zip files made to harm: each is refused by name within a second, and leaves nothing behind."""

import io
import os
import random
import shutil
import stat
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from dsanet.errors import PackageError
from dsanet.packages import MANIFEST, WEIGHTS, Registry

Packed = Callable[[Any], bytes]
BIG = 1 << 30


def with_entry(name: str, data: bytes = b"evil") -> Packed:
    return lambda forge: bytes(forge.zip((name, data)))


def with_mode(mode: int) -> Packed:
    """The weights as a link or a device."""

    def make(forge: Any) -> bytes:
        data = forge.get(WEIGHTS)
        (forge.folder / WEIGHTS).unlink()
        entry = ZipInfo(f"tiny/{WEIGHTS}")
        entry.external_attr = mode << 16
        return bytes(forge.zip((entry, data)))

    return make


def in_central(offset: int, value: bytes) -> Packed:
    """Change the first entry of the directory."""

    def make(forge: Any) -> bytes:
        data = bytearray(forge.zip())
        at = data.index(b"PK\1\2") + offset
        data[at : at + len(value)] = value
        return bytes(data)

    return make


def replaced(old: bytes, new: bytes) -> Packed:
    """Rename wherever a name occurs, in the entries and in the directory."""
    assert len(old) == len(new)
    return lambda forge: bytes(forge.zip().replace(old, new))


def compressed(kind: int, name: str, data: bytes) -> Packed:
    def make(forge: Any) -> bytes:
        (forge.folder / name).unlink()
        entry = ZipInfo(f"tiny/{name}")
        entry.compress_type = kind
        return bytes(forge.zip((entry, data)))

    return make


def ratio_bomb(forge: Any) -> bytes:
    """100 MB of zeros in the place of the weights, as model.json says."""
    forge.edit(lambda m: m["files"][WEIGHTS].update(bytes=100_000_000))
    return compressed(ZIP_DEFLATED, WEIGHTS, bytes(100_000_000))(forge)


def lying_bomb(forge: Any) -> bytes:
    """Deflated zeros that state the size and checksum of what is expected."""
    data = forge.get(WEIGHTS)
    packed = bytearray(compressed(ZIP_DEFLATED, WEIGHTS, bytes(50 * len(data)))(forge))
    at = packed.rindex(b"PK\1\2")
    packed[at + 16 : at + 20] = struct.pack("<I", zlib.crc32(data))
    packed[at + 24 : at + 28] = struct.pack("<I", len(data))
    return bytes(packed)


def overlapping(forge: Any) -> bytes:
    """Two entries of the directory that lead to the same bytes."""
    data = bytearray(forge.zip())
    second = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    data[second + 42 : second + 46] = bytes(4)
    return bytes(data)


def many(forge: Any) -> bytes:
    """10^5 entries in one directory."""
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("a", b"")
    data = stream.getvalue()
    first, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    directory = data[first:end] * 100_000
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 34464, 34464, len(directory), first, 0)
    return data[:first] + directory + tail


def wrong_checksum(forge: Any) -> bytes:
    data = forge.zip()
    at = data.index(forge.get(WEIGHTS)) + 999
    return bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])


def zip64(forge: Any) -> bytes:
    data = forge.zip()
    return bytes(data[:-22] + b"PK\6\7" + bytes(16) + data[-22:])


HOSTILE: dict[str, tuple[Packed, str]] = {
    "slip": (with_entry("../evil.py"), r"'\.\./evil.py', which lies in no plain folder"),
    "deep slip": (with_entry("tiny/../../evil.py"), "lies in no plain folder"),
    "slip of a known name": (lambda f: f.zip(prefix="../"), "lies in no plain folder"),
    "absolute": (with_entry("/etc/evil"), "lies in no plain folder"),
    "drive": (with_entry("C:\\evil"), "is no file of a model package"),
    "unc": (with_entry("\\\\host\\share\\evil"), "is no file of a model package"),
    "backslash": (with_entry("tiny\\..\\evil"), "is no file of a model package"),
    "nul": (replaced(b"tiny/fusion.bin", b"tiny/fusion\0bin"), "no file of a model package"),
    "python": (with_entry("tiny/__init__.py"), "'tiny/__init__.py', which is no file"),
    "nested zip": (lambda f: f.zip(("tiny/a.zip", f.zip())), "is no file of a model package"),
    "sub-folder": (with_entry("tiny/a/model.json"), "lies in no plain folder"),
    "other case": (with_entry("tiny/Model.json"), "is no file of a model package"),
    "trailing dot": (with_entry("tiny/model.json."), "is no file of a model package"),
    "windows device": (lambda f: f.zip(prefix="NUL/"), "lies in no plain folder"),
    "two folders": (replaced(b"tiny/fusion.bin", b"tino/fusion.bin"), "files of several folders"),
    "duplicate": (with_entry("tiny/model.json", b"{}"), "holds model.json twice"),
    "link": (with_mode(stat.S_IFLNK | 0o777), "holds model.safetensors as a link or device"),
    "device": (with_mode(stat.S_IFCHR | 0o666), "holds model.safetensors as a link or device"),
    "pipe": (with_mode(stat.S_IFIFO | 0o666), "holds model.safetensors as a link or device"),
    "encrypted": (in_central(8, b"\1\0"), "encrypted"),
    "strongly encrypted": (in_central(8, b"\x41\0"), "encrypted"),
    "bzip2": (compressed(ZIP_BZIP2, "fusion.bin", b"0" * 99), "in compression 12"),
    "ratio": (ratio_bomb, r"packed \d+ to 1, expected at most 200"),
    "lying ratio": (lying_bomb, "damaged"),
    "overlap": (overlapping, "over the bytes of another entry|is damaged"),
    "overlap of data": (in_central(20, struct.pack("<I", 50_000)), "over the bytes of another"),
    "10^5 entries": (many, "lists 34464 entries, expected at most 6"),
    "wrong checksum": (wrong_checksum, "is damaged at model.safetensors: Bad CRC-32"),
    "huge entry": (
        in_central(24, struct.pack("<I", 2**32 - 2)),
        r"packed \d+ to 1|bytes, expected",
    ),
    "header elsewhere": (in_central(42, struct.pack("<I", 7)), "is damaged"),
    "header beyond": (in_central(42, struct.pack("<I", BIG)), "is damaged|overlaps"),
    "cut off": (lambda f: f.zip()[:-30], "is cut off"),
    "only the end": (lambda f: f.zip()[-22:], "has bytes that belong to no entry, or lacks"),
    "without start": (lambda f: f.zip()[100:], "or lacks some"),
    "something before": (lambda f: b"MZ" + f.zip(), "has bytes that belong to no entry"),
    "something behind": (lambda f: f.zip() + b"MZ", "ends with a comment"),
    "comment": (lambda f: f.zip()[:-2] + b"\1\0" + b"!", "ends with a comment"),
    "zip64": (zip64, "more than 65534 entries"),
    "no model.json": (
        lambda f: f.zip(prefix="tiny/").replace(b"model.json", b"fusion.bin"),
        "twice",
    ),
    "empty zip": (lambda _: b"PK\5\6" + bytes(18), "holds no model.json"),
    "empty file": (lambda _: b"", "is no zip file"),
    "tar": (lambda f: bytes(10_000), "is no zip file"),
    "pickle": (lambda f: f"cposix\nsystem\n(S'touch {f.sentinel}'\ntR.".encode(), "no zip file"),
}


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip_is_refused_and_leaves_nothing(
    case: str, forge: Any, registry: Registry, home: Path, tmp_path: Path
) -> None:
    make, found = HOSTILE[case]
    source = tmp_path / "inner" / "hostile.zip"
    source.parent.mkdir()
    source.write_bytes(make(forge))
    before = {path.name for path in tmp_path.iterdir()}
    started = time.process_time()
    with pytest.raises(PackageError, match=rf"(?s)model package {source}: .*({found})"):
        registry.import_package(source)
    assert time.process_time() - started < 1
    assert {path.name for path in tmp_path.iterdir()} == before
    assert list(source.parent.iterdir()) == [source]
    assert not home.exists()
    assert not forge.sentinel.exists()


@pytest.mark.parametrize("case", ["ratio", "lying ratio", "10^5 entries", "huge entry"])
def test_a_bomb_takes_little_memory(
    case: str, forge: Any, registry: Registry, tmp_path: Path
) -> None:
    source = tmp_path / "bomb.zip"
    source.write_bytes(HOSTILE[case][0](forge))
    tracemalloc.start()
    with pytest.raises(PackageError):
        registry.import_package(source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6


def test_what_a_folder_is_refused_for_a_zip_is_too(
    forge: Any, registry: Registry, tmp_path: Path
) -> None:
    forge.edit(lambda manifest: manifest.update(classes=["background", "MAT", "BV"]))
    (tmp_path / "a.zip").write_bytes(forge.zip())
    with pytest.raises(PackageError, match=r"a\.zip: model.json has classes"):
        registry.import_package(tmp_path / "a.zip")
    forge.edit(lambda manifest: manifest.update(classes=["background", "BV", "MAT"]))
    (forge.folder / "fusion.bin").unlink()
    (tmp_path / "a.zip").write_bytes(forge.zip())
    with pytest.raises(PackageError, match="holds no fusion.bin"):
        registry.import_package(tmp_path / "a.zip")


@pytest.mark.skipif(os.name == "nt", reason="POSIX files")
def test_what_is_no_file_is_refused_without_waiting(registry: Registry, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    for source in (tmp_path / "pipe.zip", Path("/dev/zero")):
        with pytest.raises(PackageError, match="is a pipe or device, expected a plain file"):
            registry.import_package(source)
    with pytest.raises(PackageError, match=r"gone.zip: .* no such file"):
        registry.import_package(tmp_path / "gone.zip")


@pytest.mark.parametrize("prefix", ["", "tiny/", "renamed-by-me/"])
@pytest.mark.parametrize("kind", [0, ZIP_DEFLATED])
def test_a_zip_made_by_hand_is_taken(
    prefix: str, kind: int, forge: Any, registry: Registry, tmp_path: Path
) -> None:
    with ZipFile(tmp_path / "a.zip", "w", kind) as archive:
        if prefix:
            archive.writestr(prefix, b"")
        for name, data in forge.contents().items():
            archive.writestr(prefix + name, data)
    folder = registry.import_package(tmp_path / "a.zip").folder
    assert folder.name == "tiny"
    written = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MANIFEST}
    assert written == {name: data for name, data in forge.contents().items() if name != MANIFEST}


def test_damaged_zips_are_read_right_or_refused(forge: Any, home: Path, tmp_path: Path) -> None:
    """Seeded mutants; those that are taken hold the very package."""
    data = forge.without_ir().zip()
    structure = [*range(60), *range(len(data) - 400, len(data))]
    dice = random.Random(5)
    source = tmp_path / "mutant.zip"
    taken = 0
    for _ in range(400):
        mutant = bytearray(data)
        for _ in range(dice.randint(1, 3)):
            mutant[dice.choice(structure)] = dice.choice([0, 1, 0x7F, 0xFF, dice.randrange(256)])
        source.write_bytes(mutant)
        with suppress(PackageError):
            package = Registry(home).import_package(source)
            assert package.manifest == forge.manifest
            taken += 1
            shutil.rmtree(home)
    assert 0 < taken < 300
