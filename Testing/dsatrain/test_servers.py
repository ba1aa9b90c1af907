"""The command files for servers: sound shell, and a package whose hash is known on the way back."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dsanet.errors import PackageError
from dsanet.packages import Registry

SERVERS = Path(__file__).resolve().parents[2] / "Training" / "servers"
SCRIPTS = sorted(path for path in SERVERS.iterdir() if path.suffix in (".sh", ".slurm"))
needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")


@needs_bash
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_sound(script):
    subprocess.run(["bash", "-n", script], check=True)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", script], check=True)
    called = subprocess.run(["bash", script], capture_output=True, text=True, check=False)
    assert called.returncode != 0


@needs_bash
def test_a_packed_model_comes_back_with_the_hash_that_was_told(tmp_path, tiny_package):
    shutil.copytree(tiny_package.folder, tmp_path / "out" / "tiny")
    home = {**os.environ, "PYTHON": sys.executable}
    subprocess.run([SERVERS / "pack.sh", tmp_path / "out"], check=True, env=home)
    archive = tmp_path / "out" / "tiny.zip"
    told = archive.with_suffix(".sha256").read_text()
    registry = Registry(tmp_path / "home")
    with pytest.raises(PackageError, match="its fingerprint is .* copy it again"):
        registry.import_package(archive, "0" * 64)
    assert registry.imported() == {}
    assert registry.import_package(archive, told).fingerprint == tiny_package.fingerprint
    other = Registry(tmp_path / "other")
    assert other.import_package(archive, tiny_package.weights_sha256.upper()).name == "tiny"
