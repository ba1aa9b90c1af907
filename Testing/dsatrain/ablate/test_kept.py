"""Samples are made once, and read just as they were made."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from dsanet.errors import WriteError
from dsatrain.ablate.kept import KeptCrops, kept_phantoms
from dsatrain.sample import Sample
from dsatrain.train import FAST
from dsatrain.train.data import phantom_crops, phantoms


@dataclass
class Counted:
    asked: list[int] = field(default_factory=list)

    def item(self, index: int) -> Sample:
        self.asked.append(index)
        frames = np.full((2, 3, 4), index, np.float32)
        times = np.array([0, 0.25], np.float32)
        labels = np.array([[0, 1, 2, 0]] * 3, np.uint8)
        return Sample(frames, times, frames.min(axis=0), labels, f"run {index}", index == 1)


def same(one: Sample, other: Sample) -> None:
    for name in ("frames", "times", "minip", "labels"):
        a, b = getattr(one, name), getattr(other, name)
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    assert (one.name, one.replayed) == (other.name, other.replayed)


def test_each_sample_is_made_once_and_read_as_it_was(tmp_path: Path) -> None:
    source = Counted()
    first = [KeptCrops(source, tmp_path / "kept").item(i) for i in (0, 1)]
    again = [KeptCrops(source, tmp_path / "kept").item(i) for i in (1, 2, 0)]
    assert source.asked == [0, 1, 2]
    same(again[0], first[1])
    same(again[2], first[0])
    assert again[0].replayed is True
    assert isinstance(again[0].name, str)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(WriteError, match="is a file"):
        KeptCrops(Counted(), tmp_path / "kept").item(0)


def test_a_training_sees_what_it_sees_without(tmp_path: Path) -> None:
    config = replace(FAST, crop_px=64, max_frames=3)
    data = kept_phantoms(tmp_path)
    assert data.words == phantoms().words
    for lane in (0, 1):
        made = phantom_crops(config, lane).item(0)
        same(data.make_crops(config, lane).item(0), made)
        same(data.make_crops(config, lane).item(0), made)
