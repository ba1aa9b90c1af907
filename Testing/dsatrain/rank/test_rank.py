"""The order of unlabelled runs: uncertain first, alike ones later, the same on every day."""

import csv
import json
from types import SimpleNamespace

import numpy as np
import pytest

from dsanet.cases import list_cases, write_case
from dsanet.engine import Engine
from dsatrain import cli
from dsatrain.data.phantoms import phantom_case
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.truth import write_phantom
from dsatrain.rank import Described, describe, order, rank_cases
from dsatrain.rank.describe import LOOKS


def run(name, uncertainty, look=0.0, twin=None):
    looks = np.zeros(len(LOOKS))
    looks[2] = look
    return Described(name, uncertainty, 0.0, looks, twin or name)


def names(ranked):
    return [entry.name for entry in ranked]


def prediction(vessel, mat_share=0.0, shape=(6, 9)):
    """The same probabilities everywhere."""
    mat = np.full(shape, vessel * mat_share)
    probabilities = np.stack([np.full(shape, 1 - vessel), vessel - mat, mat]).astype(np.float16)
    prepared = SimpleNamespace(
        frames=np.zeros((2, *shape), np.float32),
        times=np.array([0.0, 0.5]),
        field=np.ones(shape, bool),
        scale=1.0,
    )
    return SimpleNamespace(
        probabilities=probabilities, prepared=prepared, labels=np.zeros(shape, np.uint8)
    )


def test_uncertainty_is_the_entropy_of_the_vessel_candidates():
    certain, unsure = describe("a", prediction(1.0), ""), describe("b", prediction(0.5), "")
    assert certain.uncertainty == 0
    assert unsure.uncertainty == pytest.approx(1 / np.log2(3), rel=1e-3)
    assert unsure.between_classes == 0
    torn = describe("c", prediction(1.0, 0.5), "")
    assert torn.uncertainty == pytest.approx(1 / np.log2(3), rel=1e-3)
    assert torn.between_classes == pytest.approx(1)
    assert describe("d", prediction(0.05), "").uncertainty == 0


def test_runs_that_look_alike_are_taken_by_their_uncertainty():
    assert names(order([run("a", 0.1), run("b", 0.3), run("c", 0.2)])) == ["b", "c", "a"]


def test_a_run_unlike_those_before_it_comes_before_a_twin_of_the_first():
    runs = [run("a", 0.30), run("b", 0.29), run("odd", 0.1, look=5.0)]
    assert names(order(runs)) == ["a", "odd", "b"]


def test_the_same_pixels_come_last():
    runs = [run("a", 0.9, twin="x"), run("copy", 0.9, twin="x"), run("dull", 0.0)]
    ranked = order(runs)
    assert names(ranked) == ["a", "dull", "copy"]
    assert ranked[-1].gain == 0
    assert ranked[-1].why == "the same pixels as a run before it"


def test_the_order_of_the_files_changes_nothing():
    rng = np.random.default_rng(0)
    runs = [run(f"{n:02}", float(rng.random()), float(rng.normal())) for n in range(20)]
    ranked = order(runs)
    assert order(list(reversed(runs))) == ranked
    assert order(runs, 5) == ranked[:5]
    assert [entry.place for entry in ranked] == list(range(1, 21))
    assert all(0 <= entry.gain <= 1 and entry.why for entry in ranked)


def test_one_run_and_none_can_be_ranked():
    assert names(order([run("a", 0.5)])) == ["a"]
    assert order([]) == []


@pytest.fixture(scope="module")
def phantoms():
    return [make_phantom(sample_settings(80 + n, size=(64, 56), frame_count=3)) for n in range(3)]


def test_cases_of_a_data_set_are_ranked_but_for_accepted_ones(
    phantoms, tiny_package, tmp_path, capsys
):
    for number, phantom in enumerate(phantoms):
        case = phantom_case(phantom)
        status = "accepted" if number == 1 else "not started"
        facts = type(case.facts)(**{**vars(case.facts), "status": status})
        write_case(
            tmp_path / "data" / f"case-{number}", type(case)(**{**vars(case), "facts": facts})
        )
    ranked = rank_cases(Engine.load(tiny_package, "cpu"), list_cases(tmp_path / "data"))
    assert set(names(ranked)) == {"case-0", "case-1", "case-2"}
    command = ["rank", str(tmp_path / "data"), "--model", str(tiny_package.folder)]
    options = ["--device", "cpu", "--json", "--output", str(tmp_path / "out")]
    assert cli.main([*command, *options]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == json.loads((tmp_path / "out" / "rank.json").read_text())
    assert cli.main([*command, "--device", "cpu", "--progress-json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events == [
        *({"event": "progress", "stage": "runs", "done": n, "count": 2} for n in (1, 2)),
        {"event": "done", **said},
    ]
    rows = list(csv.DictReader((tmp_path / "out" / "rank.csv").open()))
    assert {row["name"] for row in rows} == {"case-0", "case-2"}
    assert [row["name"] for row in rows] == [entry["name"] for entry in said["runs"]]


def test_runs_below_a_folder_are_ranked_and_unreadable_ones_left_out(
    phantoms, tiny_package, tmp_path, capsys, caplog
):
    folder = tmp_path / "runs"
    folder.mkdir()
    for phantom in phantoms[:2]:
        write_phantom(phantom, folder)
    for path in [path for path in folder.iterdir() if path.suffix != ".dcm"]:
        path.unlink()
    damaged = folder / "damaged.dcm"
    damaged.write_bytes(min(folder.glob("*.dcm")).read_bytes()[:-99])
    command = ["rank", str(folder), "--model", str(tiny_package.folder), "--device", "cpu"]
    assert cli.main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "damaged.dcm is left out" in caplog.text
    empty = tmp_path / "empty"
    empty.mkdir()
    assert cli.main(["rank", str(empty), "--model", str(tiny_package.folder)]) == 2
    assert "holds no run to rank" in capsys.readouterr().err
