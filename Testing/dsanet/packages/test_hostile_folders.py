"""Packages made to harm: each is refused by name within a second, and leaves nothing behind."""

import io
import json
import os
import random
import struct
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from dsanet.errors import PackageError
from dsanet.packages import IR_FILES, MANIFEST, WEIGHTS, Registry, load_package

FIRST = "decoder.blocks.0.0.0.weight"
Hostile = Callable[[Any], object]


def pickled(forge: Any) -> bytes:
    """Pickle opcodes that create the sentinel."""
    return f"cposix\nsystem\n(S'touch {forge.sentinel}'\ntR.".encode()


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return stream.getvalue()


def tarred(data: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in ("pickle", "storages", "tensors"):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


def padded(forge: Any, data: bytes) -> None:
    """Put other data in the place of the weights, of a size that they might have."""
    forge.put(WEIGHTS, data + bytes(len(forge.get(WEIGHTS)) - len(data)))


def manifest_text(text: str | bytes) -> Hostile:
    data = text.encode() if isinstance(text, str) else text
    return lambda forge: (forge.folder / MANIFEST).write_bytes(data)


def edited(change: Callable[[dict[str, Any]], object]) -> Hostile:
    return lambda forge: forge.edit(change)


def stated(**values: Any) -> Hostile:
    """State something else of the weights."""
    return edited(lambda manifest: manifest["files"][WEIGHTS].update(values))


def listed(name: str) -> Hostile:
    """List one more file, of the hash of another."""
    return edited(lambda manifest: manifest["files"].update({name: manifest["files"][WEIGHTS]}))


def architecture(**values: Any) -> Hostile:
    return edited(lambda manifest: manifest["architecture"].update(values))


def header(change: Callable[[dict[str, Any]], object]) -> Hostile:
    return lambda forge: forge.edit_header(change)


def weight(**values: Any) -> Hostile:
    """Lie about one weight in the header."""
    return header(lambda found: found[FIRST].update(values))


def instead(make: Callable[[Path], object], name: str = WEIGHTS) -> Hostile:
    """Put something that is no file in the place of a file."""

    def change(forge: Any) -> None:
        (forge.folder / name).unlink()
        make(forge.folder / name)

    return change


def overlapping(found: dict[str, Any]) -> None:
    names = sorted(found, key=lambda name: found[name]["data_offsets"])
    found[names[1]]["data_offsets"] = found[names[0]]["data_offsets"]


def twice(forge: Any) -> None:
    text = forge.get(MANIFEST).decode()
    (forge.folder / MANIFEST).write_text(text.replace('"format":', '"format": 1, "format":'))


def bomb(tensors: int) -> Hostile:
    def change(forge: Any) -> None:
        entry = {"dtype": "F16", "shape": [0], "data_offsets": [0, 0]}
        forge.put_header({f"t{number}": entry for number in range(tensors)})

    return change


def length(value: int) -> Hostile:
    return lambda forge: forge.put(WEIGHTS, struct.pack("<Q", value) + forge.get(WEIGHTS)[8:])


HOSTILE: dict[str, tuple[Hostile, str]] = {
    # the weights are something else
    "pickle": (lambda forge: padded(forge, pickled(forge)), r"states a header of \d+ bytes"),
    "short pickle": (lambda f: f.put(WEIGHTS, pickled(f)), r"has \d+ bytes, but the architecture"),
    "legacy tar": (lambda f: padded(f, tarred(pickled(f))), r"states a header of \d+ bytes"),
    "torchscript": (
        lambda f: padded(f, zipped(archive__data=pickled(f), archive__code__t=b"import os")),
        r"states a header of \d+ bytes",
    ),
    "pt2": (
        lambda f: padded(f, zipped(archive_format=b"pt2", models__model=pickled(f))),
        r"states a header of \d+ bytes",
    ),
    "nested zip": (lambda f: padded(f, zipped(a=zipped(b=pickled(f)))), "states a header of"),
    "empty weights": (lambda f: f.put(WEIGHTS, b""), "states '0' as the bytes of model.safe"),
    "truncated": (lambda f: (f.folder / WEIGHTS).write_bytes(f.get(WEIGHTS)[:999]), "999 bytes"),
    "emptied": (lambda f: (f.folder / WEIGHTS).write_bytes(b""), "it has 0 bytes, expected"),
    "other file": (lambda f: (f.folder / WEIGHTS).write_bytes(f.get("fusion.bin")), "bytes"),
    "bit flip": (
        lambda f: (f.folder / WEIGHTS).write_bytes(f.get(WEIGHTS)[:-1] + b"\1"),
        "model.safetensors is damaged: its SHA-256",
    ),
    # the header of the weights lies
    "header 2^63": (length(2**63), "header of 9223372036854775808 bytes"),
    "header 0": (length(0), "the header of model.safetensors is not valid JSON"),
    "header beyond file": (length(2**20), "states a header of 1048576"),
    "100000 tensors": (bomb(100_000), r"has \d+ bytes, but the architecture"),
    "15000 tensors": (bomb(15_000), "lacks weights, 142 of them"),
    "header is a list": (lambda f: f.put_header([1]), "holds a list, expected a JSON object"),
    "missing weight": (header(lambda h: h.pop(FIRST)), "lacks weights, 1 of them"),
    "extra weight": (header(lambda h: h.update(evil=h[FIRST])), "unknown weights, 1 .*'evil'"),
    "wrong shape": (weight(shape=[1, 2]), r"has the shape \[1, 2\], expected \["),
    "shape of floats": (
        header(lambda h: h[FIRST].update(shape=[float(n) for n in h[FIRST]["shape"]])),
        "has the shape",
    ),
    "huge shape": (weight(shape=[2**40, 2**40]), "has the shape"),
    "no entry": (header(lambda h: h.update({FIRST: 3})), "states no two whole numbers"),
    "fp64": (weight(dtype="F64"), "as 'F64', expected 'F16'"),
    "fp32": (weight(dtype="F32"), "as 'F32', expected 'F16'"),
    "int": (weight(dtype="I16"), "as 'I16', expected 'F16'"),
    "dtype is a list": (weight(dtype=["F16"]), "expected 'F16'"),
    "overlap": (header(overlapping), r"at the bytes \["),
    "beyond the end": (weight(data_offsets=[2**40, 2**40 + 36]), r"at the bytes \["),
    "negative": (weight(data_offsets=[-36, 0]), r"at the bytes \["),
    "offsets are bools": (weight(data_offsets=[False, True]), "states no two whole numbers"),
    "offsets are one": (weight(data_offsets=[0]), "states no two whole numbers"),
    "spare data": (lambda f: f.put(WEIGHTS, f.get(WEIGHTS) + b"evil"), "bytes of data, expected"),
    "nan": (lambda f: f.set_weight(np.nan), "values in .* that are not finite"),
    "inf": (lambda f: f.set_weight(np.inf), "values in .* that are not finite"),
    "key twice in header": (
        lambda f: padded(f, struct.pack("<Q", 14) + b'{"a":1,"a":2} '),
        "the key 'a' is there twice",
    ),
    # model.json is a bomb or no JSON
    "deep": (manifest_text("[" * 100_000), "nested deeper than 16"),
    "deep objects": (manifest_text('{"a":' * 50_000), "nested deeper than 16"),
    "quotes": (manifest_text('"' + '\\"' * 300_000), "not valid JSON"),
    "huge int": (
        manifest_text('{"format": ' + "9" * 900_000 + "}"),
        "has 900000 digits, expected at most 20",
    ),
    "huge float": (manifest_text('{"format": 1e999}'), "1e999 is too large"),
    "nan constant": (manifest_text('{"format": NaN}'), "NaN is no JSON number"),
    "infinity": (manifest_text('{"format": -Infinity}'), "-Infinity is no JSON number"),
    "10 MB": (manifest_text(" " * 10_000_000), "10000000 bytes, expected at most 1048576"),
    "not utf-8": (manifest_text(b'{"name": "\xff"}'), "can't decode byte 0xff"),
    "utf-16": (manifest_text('{"format": 1}'.encode("utf-16")), "not valid JSON"),
    "bom": (manifest_text(b"\xef\xbb\xbf{}"), "BOM"),
    "key twice": (twice, "the key 'format' is there twice"),
    "empty manifest": (manifest_text(""), "not valid JSON"),
    "list": (manifest_text("[]"), "holds a list"),
    "null byte": (manifest_text("\0"), "not valid JSON"),
    # model.json lies
    "true format": (edited(lambda m: m.update(format=True)), "format True, expected 1 to 2"),
    "wrong hash": (stated(sha256="0" * 64), "made from other weights"),
    "hash of other file": (
        edited(lambda m: m["files"].update({"fusion.bin": m["files"]["fusion.xml"]})),
        r"fusion.bin has \d+ bytes, expected at most|fusion.bin is damaged",
    ),
    "uppercase hash": (
        edited(lambda m: m["files"]["fusion.bin"].update(sha256="AB" * 32)),
        "states 'ABAB.* as the sha256 of fusion.bin",
    ),
    "hash is a number": (stated(sha256=1), "states '1' as the sha256"),
    "negative bytes": (stated(bytes=-1), "states '-1' as the bytes"),
    "bytes is true": (stated(bytes=True), "states 'True' as the bytes"),
    "bytes is a float": (stated(bytes=1e3), "states '1000.0' as the bytes"),
    "bytes is text": (stated(bytes="1000"), "states '1000' as the bytes"),
    "too many bytes": (stated(bytes=2**40), "as the bytes of model.safetensors, expected 1 to"),
    "extra statement": (stated(url="http://evil"), "does not state sha256 and bytes"),
    "parent": (listed("../evil"), r"lists the files .*\.\./evil"),
    "absolute": (listed("/etc/passwd"), "lists the files"),
    "drive": (listed("C:\\evil"), "lists the files"),
    "unc": (listed("\\\\host\\share\\evil"), "lists the files"),
    "nul": (listed("model.safetensors\0.txt"), "lists the files"),
    "trailing dot": (listed("model.safetensors."), "lists the files"),
    "other case": (listed("Model.safetensors"), "lists the files"),
    "python": (listed("__init__.py"), "lists the files"),
    "files is a list": (edited(lambda m: m.update(files=[WEIGHTS])), "lists the files"),
    "half an ir": (edited(lambda m: m["files"].pop("fusion.bin")), "but no fusion.bin"),
    "ir of nothing": (edited(lambda m: m.pop("ir_of")), "made from other weights"),
    "name is a path": (edited(lambda m: m.update(name="../../evil")), "the name is '../../evil'"),
    "name of windows": (edited(lambda m: m.update(name="NUL.x")), "the name is 'NUL.x'"),
    "name of pages": (edited(lambda m: m.update(name="x" * 100_000)), "the name is 'xxx"),
    "no name": (edited(lambda m: m.pop("name")), "the name is None"),
    "classes in other order": (
        edited(lambda m: m.update(classes=["background", "MAT", "BV"])),
        r"has classes \['background', 'MAT', 'BV'\]",
    ),
    # the architecture is a bomb
    "huge": (architecture(width=128, layers=128, mlp_ratio=128), "architecture's weights take"),
    "huge layers": (architecture(layers=128), r"has \d+ bytes, but the architecture's weights"),
    "width 10^9": (architecture(width=10**9), "width is 1000000000"),
    "width is text": (architecture(width="2"), "width is '2'"),
    "width is true": (architecture(width=True), "width is True"),
    "unknown setting": (architecture(code="import os"), r"unknown network settings \['code'\]"),
    "other choice": (architecture(fusion_attention="scalars"), "fusion_attention is 'scalars'"),
    "other network": (architecture(fusion_shared_qkv=True), "has unknown weights, 9 of them"),
    # files that are none
    "link": (instead(lambda p: p.symlink_to("/etc/passwd")), "model.safetensors is a link"),
    "link of manifest": (
        instead(lambda p: p.symlink_to("/etc/passwd"), MANIFEST),
        "model.json is a link",
    ),
    "pipe": (instead(os.mkfifo, "fusion.bin"), "fusion.bin is a pipe or device"),
    "pipe of manifest": (instead(os.mkfifo, MANIFEST), "model.json is a pipe or device"),
    "folder": (instead(Path.mkdir), "model.safetensors is a folder"),
    "missing": (instead(lambda _: None), "model.safetensors.*no such file"),
}


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_package_is_refused_and_leaves_nothing(case: str, refuses: Any) -> None:
    if os.name == "nt" and case.partition(" ")[0] in ("link", "pipe"):
        pytest.skip("POSIX files")
    refuses(*HOSTILE[case])


@pytest.mark.parametrize("case", ["huge", "100000 tensors", "10 MB", "truncated"])
def test_a_bomb_takes_little_memory(case: str, forge: Any) -> None:
    HOSTILE[case][0](forge)
    tracemalloc.start()
    with pytest.raises(PackageError):
        load_package(forge.folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30e6


def test_a_refusal_is_short_whatever_the_package_holds(forge: Any) -> None:
    forge.edit(lambda manifest: manifest.update(format="evil " * 100_000))
    with pytest.raises(PackageError) as refusal:
        load_package(forge.folder)
    assert len(str(refusal.value)) < 700 + len(str(forge.folder))


def test_hashes_are_checked_before_anything_is_parsed(
    forge: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[object] = []
    for name in ("check_weights", "check_ir"):
        monkeypatch.setattr(f"dsanet.packages.package.{name}", lambda *args: parsed.append(args))
    (forge.folder / WEIGHTS).write_bytes(forge.get(WEIGHTS)[:-1] + b"\1")
    with pytest.raises(PackageError, match="SHA-256"):
        load_package(forge.folder)
    assert parsed == []
    forge.put(WEIGHTS, forge.get(WEIGHTS))
    (forge.folder / "frame_encoder.xml").write_bytes(forge.get("frame_encoder.xml")[:-1] + b" ")
    with pytest.raises(PackageError, match="frame_encoder.xml is damaged: its SHA-256"):
        load_package(forge.folder)
    assert len(parsed) == 1


def test_files_that_are_not_listed_are_neither_opened_nor_copied(
    forge: Any, registry: Registry, home: Path
) -> None:
    os.mkfifo(forge.folder / "pipe")
    (forge.folder / ".DS_Store").write_bytes(b"x")
    (forge.folder / "evil.py").write_text("import os")
    folder = registry.import_package(forge.folder).folder
    assert {path.name for path in folder.iterdir()} == {MANIFEST, WEIGHTS, *IR_FILES}
    assert json.loads((folder / MANIFEST).read_text()) == forge.manifest


@pytest.mark.parametrize("name", [MANIFEST, "frame_encoder.xml", WEIGHTS])
def test_seeded_mutants_raise_nothing_but_refusals(name: str, forge: Any) -> None:
    if name == WEIGHTS:
        forge.without_ir()
    data = forge.get(name)
    changed = 8 + struct.unpack("<Q", data[:8])[0] if name == WEIGHTS else len(data)
    dice = random.Random(3)
    refused = 0
    for _ in range(200):
        mutant = bytearray(data)
        for _ in range(dice.randint(1, 3)):
            at = dice.randrange(changed)
            mutant[at : at + dice.randrange(3)] = dice.choice(
                [b"", b"0", b'"', b"{", b"\xff", b"-"]
            )
        if name == MANIFEST:
            (forge.folder / name).write_bytes(mutant)
        else:
            forge.put(name, bytes(mutant))
        try:
            load_package(forge.folder)
        except PackageError:
            refused += 1
    assert 100 < refused <= 200
