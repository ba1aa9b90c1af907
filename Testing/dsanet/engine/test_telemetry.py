"""Nothing is sent anywhere: OpenVINO's telemetry stays out, in use and in training."""

import subprocess
import sys

import pytest

WATCHED = """
import socket, sys
def refuse(*_):
    raise SystemExit("asked for an address")
socket.getaddrinfo = socket.create_connection = refuse
{code}
import openvino.tools.ovc.telemetry_utils as telemetry
print(telemetry.tm.__name__, "openvino_telemetry.main" in sys.modules)
"""

USES = {
    "segmenting": "from dsanet.engine.openvino_backend import import_openvino; import_openvino()",
    "packaging": "import dsatrain.packaging as p; p.import_openvino().convert_model",
}


@pytest.mark.parametrize("code", USES.values(), ids=USES)
def test_openvino_comes_without_its_telemetry(code: str) -> None:
    pytest.importorskip("openvino")
    if "dsatrain" in code:
        pytest.importorskip("torch")
    done = subprocess.run(
        [sys.executable, "-c", WATCHED.format(code=code)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.split() == ["openvino.tools.ovc.telemetry_stub", "False"]
