"""Where memory or numbers fail, the next way answers, and the prediction says so."""

import numpy as np
import pytest

from dsanet import labels
from dsanet.engine import Engine
from dsanet.engine import engine as engine_module
from dsanet.engine.backend import NotFiniteError, OutOfMemoryError
from dsanet.engine.fallback import Rung, ladder, promising
from dsanet.errors import CancelledError, EngineError, PackageError

ALL = (0, 2)


@pytest.fixture
def opened(monkeypatch, stand_in):
    """Puts stand-ins in the place of the other backends; the list tells which were opened."""
    asked = []

    def open_backend(_package, device, precision):
        asked.append((device, precision))
        name = "openvino" if device == "openvino" else "torch"
        return stand_in(name=name, precision=precision)

    monkeypatch.setattr(engine_module, "open_backend", open_backend)
    return asked


def rungs(*texts):
    return [Rung(device, precision, int(side)) for device, precision, side in map(str.split, texts)]


def test_the_ladder_of_a_graphics_card_goes_down_to_the_processor():
    assert ladder("cuda", "float16", 1024) == rungs(
        "cuda float16 512",
        "cuda float16 256",
        "cuda float32 512",
        "cuda float32 256",
        "openvino float32 512",
        "openvino float32 256",
        "cpu float32 512",
        "cpu float32 256",
    )


def test_a_ladder_names_nothing_twice_and_no_smaller_tiles_for_a_small_run():
    assert ladder("openvino", "float32", 256) == rungs("openvino float32 512", "cpu float32 512")


@pytest.mark.parametrize("error", [OutOfMemoryError("full"), MemoryError()])
def test_after_too_little_memory_come_smaller_tiles_or_another_device(error):
    first, *rest = ladder("cuda", "float16", 1024)
    assert promising(rest, first, error) == rungs(
        "cuda float16 256",
        "cuda float32 256",
        "openvino float32 512",
        "openvino float32 256",
        "cpu float32 512",
        "cpu float32 256",
    )


def test_after_no_numbers_comes_another_precision():
    first, *rest = ladder("openvino", "bfloat16", 100)
    assert promising(rest, first, NotFiniteError("nan")) == rungs(
        "openvino float32 512", "cpu float32 512"
    )


@pytest.mark.parametrize("error", [OutOfMemoryError("CUDA out of memory"), MemoryError()])
def test_a_run_that_is_too_large_is_answered_in_smaller_tiles(
    tiny_package, stand_in, dark_line, opened, error
):
    backend = stand_in(name="torch", device="cuda", precision="float16", errors=[error])
    prediction = Engine(tiny_package, backend).segment(dark_line(), ALL)
    assert backend.sides[0] == 320
    assert set(backend.sides[1:]) == {192}
    assert opened == []
    (warning,) = [text for text in prediction.warnings if "answer comes from" in text]
    assert "cuda in float16 with tiles up to 256 px" in warning
    assert (str(error) or "memory ran out") in warning
    assert warning in prediction.provenance["device_choice"]
    tiling = {"tiles": 4, "rows": 192, "columns": 160, "least_overlap": 0.25}
    assert prediction.provenance["tiling"] == tiling
    assert (prediction.labels[:, 101:105] == labels.BV).all()
    assert not prediction.labels[:, :95].any()


def test_memory_that_never_suffices_leads_to_the_processor(
    tiny_package, stand_in, dark_line, opened
):
    backend = stand_in(name="torch", device="cuda", precision="float16", fails_above_px=0)
    prediction = Engine(tiny_package, backend).segment(dark_line(), ALL)
    assert opened == [("openvino", "float32")]
    assert backend.sides == [320, 192]
    found = prediction.provenance
    assert (found["backend"], found["device"], found["precision"]) == ("openvino", "cpu", "float32")
    (warning,) = [text for text in prediction.warnings if "answer comes from" in text]
    assert "openvino in float32 with tiles up to 512 px" in warning


@pytest.mark.parametrize("worst", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_never_becomes_a_label(tiny_package, stand_in, dark_line, opened, worst):
    backend = stand_in(precision="bfloat16", worst=worst)
    prediction = Engine(tiny_package, backend).segment(dark_line(), ALL)
    assert opened == [("openvino", "float32")]
    assert prediction.provenance["precision"] == "float32"
    assert np.isfinite(prediction.probabilities).all()
    (warning,) = [text for text in prediction.warnings if "answer comes from" in text]
    assert "no numbers" in warning


def test_a_backend_that_is_not_here_is_passed_over(tiny_package, stand_in, dark_line, monkeypatch):
    asked = []

    def open_backend(_package, device, precision):
        asked.append(device)
        if device == "openvino":
            raise PackageError("no IR")
        return stand_in(name="torch")

    monkeypatch.setattr(engine_module, "open_backend", open_backend)
    backend = stand_in(name="torch", device="mps", worst=np.nan)
    prediction = Engine(tiny_package, backend).segment(dark_line(40, 56), (0, 1))
    assert asked == ["openvino", "cpu"]
    assert prediction.provenance["backend"] == "torch"
    assert "no IR" in prediction.provenance["device_choice"]


def test_where_nothing_works_all_that_was_tried_is_named(
    tiny_package, stand_in, dark_line, monkeypatch
):
    monkeypatch.setattr(engine_module, "open_backend", lambda *_: stand_in(worst=np.nan))
    backend = stand_in(precision="bfloat16", fails_above_px=0)
    with pytest.raises(
        EngineError, match="bfloat16 .* 512 px.*bfloat16 .* 256 px.*; cpu in float32"
    ):
        Engine(tiny_package, backend).segment(dark_line(), ALL)


def test_a_failure_that_no_other_way_can_mend_is_told_as_it_is(
    tiny_package, stand_in, dark_line, opened
):
    backend = stand_in(errors=[EngineError("the model takes no such input")])
    with pytest.raises(EngineError, match="^the model takes no such input$"):
        Engine(tiny_package, backend).segment(dark_line(), ALL)
    assert opened == []


@pytest.mark.parametrize("asked_before", range(1, 14))
def test_cancel_stops_in_each_stage(tiny_package, stand_in, dark_line, opened, asked_before):
    """Before and after the preparation, between frames and tiles, and in each way that is tried."""
    backend = stand_in(precision="bfloat16", errors=[MemoryError()], worst=np.nan)
    asked = []

    def cancel():
        asked.append(len(opened))
        return len(asked) == asked_before

    with pytest.raises(CancelledError):
        Engine(tiny_package, backend).segment(dark_line(), ALL, cancel=cancel)
    assert len(asked) == asked_before


def test_cancel_is_asked_in_every_way_that_is_tried(tiny_package, stand_in, dark_line, opened):
    backend = stand_in(precision="bfloat16", errors=[MemoryError()], worst=np.nan)
    asked = []
    Engine(tiny_package, backend).segment(
        dark_line(), ALL, cancel=lambda: asked.append((len(backend.sides), len(opened)))
    )
    assert {(0, 0), (1, 0), (2, 0), (2, 1)} <= set(asked)
    assert len(asked) >= 14


def test_memory_that_runs_out_in_the_preparation_is_told(
    tiny_package, stand_in, dark_line, monkeypatch
):
    def exhausted(*_):
        raise MemoryError

    monkeypatch.setattr(engine_module, "prepare", exhausted)
    with pytest.raises(EngineError, match="memory ran out while a run of 3 x 300 x 280"):
        Engine(tiny_package, stand_in()).segment(dark_line())
