"""The package that Slicer builds: every file is in it, and it works where nothing else is."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .tree import MODULES, ROOT, copy_listed, listed, present

DOUBLE = Path(__file__).parent / "slicer_double"


def run(*words: object, **more: object) -> subprocess.CompletedProcess[str]:
    texts = [str(word) for word in words]
    return subprocess.run(texts, capture_output=True, text=True, check=False, **more)


@pytest.mark.parametrize("module", MODULES)
def test_every_file_is_listed_once_and_every_listed_file_is_there(module: str) -> None:
    names = listed(module)
    assert sorted(names) == sorted(set(names))
    assert set(names) == present(module)


@pytest.mark.parametrize("module", MODULES)
def test_scripts_and_resources_are_not_mixed(module: str) -> None:
    text = (MODULES[module] / "CMakeLists.txt").read_text(encoding="utf-8")
    scripts = text.split("set(MODULE_PYTHON_SCRIPTS")[1].split(")")[0].split()
    assert all(name.endswith((".py", "${MODULE_NAME}.py")) for name in scripts)


def test_only_modules_lie_where_slicer_looks_for_modules() -> None:
    """Slicer loads each .py of that folder as a module, so there must be no other."""
    names = {name for module in MODULES for name in listed(module) if "/" not in name}
    assert names == {"DSASegmentation.py", "DICOMDSAPlugin.py"}


def test_modules_do_not_overwrite_each_others_files() -> None:
    """All modules of an extension are installed into one folder."""
    first, second = (set(listed(module)) for module in MODULES)
    assert not first & second


def test_the_package_is_complete(tmp_path: Path) -> None:
    """All of it is imported, and a run segmented, from the installed tree alone."""
    pytest.importorskip("slicer")
    tree = copy_listed(tmp_path / "qt-scripted-modules")
    done = run(sys.executable, "-P" if sys.version_info >= (3, 11) else "-s",
               Path(__file__).with_name("installed.py"), tree, cwd=tmp_path)  # fmt: skip
    assert (done.stdout, done.returncode) == ("0 4 []\n", 0), done.stderr


@pytest.fixture
def cmake() -> str:
    found = os.environ.get("DSA_CMAKE") or shutil.which("cmake")
    if not found:
        pytest.skip("cmake is not here; install it, or name it in DSA_CMAKE")
    return found


def configure(cmake: str, source: Path, build: Path) -> subprocess.CompletedProcess[str]:
    options = ["-DBUILD_TESTING=ON", f"-DSlicer_DIR={DOUBLE}"]
    return run(cmake, "-S", source, "-B", build, "-G", "Unix Makefiles", *options)


def test_cmake_installs_what_is_listed(cmake: str, tmp_path: Path) -> None:
    done = configure(cmake, ROOT, tmp_path / "build")
    assert done.returncode == 0, done.stderr
    assert "unit test DSASegmentation.py" in done.stdout
    assert run(cmake, "--install", tmp_path / "build", "--prefix", tmp_path).returncode == 0
    tree = tmp_path / "lib" / "qt-scripted-modules"
    installed = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    assert installed == {name for module in MODULES for name in listed(module)}


def test_cmake_refuses_a_listed_file_that_is_not_there(cmake: str, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16...3.28)\nproject(Broken NONE)\n"
        "find_package(Slicer REQUIRED)\ninclude(${Slicer_USE_FILE})\n"
        "slicerMacroBuildScriptedModule(NAME Broken SCRIPTS gone.py)\n"
    )
    done = configure(cmake, tmp_path, tmp_path / "build")
    assert done.returncode != 0
    assert "nonexistent file 'gone.py'" in done.stderr


def test_the_extension_is_small_enough_for_the_index() -> None:
    """The Extensions Index refuses checkouts above 100 MB; a tenth is plenty."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = run(*words, cwd=ROOT).stdout.splitlines()
    total = sum((ROOT / name).stat().st_size for name in names if (ROOT / name).is_file())
    assert total < 100e6


def test_no_file_of_the_package_has_windows_line_ends_or_the_wrong_case() -> None:
    names = [name for module in MODULES for name in listed(module)]
    assert len({name.lower() for name in names}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_./-]+", name) for name in names)
