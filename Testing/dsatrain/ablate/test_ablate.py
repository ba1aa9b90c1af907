"""The ablation: every variant takes what DSANet takes, and a study is done, kept and told."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dsanet.errors import CancelledError
from dsanet.labels import BV
from dsanet.model import DSANetConfig
from dsatrain.ablate import VARIANTS, StudyPlan, run_study, runs, study
from dsatrain.ablate.runs import StudyRun, thinned
from dsatrain.ablate.scoring import labels_of, score_runs
from dsatrain.ablate.table import difference, mean_with_interval, study_tables
from dsatrain.sample import Sample

SMALL = DSANetConfig(width=4, heads=2, layers=1)


def made(frames: int = 6, shape: tuple[int, int] = (40, 56), seed: int = 0) -> StudyRun:
    rng = np.random.default_rng(seed)
    pixels = rng.standard_normal((frames, *shape)).astype(np.float32)
    times = np.cumsum(rng.uniform(0.1, 0.6, frames)).astype(np.float32)
    labels = np.zeros(shape, np.uint8)
    labels[10:20, 5:50] = BV
    return StudyRun(f"run {seed}", Sample(pixels, times - times[0], pixels.min(0), labels))


@pytest.mark.parametrize("key", list(VARIANTS))
def test_takes_any_run_and_answers_on_its_grid(key: str) -> None:
    network = VARIANTS[key].build(VARIANTS[key].config(SMALL))
    for frames in (1, 3, 9):
        assert labels_of(network, made(frames)).shape == (40, 56)
    levels = network(
        torch.zeros(1, 3, 40, 56), torch.zeros(1, 40, 56), torch.arange(3.0)[None], levels=3
    )
    assert [tuple(level.shape) for level in levels] == [
        (1, 3, 40, 56),
        (1, 3, 20, 28),
        (1, 3, 10, 14),
    ]


@pytest.mark.parametrize(("key", "sees_frames"), [(key, key != "minip") for key in VARIANTS])
def test_only_the_minip_network_is_blind_to_frames(key: str, sees_frames: bool) -> None:
    torch.manual_seed(0)
    network = VARIANTS[key].build(VARIANTS[key].config(SMALL)).eval()
    run = made()
    other = replace(run.sample, frames=run.sample.frames[::-1].copy() + 1)
    with torch.inference_mode():
        a, b = (
            network(*(torch.from_numpy(x)[None] for x in (s.frames, s.minip, s.times)))[0]
            for s in (run.sample, other)
        )
    assert bool(torch.allclose(a, b)) is not sees_frames


def test_thinning_keeps_the_ends_and_makes_the_minip_anew() -> None:
    run = made(12)
    for uneven in (False, True):
        few = thinned(run, 5, uneven=uneven).sample
        assert len(few.frames) == len(few.times) == 5
        assert few.times[[0, -1]].tolist() == run.sample.times[[0, -1]].tolist()
        assert np.array_equal(few.minip, few.frames.min(axis=0))
    steps = np.diff(thinned(run, 5, uneven=True).sample.times)
    assert np.ptp(steps) > 0
    assert thinned(run, 20) is run


def test_scores_an_exact_answer_as_one_and_an_empty_one_as_nothing() -> None:
    run = made()

    class Answers(torch.nn.Module):
        def __init__(self, labels: np.ndarray) -> None:
            super().__init__()
            self.scores = torch.nn.functional.one_hot(torch.from_numpy(labels).long(), 3)

        def forward(self, *_: torch.Tensor) -> list[torch.Tensor]:
            return [self.scores.permute(2, 0, 1)[None].float()]

    exact = score_runs(Answers(run.sample.labels), [run])[0]
    empty = score_runs(Answers(np.zeros_like(run.sample.labels)), [run])[0]
    assert (exact.bv, exact.whole, exact.bv_cl_dice) == (1, 1, 1)
    assert (empty.bv, empty.whole) == (0, 0)
    assert np.isnan(exact.mat)
    assert exact.mat_painted is False


@pytest.fixture
def small_study(monkeypatch: pytest.MonkeyPatch) -> StudyPlan:
    monkeypatch.setattr(study, "study_runs", lambda n: [made(5, seed=i) for i in range(n)])
    monkeypatch.setattr(study, "dense_runs", lambda n: [made(24, seed=i) for i in range(n)])
    return StudyPlan(
        ("minip", "timestamps"), (1,), steps=1, crop_px=32, width=4, heads=2, test_count=2
    )


def test_a_study_is_kept_and_goes_on_where_it_was(tmp_path: Path, small_study: StudyPlan) -> None:
    with pytest.raises(CancelledError):
        run_study(small_study, tmp_path / "study", lambda: True)
    first = run_study(small_study, tmp_path / "study")
    again = run_study(small_study, tmp_path / "study", stop=lambda: pytest.fail("trained again"))
    assert again == first
    frames = first["trainings"]["timestamps"]["1"]["frames"]
    assert list(frames)[:3] == ["3 even", "3 uneven", "5 even"]
    with pytest.raises(ValueError, match="another plan"):
        run_study(replace(small_study, steps=2), tmp_path / "study")
    told = study_tables(first)
    assert "| MinIP U-Net |" in told
    assert "| DSANet timestamps | MinIP U-Net |" in told
    assert "| 22 uneven |" in told


def test_all_variants_of_a_seed_learn_from_the_same_phantoms() -> None:
    plan = StudyPlan()
    configs = [plan.config(key, 2) for key in VARIANTS]
    assert len({(c.seed, c.steps, c.crop_px, c.batch_size, c.max_frames) for c in configs}) == 1
    last = plan.config("timestamps", 2).network
    assert asdict(configs[0].network) | {"temporal": "timestamps"} == asdict(last)
    assert asdict(configs[-1].network) == asdict(last) | {"norm": "group", "steady": False}


def test_differences_are_told_only_where_there_is_one() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(0.7, 0.02, (3, 40))
    assert difference(a + 0.1, a).startswith("+0.100 (+0.100")
    assert "no difference shown" in difference(a + rng.normal(0, 0.1, a.shape), a)
    nothing: Any = np.full((2, 3), np.nan)
    assert difference(nothing, nothing) == "-"
    mean, low, high = mean_with_interval(np.array([[0.5, np.nan, 0.7]]))
    assert mean == pytest.approx(0.6)
    assert low <= mean <= high


def test_seeds_are_apart_from_all_others() -> None:
    taken = {runs.SEEDS_FROM, runs.DENSE_SEEDS_FROM}
    assert taken.isdisjoint({800_000, 900_000})
    assert runs.SEEDS_FROM + 50_000 <= runs.DENSE_SEEDS_FROM
