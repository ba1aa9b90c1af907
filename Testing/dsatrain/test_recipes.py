"""The command file of the bundled model: two stages, and a package that runs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dsanet.packages import load_package

SCRIPT = Path(__file__).resolve().parents[2] / "Training" / "recipes" / "bundled_model.sh"
TINY = ("--steps", "1", "--crop-px", "32", "--width", "2", "--heads", "2", "--batch-size", "1")
pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("bash"), reason="needs bash"
)


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    home = {**os.environ, "PYTHON": sys.executable, "CALIBRATION_RUNS": "0"}
    words = ["bash", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=home)


def test_the_script_is_sound():
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", SCRIPT], check=True)
    called = call()
    assert (called.returncode, called.stderr.split()[0]) == (2, "usage:")


@pytest.mark.timeout(180, func_only=True)
def test_both_stages_end_in_a_package_and_are_not_done_again(tmp_path):
    asked = (tmp_path / "out", *TINY, "--validation-runs", "0", "--device", "cpu")
    first = call(*asked)
    assert first.returncode == 0, first.stderr
    parent, child = (load_package(tmp_path / "out" / n) for n in ("dsanet-parts", "dsanet-phantom"))
    assert child.manifest["parent"] == parent.weights_sha256
    assert child.trunk_in_overview == 0.05
    assert (child.vessel_threshold, child.look_px, child.second_look) == (0.35, 640, 0.7)
    assert child.manifest["training"]["ema_decay"] == 0.997
    again = call(*asked)
    assert again.returncode == 0, again.stderr
    assert load_package(tmp_path / "out" / "dsanet-phantom").manifest == child.manifest
