"""The page on reading names tests that exist, and leaves out nothing that is read."""

import ast
import re
from pathlib import Path

import pytest

from dsanet.io import Limits
from dsanet.io.dicom_file import SYNTAXES
from dsanet.io.limits import MEBIBYTE
from dsanet.io.scope import ANGIOGRAPHY, COPIES

HERE = Path(__file__).resolve().parent
PAGE = (HERE.parents[2] / "Resources" / "reading.md").read_text(encoding="utf-8")
REFERENCE = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and set(line) - set("| -")]
HEADS = [line for line in ROWS if line.endswith("| proved by |")]


def names_of_tests(name: str) -> set[str]:
    tree = ast.parse((HERE / name).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_row_names_a_test():
    rows = [row for row in ROWS if row not in HEADS]
    assert len(rows) > 50
    assert [row for row in rows if not REFERENCE.search(row)] == []


@pytest.mark.parametrize("name", sorted({name for name, _ in REFERENCE.findall(PAGE)}))
def test_every_named_test_exists(name):
    named = {test for file, test in REFERENCE.findall(PAGE) if file == name}
    assert named - names_of_tests(name) == set()


def test_every_name_of_a_test_is_written_so_that_it_is_checked():
    assert len(REFERENCE.findall(PAGE)) == PAGE.count("::")


@pytest.mark.parametrize("known", [SYNTAXES, ANGIOGRAPHY | COPIES], ids=["syntaxes", "classes"])
def test_every_class_and_syntax_that_is_read_has_a_row_and_no_other(known):
    heading = "transfer syntaxes" if known is SYNTAXES else "classes"
    section = PAGE.split(f"## DICOM {heading}\n")[1].split("\n## ")[0]
    assert set(re.findall(r"\| (1\.2\.840\.[0-9.]+) \|", section)) == set(known)


def test_limits_are_those_of_the_reader():
    limits = Limits()
    stated = [
        f"More than {limits.frames} frames or {limits.decoded_bytes // MEBIBYTE} MiB",
        f"more than {limits.files:,} files",
        f"header above {limits.header_bytes // MEBIBYTE} MiB",
    ]
    assert [text for text in stated if text not in PAGE] == []
