"""Model packages: what a sound one is. What is refused is in test_hostile_folders."""

import pytest

from dsanet.engine.torch_backend import load_network
from dsanet.errors import PackageError
from dsanet.packages import IR_PARTS, WEIGHTS, bundled_packages, find_package, load_package
from dsanet.packages.manifest import SHARES

CONSTANTS = [f"{part}.bin" for part in IR_PARTS]


def test_a_written_package_is_read_back(tiny_package):
    assert tiny_package.name == "tiny"
    assert tiny_package.config.width == 2
    assert tiny_package.has_ir
    assert tiny_package.manifest["training"] == "none"


def test_a_package_without_ir_is_taken(forge):
    assert not load_package(forge.without_ir().folder).has_ir


def test_the_ir_takes_its_constants_from_the_weights(tiny_package):
    weights = tiny_package.weights.read_bytes()
    assert tiny_package.ir_constants("fusion").startswith(weights)
    assert sum((tiny_package.folder / name).stat().st_size for name in CONSTANTS) < 1000


def test_a_package_of_format_1_is_read(forge):
    package = load_package(forge.folder)
    expected = [package.ir_constants(part) for part in IR_PARTS]
    for name, constants in zip(CONSTANTS, expected, strict=True):
        forge.put(name, constants)
    forge.edit(lambda said: said.update(format=1))
    before = load_package(forge.folder)
    assert [before.ir_constants(part) for part in IR_PARTS] == expected


def test_an_ir_of_format_1_without_its_constants_is_refused(forge):
    forge.edit(lambda said: said.update(format=1))
    with pytest.raises(PackageError, match="constant that ends at byte .* of 0"):
        load_package(forge.folder)


def test_a_second_network_beside_the_weights_is_refused(forge):
    forge.put("fusion.bin", bytes((1 << 20) + 1))
    with pytest.raises(PackageError, match="1048577 bytes of constants in fusion.bin beside the"):
        load_package(forge.folder)


def test_a_format_to_come_is_refused(forge):
    forge.edit(lambda said: said.update(format=3))
    with pytest.raises(PackageError, match="has format 3, expected 1 to 2; .* too old"):
        load_package(forge.folder)


def test_a_package_is_found_by_its_folder(tiny_package):
    assert find_package(tiny_package.folder).weights_sha256 == tiny_package.weights_sha256


def test_an_unknown_name_says_which_there_are(registry):
    with pytest.raises(PackageError, match=r"no model package 'nonsense'.*dsanet-phantom"):
        find_package("nonsense", registry)


def test_the_bundled_package_is_whole_and_small(registry):
    default = find_package(None, registry)
    assert default.has_ir
    assert default in bundled_packages()
    size = sum(path.stat().st_size for path in default.folder.iterdir())
    assert size < 20 << 20


def test_weights_that_changed_after_the_check_are_not_loaded(forge):
    package = load_package(forge.folder)
    before = forge.get(WEIGHTS)
    forge.set_weight(0.25)  # with its true hash in model.json, which was read before
    with pytest.raises(PackageError, match="model.safetensors is damaged: its SHA-256"):
        load_network(package)
    (forge.folder / WEIGHTS).write_bytes(before)
    assert load_network(package).config == package.config


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("stated", [0, 1, -0.5, 1.0, 7.5, "0.5", [0.5], True])
def test_a_share_that_is_none_is_refused(forge, name, stated):
    forge.edit(lambda said: said.update({name: stated}))
    with pytest.raises(PackageError, match=f"has {name} .*between 0 and 1"):
        load_package(forge.folder)


@pytest.mark.parametrize("stated", [0, 63, 1 << 15, 768.0, "768", True, [768]])
def test_a_picture_size_that_is_none_is_refused(forge, stated):
    forge.edit(lambda said: said.update(look_px=stated))
    with pytest.raises(PackageError, match="has look_px .*whole number from 64"):
        load_package(forge.folder)


def test_a_model_says_how_large_a_picture_it_is_shown_or_nothing(forge):
    assert load_package(forge.folder).look_px is None
    forge.edit(lambda said: said.update(look_px=768))
    assert load_package(forge.folder).look_px == 768


@pytest.mark.parametrize("name", SHARES)
def test_a_model_states_a_share_or_nothing(forge, name):
    assert getattr(load_package(forge.folder), name) is None
    forge.edit(lambda said: said.update({name: 0.375}))
    assert getattr(load_package(forge.folder), name) == 0.375
