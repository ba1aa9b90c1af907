"""Model packages: what is checked before anything in them is used."""

import hashlib
import json
import shutil
import time

import pytest

from dsanet.engine.torch_backend import TorchBackend
from dsanet.errors import PackageError
from dsanet.packages import (
    IR_FILES,
    MANIFEST,
    WEIGHTS,
    bundled_packages,
    find_package,
    load_package,
)


@pytest.fixture
def package_copy(tiny_package, tmp_path):
    return shutil.copytree(tiny_package.folder, tmp_path / "copy")


def rewrite(folder, change):
    manifest = json.loads((folder / MANIFEST).read_text())
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_a_written_package_is_read_back(tiny_package):
    assert tiny_package.name == "tiny"
    assert tiny_package.config.width == 2
    assert tiny_package.has_ir
    assert tiny_package.manifest["training"] == "none"


@pytest.mark.parametrize("name", [WEIGHTS, *IR_FILES])
def test_a_changed_byte_is_refused(package_copy, name):
    data = bytearray((package_copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (package_copy / name).write_bytes(data)
    with pytest.raises(PackageError, match=rf"damaged: the SHA-256 of {name}"):
        load_package(package_copy)


@pytest.mark.parametrize("name", [WEIGHTS, *IR_FILES])
def test_a_truncated_or_missing_file_is_refused(package_copy, name):
    (package_copy / name).write_bytes(b"")
    with pytest.raises(PackageError, match=rf"{name} has 0 bytes"):
        load_package(package_copy)
    (package_copy / name).unlink()
    with pytest.raises(PackageError, match=rf"{name} cannot be read"):
        load_package(package_copy)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda m: m.update(format=2), "format 2, expected 1"),
        (lambda m: m.update(classes=["background", "MAT", "BV"]), "has classes"),
        (lambda m: m.update(files={}), "lists no model.safetensors"),
        (lambda m: m["files"].update({"../evil": {}}), "must list its files"),
        (lambda m: m["files"].update({WEIGHTS: 3}), "states no sha256"),
        (lambda m: m.update(ir_of="0" * 64), "made from other weights"),
        (lambda m: m.pop("architecture"), "states no architecture"),
        (lambda m: m["architecture"].update(width=-1), "width is -1"),
    ],
)
def test_a_wrong_manifest_is_refused_by_what_is_wrong(package_copy, change, found):
    rewrite(package_copy, change)
    with pytest.raises(PackageError) as refusal:
        load_package(package_copy)
    assert found in str(refusal.value)


def test_a_package_of_junk_weights_with_right_hashes_is_refused(package_copy):
    junk = b"junk" * 100
    (package_copy / WEIGHTS).write_bytes(junk)
    stated = {"sha256": hashlib.sha256(junk).hexdigest(), "bytes": len(junk)}
    rewrite(package_copy, lambda m: m["files"].update({WEIGHTS: stated}))
    rewrite(package_copy, lambda m: m.update(ir_of=stated["sha256"]))
    with pytest.raises(PackageError, match="do not fit its architecture"):
        TorchBackend(load_package(package_copy), "cpu")


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "\x00"])
def test_a_manifest_that_is_no_json_object_is_refused(package_copy, text):
    (package_copy / MANIFEST).write_text(text)
    with pytest.raises(PackageError):
        load_package(package_copy)


def test_a_huge_manifest_is_refused_unread(package_copy):
    with (package_copy / MANIFEST).open("wb") as file:
        file.truncate(8 << 30)
    started = time.perf_counter()
    with pytest.raises(PackageError, match="above"):
        load_package(package_copy)
    assert time.perf_counter() - started < 1


def test_a_package_is_found_by_its_folder(tiny_package):
    assert find_package(tiny_package.folder).weights_sha256 == tiny_package.weights_sha256


def test_an_unknown_name_says_which_there_are():
    with pytest.raises(PackageError, match=r"no model package 'nonsense'.*dsanet-phantom"):
        find_package("nonsense")


def test_the_bundled_package_is_whole_and_small():
    default = find_package()
    assert default.has_ir
    assert default.name in [package.name for package in bundled_packages()]
    size = sum(path.stat().st_size for path in default.folder.iterdir())
    assert size < 40 << 20
