"""What CMake says belongs into the package, and a tree of it as an installed Slicer has."""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = {"DSASegmentation": ROOT / "DSASegmentation", "dsatrain": ROOT / "Training"}
"""Module by the folder of its CMakeLists.txt; all lie in one folder in an installed Slicer."""

SET = re.compile(r"set\((MODULE_PYTHON_\w+)(.*?)\)", re.DOTALL)


def listed(module: str) -> list[str]:
    """The files that a module's CMakeLists.txt names, relative to its folder."""
    text = (MODULES[module] / "CMakeLists.txt").read_text(encoding="utf-8")
    text = re.sub(r"#.*", "", text).replace("${MODULE_NAME}", module)
    return [file for _, body in SET.findall(text) for file in body.split()]


def present(module: str) -> set[str]:
    """The files that git knows or would add; what lies beside dsatrain is no part of it."""
    part = "dsatrain" if module == "dsatrain" else "."
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", part]
    folder = MODULES[module]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    return {
        file
        for file in done.stdout.splitlines()
        if file != "CMakeLists.txt" and (folder / file).is_file()
    }


def copy_listed(target: Path) -> Path:
    """Copy the listed files to where Slicer installs them."""
    for module, folder in MODULES.items():
        for file in listed(module):
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / file, target / file)
    return target
