"""Training: the loss, the batches, and resuming to the step."""

import numpy as np
import pytest
import torch

from dsanet.engine.torch_backend import load_network
from dsanet.model import DSANetConfig
from dsatrain.batches import collate
from dsatrain.losses import DeepSupervisionLoss
from dsatrain.samples import Sample
from dsatrain.train import TrainConfig, Trainer, _inherited, load_checkpoint


def sample(frame_count, seed=0):
    rng = np.random.default_rng(seed)
    frames = rng.standard_normal((frame_count, 32, 32), np.float32)
    labels = np.zeros((32, 32), np.uint8)
    labels[8:16, :] = 1
    labels[:, 12:16] = 2
    return Sample(frames, np.arange(frame_count, dtype=np.float32), frames.min(axis=0), labels)


def config(**choices):
    network = DSANetConfig(width=2, layers=1)
    return TrainConfig(network=network, steps=6, warmup=2, bf16=False, **choices)


def scores_of(labels, certainty):
    onehot = torch.nn.functional.one_hot(labels, 3).movedim(-1, 1).float()
    return [onehot[..., :: 2**i, :: 2**i] * certainty for i in range(3)]


def test_batches_pad_short_runs_and_mark_the_padding():
    batch = collate([sample(2), sample(4)])
    assert batch.frames.shape == (2, 4, 32, 32)
    assert batch.valid.tolist() == [[True, True, False, False], [True] * 4]
    assert batch.times.tolist() == [[0, 1, 1, 1], [0, 1, 2, 3]]
    assert batch.labels.dtype == torch.int64


def test_the_loss_is_near_zero_for_the_truth_and_high_for_its_opposite():
    labels = torch.from_numpy(sample(1).labels).long()[None]
    loss = DeepSupervisionLoss()
    assert loss(scores_of(labels, 30.0), labels) < 0.01
    assert loss(scores_of((labels + 1) % 3, 30.0), labels) > 1


def test_swapping_bv_and_mat_costs():
    labels = torch.from_numpy(sample(1).labels).long()[None]
    swapped = torch.tensor([0, 2, 1])[labels]
    loss = DeepSupervisionLoss()
    assert loss(scores_of(swapped, 30.0), labels) > 1


def test_a_few_steps_lower_the_loss_of_one_batch():
    trainer = Trainer(TrainConfig(network=DSANetConfig(width=2, layers=1), steps=30, warmup=1))
    batch = collate([sample(2)])
    losses = [trainer.train_step(batch) for _ in range(12)]
    assert losses[-1] < 0.9 * losses[0]


def test_a_resumed_training_ends_as_the_unbroken_one(tmp_path):
    batches = [collate([sample(2, seed)]) for seed in range(6)]
    unbroken = Trainer(config())
    for batch in batches:
        unbroken.train_step(batch)
    first = Trainer(config())
    for batch in batches[:3]:
        first.train_step(batch)
    first.save(tmp_path)
    second = Trainer(config())
    second.resume(tmp_path)
    for batch in batches[3:]:
        second.train_step(batch)
    for name, value in unbroken.averaged_weights().items():
        assert torch.equal(second.averaged_weights()[name], value), name


def test_a_checkpoint_of_other_settings_is_refused(tmp_path):
    Trainer(config()).save(tmp_path)
    with pytest.raises(ValueError, match="other settings"):
        Trainer(config(seed=9)).resume(tmp_path)


def test_a_checkpoint_gives_back_settings_step_and_weights(tmp_path):
    trainer = Trainer(config())
    trainer.train_step(collate([sample(2)]))
    trainer.save(tmp_path)
    found, step, weights = load_checkpoint(tmp_path)
    assert (found, step) == (config(), 1)
    assert all(torch.equal(weights[k], v) for k, v in trainer.averaged_weights().items())


def test_only_the_named_parts_of_a_parent_start_afresh(tiny_package):
    inherited = _inherited(tiny_package, ("temporal_former",))
    assert not any(name.startswith("temporal_former") for name in inherited)
    network = Trainer(TrainConfig(network=tiny_package.config), inherited).network
    parent = load_network(tiny_package).state_dict()
    for name, value in network.state_dict().items():
        if not name.startswith("temporal_former"):
            assert torch.equal(value, parent[name]), name


def test_a_loss_that_is_not_finite_stops_training():
    trainer = Trainer(config())
    broken = sample(2)
    broken.frames[:] = np.nan
    with pytest.raises(FloatingPointError, match="at step 0"):
        trainer.train_step(collate([broken]))
