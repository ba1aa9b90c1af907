"""The selftest finds what is wrong with a machine, and passes where nothing is."""

import json

import numpy as np
import pytest

from dsanet.cli import main
from dsanet.cli import selftest as command
from dsanet.engine import Engine, choose, torch_backend
from dsanet.engine import selftest as module
from dsanet.engine.selftest import CANDIDATES, selftest
from dsanet.packages import DEFAULT_NAME, ModelEntry, find_package


@pytest.fixture
def two_backends(monkeypatch, stand_in):
    """A machine with torch in float32 and OpenVINO in bfloat16, both stand-ins; change the second.

    Returns:
        The arguments of the second stand-in.
    """
    second = {}

    def load(package, device="auto", precision="auto"):
        if (device, precision) == ("cpu", "float32"):
            return Engine(package, stand_in("torch"))
        if (device, precision) == ("openvino", "bfloat16"):
            return Engine(package, second.get("backend") or stand_in(precision="bfloat16"))
        raise module.EngineError("not on this machine")

    monkeypatch.setattr(Engine, "load", load)
    return second


def found(result, device, precision):
    (check,) = [c for c in result.checks if (c.device, c.precision) == (device, precision)]
    return check


def test_the_real_backends_agree_on_the_bundled_model():
    result = selftest(find_package(DEFAULT_NAME))
    assert result.failures == ()
    assert [(c.device, c.precision) for c in result.checks] == list(CANDIDATES)
    ir = found(result, "openvino", "float32")
    assert not ir.missing
    assert ir.infer_s > 0
    assert ir.difference <= 1e-3
    assert "openvino" in ir.libraries
    assert result.auto.startswith("auto took")


def test_backends_that_are_not_here_are_no_failure(tiny_package, two_backends):
    result = selftest(tiny_package)
    assert result.failures == ()
    assert found(result, "cuda", "float16").missing == "not on this machine"
    assert not found(result, "openvino", "bfloat16").missing


@pytest.fixture
def models(monkeypatch, tiny_package):
    """What is installed: the tiny package, and what a test adds."""
    entries = [ModelEntry("tiny", tiny_package.folder, bundled=True, package=tiny_package)]

    class Installed:
        def list_models(self):
            return entries

    monkeypatch.setattr(command, "Registry", Installed)
    return entries


class Inverted:
    """A backend that takes background for vessels."""

    name, device, precision, threads = "openvino", "cpu", "bfloat16", 1

    def score(self, frames, minip, times, on_frame):
        return np.stack([minip < -0.5, minip >= -0.5, minip > 9]).astype(np.float32)


def test_another_answer_fails(tiny_package, two_backends):
    two_backends["backend"] = Inverted()
    (failure,) = selftest(tiny_package).failures
    assert failure.startswith("openvino in bfloat16: ")
    assert "of the labels differ" in failure


class Unsure(Inverted):
    """A backend with the right labels and other probabilities."""

    def score(self, frames, minip, times, on_frame):
        dark = minip < -0.5
        return 0.5 * np.stack([~dark, dark, np.zeros_like(dark)]).astype(np.float32)


def test_other_probabilities_fail(tiny_package, two_backends):
    two_backends["backend"] = Unsure()
    (failure,) = selftest(tiny_package).failures
    assert "a probability differs by" in failure


def test_no_numbers_fail_though_another_backend_answers(tiny_package, two_backends, stand_in):
    two_backends["backend"] = stand_in(precision="bfloat16", worst=np.nan)
    (failure,) = selftest(tiny_package).failures
    assert "it failed and another backend answered" in failure
    assert "no numbers" in failure


def test_a_machine_without_any_backend_fails(tiny_package, monkeypatch):
    monkeypatch.setattr(choose, "_is_installed", lambda _name: False)
    monkeypatch.setattr(
        "dsanet.engine.openvino_backend.import_openvino",
        lambda: (_ for _ in ()).throw(module.EngineError("OpenVINO is not installed")),
    )
    assert selftest(tiny_package).failures == ("no backend is here",)


def test_an_ir_of_other_weights_is_found(tiny_package, monkeypatch):
    """The check that the IR is the same network: here the weights are not what it was made of."""
    real = torch_backend.load_network

    def scaled(package):
        network = real(package)
        for value in network.decoder.parameters():
            value.data *= 3
        return network

    monkeypatch.setattr(torch_backend, "load_network", scaled)
    result = selftest(tiny_package)
    assert any(text.startswith("openvino in float32: ") for text in result.failures)


def test_the_command_shows_every_backend_and_ends_well(models, two_backends, capsys):
    assert main(["models", "--selftest"]) == 0
    shown = capsys.readouterr().out
    assert "tiny: auto took" in shown
    for device, precision in CANDIDATES:
        assert f"  {device:<9}{precision:<9}" in shown


def test_the_command_s_json_is_whole(tiny_package, models, two_backends, capsys):
    assert main(["models", "--selftest", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"engine", "system", "passed", "failures", "models"}
    assert told["passed"] is True
    (model,) = told["models"]
    assert set(model) == {"model", "model_sha256", "auto", "checks"}
    assert model["model_sha256"] == tiny_package.weights_sha256
    assert {"device", "precision", "threads", "libraries", "load_s", "infer_s"} <= set(
        model["checks"][0]
    )


def test_the_command_ends_with_2_and_one_line_where_something_is_wrong(
    models, two_backends, capsys
):
    two_backends["backend"] = Inverted()
    assert main(["models", "--selftest"]) == 2
    captured = capsys.readouterr()
    assert "FAILED: " in captured.out
    assert captured.err.startswith("dsanet: the selftest failed: openvino in bfloat16: ")
    assert captured.err.count("\n") == 1


def test_the_command_fails_for_a_broken_model(models, two_backends, tmp_path, capsys):
    models.append(ModelEntry("mine", tmp_path, bundled=False, problem="model.json is missing"))
    assert main(["models", "--selftest"]) == 2
    assert "mine is broken: model.json is missing" in capsys.readouterr().err
