"""Batches: padding, order over loaders, skeletons."""

import itertools
from dataclasses import replace

import numpy as np
import torch

from dsatrain.batches import batches, collate, tubed_skeleton
from dsatrain.sample import Sample


def sample(frame_count, name=""):
    frames = np.zeros((frame_count, 8, 8), np.float32)
    times = np.arange(frame_count, dtype=np.float32)
    return Sample(frames, times, frames[0], np.zeros((8, 8), np.uint8), name)


class Numbered:
    def __init__(self, lane):
        self.lane = lane

    def item(self, index):
        return sample(1, f"{self.lane}:{index}")


def names(count, **choices):
    stream = batches(Numbered, batch_size=2, **choices)
    return [batch.names for batch in itertools.islice(stream, count)]


def test_batches_pad_short_runs_and_mark_the_padding():
    batch = collate([sample(2), sample(4)])
    assert batch.frames.shape == (2, 4, 8, 8)
    assert batch.valid.tolist() == [[True, True, False, False], [True] * 4]
    assert batch.times.tolist() == [[0, 1, 1, 1], [0, 1, 2, 3]]
    assert batch.labels.dtype == torch.int64
    assert batch.skeletons is None


def test_one_loader_gives_one_item_after_the_other():
    assert names(2) == [("0:0", "0:1"), ("0:2", "0:3")]


def test_loaders_take_turns_and_share_no_item():
    assert names(4, loaders=2) == [("0:0", "0:1"), ("1:0", "1:1"), ("0:2", "0:3"), ("1:2", "1:3")]


def test_a_resumed_stream_goes_on_with_the_same_batches():
    for loaders in (1, 2):
        assert names(3, loaders=loaders, start_step=2) == names(5, loaders=loaders)[2:]


def test_processes_share_no_lane():
    assert names(2, loaders=2, rank=1) == [("2:0", "2:1"), ("3:0", "3:1")]


def test_a_skeleton_is_the_label_near_the_centreline():
    labels = np.zeros((21, 40), np.uint8)
    labels[3:18, 2:38] = 1
    labels[3:18, 20:38] = 2
    thin = tubed_skeleton(labels)
    assert np.array_equal(np.unique(thin[10]), [0, 1, 2])
    assert 0 < np.count_nonzero(thin) < 0.5 * np.count_nonzero(labels)
    assert np.array_equal(thin[thin > 0], labels[thin > 0])
    assert not tubed_skeleton(np.zeros((8, 8), np.uint8)).any()


def test_replayed_samples_can_be_taken_out_of_a_batch():
    batch = collate([sample(2, "a"), replace(sample(4, "b"), replayed=True), sample(1, "c")])
    assert batch.replayed.tolist() == [False, True, False]
    chosen = batch.only(batch.replayed)
    assert chosen.names == ("b",)
    assert chosen.frames.shape == (1, 4, 8, 8)
    assert chosen.valid.tolist() == [[True] * 4]
