"""What the host may import: nothing that Slicer lacks, and no application."""

import subprocess
import sys
from pathlib import Path

import pytest

import DSASegmentationLib

pytest.importorskip("slicer")

BLOCKED = ("torch", "openvino", "cv2", "monai", "rich", "PIL", "qt", "ctk")
FOLDER = Path(DSASegmentationLib.__file__).parent
WITHOUT_QT = ("", "installing", "jobs")
"""The folders of the scene and of what happens behind the widgets."""

MODULES = sorted(
    ".".join(path.relative_to(FOLDER).with_suffix("").parts)
    for folder in WITHOUT_QT
    for path in (FOLDER / folder).glob("*.py")
    if path.stem != "__init__"
)
AT_HOME = {"application": ("slicer.mrmlScene", "slicer.app"), "logic": ("slicer.util",)}
INSTALLING = ("slicer.app", "slicer.util")
"""What these modules are there to ask of the application, never at import; the logic has it in an
example."""


def test_the_host_imports_without_what_slicer_lacks_and_without_a_scene() -> None:
    code = f"""
import importlib, sys
for name in {BLOCKED}:
    sys.modules[name] = None
import slicer
for name in {MODULES}:
    importlib.import_module("DSASegmentationLib." + name)
assert not hasattr(slicer, "mrmlScene")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("module", MODULES)
def test_no_module_asks_for_the_applications_scene(module: str) -> None:
    text = (FOLDER / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
    allowed = INSTALLING if module.startswith("installing.") else AT_HOME.get(module, ())
    for name in ("slicer.mrmlScene", "slicer.app", "slicer.modules", "slicer.util", "import qt"):
        assert name in allowed or name not in text
