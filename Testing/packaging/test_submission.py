"""What the Extensions Index checks of a submission, as far as it needs no network.

Source: Slicer/ExtensionsIndex, scripts/check_description_files.py, and the schema
Slicer/Slicer, Schemas/slicer-extension-catalog-entry-schema-v1.0.2.json.
"""

import json
import re
import struct
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from .tree import ROOT

ENTRY = ROOT / "Resources" / "ExtensionsIndex" / "DSASegmentation.json"
SCHEMA = "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/"
SCHEMA += "slicer-extension-catalog-entry-schema-v1.0.2.json#"

PROPERTIES = {
    **dict.fromkeys(("$schema", "category", "scm_url", "scm_revision", "scm_type"), str),
    "build_dependencies": list,
    "dicom_support_rule": str,
    "build_subdirectory": str,
    "enabled": bool,
    "tier": int,
}
"""The schema's properties; it allows no others."""

RAW = "https://raw.githubusercontent.com/DSASegmentation/SlicerDSASegmentation/main/"


@pytest.fixture
def entry() -> dict[str, object]:
    return json.loads(ENTRY.read_text(encoding="utf-8"))


@pytest.fixture
def cmake() -> str:
    return (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")


def value(cmake: str, name: str) -> str:
    """Found as the Index finds it, by a regular expression of one line."""
    return re.findall(rf'set\s*\(EXTENSION_{name}\s*"([^"]+)"[ ]*\)', cmake, re.IGNORECASE)[0]


def test_the_entry_follows_the_schema(entry: dict[str, object]) -> None:
    assert entry["$schema"] == SCHEMA
    assert {"$schema", "category", "scm_url"} <= set(entry) <= set(PROPERTIES)
    assert all(type(found) is PROPERTIES[name] for name, found in entry.items())
    assert 1 <= entry["tier"] <= 5
    assert b"\r" not in ENTRY.read_bytes()


def test_the_entry_passes_the_checks_of_the_index(entry: dict[str, object], cmake: str) -> None:
    assert entry["category"] == "Segmentation"
    address = urlsplit(str(entry["scm_url"]))
    assert address.scheme in ("https", "git")
    assert Path(address.path).stem.startswith("Slicer")
    assert not ENTRY.stem.lower().startswith("slicer")
    project = re.findall(r"project\s*\(\s*([^\s\)\n\r]+)", cmake, re.IGNORECASE)[0]
    assert project == ENTRY.stem
    assert value(cmake, "DEPENDS") == "NA"
    assert entry["build_dependencies"] == []
    assert (ROOT / "LICENSE.txt").is_file()


def test_pictures_that_cmake_names_are_in_the_repository(cmake: str) -> None:
    addresses = [value(cmake, "ICONURL"), *value(cmake, "SCREENSHOTURLS").split()]
    for address in addresses:
        assert address.startswith(RAW)
        assert (ROOT / address.removeprefix(RAW)).read_bytes().startswith(b"\x89PNG")


def test_home_page_and_entry_name_one_repository(entry: dict[str, object], cmake: str) -> None:
    assert entry["scm_url"] == value(cmake, "HOMEPAGE") + ".git"


def test_icons_are_128_pixels_and_the_modules_are_the_extensions() -> None:
    icons = ROOT / "DSASegmentation" / "Resources" / "Icons"
    for suffix in (".png", ".svg"):
        drawn = (ROOT / "Resources" / f"DSASegmentation{suffix}").read_bytes()
        assert (icons / f"DSASegmentation{suffix}").read_bytes() == drawn
    picture = (icons / "DSASegmentation.png").read_bytes()
    assert struct.unpack(">II", picture[16:24]) == (128, 128)
    drawing = ElementTree.parse(icons / "DSASegmentation.svg").getroot()
    assert drawing.get("viewBox") == "0 0 128 128"


def test_requirements_leave_slicers_own_packages_alone() -> None:
    text = (ROOT / "DSASegmentation" / "Resources" / "requirements.txt").read_text()
    lines = [line.split(";")[0] for line in text.splitlines() if not line.startswith("#")]
    names = {re.split(r"[><=!~; ]", line)[0].lower() for line in lines if line}
    assert names == {"openvino", "pyjpegls"}
    assert not any("==" in line for line in lines)
