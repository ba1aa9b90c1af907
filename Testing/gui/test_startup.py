"""What Slicer imports at each start, also of users who never open the module."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydicom.datadict import tag_for_keyword

from DSASegmentationLib.dicomplugin.tags import TAGS

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "openvino", "scipy", "SimpleITK", "pydicom", "PIL", "dsanet.measure", "dsanet.io")

AT_START = """
import sys
sys.path[:0] = {paths}
import slicer, slicer.util
from Testing.gui import modules, pythonqt
pythonqt.install()
modules.install()
from Testing.gui import segment_editor
segment_editor.install()
before = set(sys.modules)
import DSASegmentation
import DSASegmentationLib.gui.startup
import DSASegmentationLib.sampledata, DSASegmentationLib.terminology
import DSASegmentationEffects
from DSASegmentationLib.dicomplugin.tags import TAGS
logic = DSASegmentation.DSASegmentationLogic()
assert not hasattr(logic, "_nothing")
print(*(name for name in {heavy} if name in set(sys.modules) - before))
logic.loadRun
print("dsanet.io" in sys.modules, "segmentFolder" in dir(logic))
"""


def test_the_start_of_slicer_takes_nothing_heavy() -> None:
    pytest.importorskip("slicer")
    paths = [str(ROOT), str(ROOT / "DSASegmentation")]
    code = AT_START.format(paths=paths, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("\nTrue True\n", 0), done.stderr


def test_the_tags_that_are_written_out_are_those_of_the_standard() -> None:
    numbers = {keyword: tag_for_keyword(keyword) for keyword in TAGS}
    assert {k: f"{n >> 16:04X},{n & 0xFFFF:04X}" for k, n in numbers.items()} == TAGS
