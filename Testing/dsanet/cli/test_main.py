import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import dsanet
from dsanet.cli import main
from dsanet.cli.arguments import DEVICES
from dsanet.engine import DEVICES as ENGINE_DEVICES

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(dsanet.__file__).parents[1])}


def test_devices_are_those_of_the_engine() -> None:
    assert DEVICES == ENGINE_DEVICES


def test_help_imports_nothing_heavy() -> None:
    code = """
import sys
from dsanet.cli import main
try:
    main(["segment", "--help"])
except SystemExit:
    sys.stderr.write(str({"numpy", "SimpleITK", "rich", "pydicom"} & set(sys.modules)))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert run.stderr == "set()"


def test_the_package_runs_as_a_module() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "dsanet", "--version"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == f"dsanet {dsanet.__version__}\n"


@pytest.mark.skipif(os.name == "nt", reason="SIGINT cannot be sent to one process on Windows")
def test_ctrl_c_in_a_process_ends_with_130_and_nothing_written(
    frames: Path, tmp_path: Path
) -> None:
    code = (
        "import sys, time\nfrom dsanet.engine import Engine\nfrom dsanet.cli import main\n"
        "def load(*_):\n    sys.stdout.write('loading\\n')\n    sys.stdout.flush()\n"
        "    time.sleep(60)\n"
        "Engine.load = load\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "segment", str(frames), "--output", str(tmp_path / "out")],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "loading\n"
    started = time.perf_counter()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == "dsanet: interrupted, nothing was written\n"
    assert time.perf_counter() - started < 10
    assert not (tmp_path / "out").exists()


def test_a_wrong_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["segmnt"])
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_info_shows_a_card_or_json(frames: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(frames)]) == 0
    assert "4 of 48 x 40 pixels" in capsys.readouterr().out
    assert main(["info", str(frames), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["frames"], facts["rows"], facts["columns"]) == (4, 40, 48)
    assert facts["times"] == [0, 1, 2, 3]
    assert facts["times_stated"] is False
    assert facts["spacing_mm"] is None
    assert facts["subtraction"]
    assert len(facts["arterial_window"]) == 2


def test_models_lists_the_bundled_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    models = json.loads(capsys.readouterr().out)
    assert isinstance(models, list)
    assert main(["models"]) == 0
    assert all(model["name"] in capsys.readouterr().out for model in models[:1])
