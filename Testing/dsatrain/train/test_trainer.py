"""One step after the other: the loss falls, states come back, nan stops."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dsanet.engine.torch_backend import load_network
from dsatrain.batches import collate
from dsatrain.train import TrainConfig, Trainer, inherited
from dsatrain.train.trainer import averaging


def test_a_few_steps_lower_the_loss_of_one_batch(sample, config):
    trainer = Trainer(config(steps=30, warmup=1, bf16=True))
    batch = collate([sample()])
    losses = [trainer.train_step(batch) for _ in range(12)]
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_a_resumed_training_ends_as_the_unbroken_one(sample, config, optimizer):
    batches = [collate([sample(2, seed)]) for seed in range(6)]
    settings = config(optimizer=optimizer)
    unbroken, first, second = Trainer(settings), Trainer(settings), Trainer(settings)
    for batch in batches:
        unbroken.train_step(batch)
    for batch in batches[:3]:
        first.train_step(batch)
    second.restore(first.state())
    for batch in batches[3:]:
        second.train_step(batch)
    assert second.recent_losses == unbroken.recent_losses
    for name, value in unbroken.averaged_weights().items():
        assert torch.equal(second.averaged_weights()[name], value), name


def test_a_state_of_other_settings_is_refused_and_named(config):
    state = Trainer(config()).state()
    with pytest.raises(ValueError, match="seed 1, now 9"):
        Trainer(config(seed=9)).restore(state)


def test_without_averaging_the_average_is_the_network(sample, config):
    trainer = Trainer(config(ema_decay=0.0))
    trainer.train_step(collate([sample()]))
    for name, value in trainer.network.state_dict().items():
        assert torch.equal(trainer.averaged_weights()[name], value), name


def test_the_average_forgets_its_beginning_also_in_a_short_training():
    average, current = [torch.zeros(3)], [torch.ones(3)]
    for count in range(1, 31):
        averaging(0.999)(average, current, torch.tensor(count))
    assert 0.99 < float(average[0][0]) < 1
    slow = [torch.zeros(3)]
    averaging(0.9)(slow, current, torch.tensor(1000))
    assert float(slow[0][0]) == pytest.approx(0.1)


def test_only_the_named_parts_of_a_parent_start_afresh(tiny_package):
    kept = inherited(tiny_package, ("temporal_former",))
    assert not any(name.startswith("temporal_former") for name in kept)
    network = Trainer(TrainConfig(network=tiny_package.config), initial=kept).network
    parent = load_network(tiny_package).state_dict()
    for name, value in network.state_dict().items():
        if not name.startswith("temporal_former"):
            assert torch.equal(value, parent[name]), name


def test_a_loss_that_is_not_finite_stops_and_names_step_and_batch(sample, config):
    trainer = Trainer(config())
    broken = sample(2, 7)
    broken.frames[:] = np.nan
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    with pytest.raises(FloatingPointError, match="at step 0, batch sample-3, sample-7"):
        trainer.train_step(collate([sample(2, 3), broken]))
    for name, value in trainer.network.state_dict().items():
        assert torch.equal(before[name], value), name


def test_frozen_parts_stay_for_the_first_steps_only(sample, config):
    parts = ("frame_encoder.stages.0", "minip_encoder")
    trainer = Trainer(config(frozen=parts, frozen_steps=2, warmup=1))
    begun = {name: value.clone() for name, value in trainer.network.state_dict().items()}

    def changed():
        now = trainer.network.state_dict()
        return {name for name, value in begun.items() if not torch.equal(now[name], value)}

    batch = collate([sample()])
    for _ in range(2):
        trainer.train_step(batch)
    held = {name for name in begun if name.startswith(parts)}
    assert len(held) > 10
    assert not changed() & held
    assert changed()
    trainer.train_step(batch)
    assert changed() >= held


def test_the_temporal_former_learns_at_its_share_of_the_rate(sample, config):
    trainer = Trainer(config(attention_rate=0.0, warmup=1))
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    for _ in range(2):
        trainer.train_step(collate([sample()]))
    changed = {
        name.split(".")[0]
        for name, value in trainer.network.state_dict().items()
        if not torch.equal(value, before[name])
    }
    assert changed == {"frame_encoder", "minip_encoder", "fusion", "decoder"}


def test_a_part_that_is_none_cannot_be_frozen(config):
    with pytest.raises(ValueError, match="no part 'frame_encoder.stage' to freeze"):
        Trainer(config(frozen=("frame_encoder.stage",)))


def test_replayed_samples_are_held_to_the_parents_answers(sample, config):
    """With a parent that answers MAT everywhere, replayed samples are drawn to MAT."""
    network = Trainer(config()).network
    taught = {name: value.clone() for name, value in network.state_dict().items()}
    taught["decoder.heads.0.bias"][:] = torch.tensor([-5.0, -5.0, 5.0])
    settings = config(distillation=50.0, warmup=1, steps=9)
    new, replayed = sample(2, 3), replace(sample(2, 4), replayed=True)
    for samples, pulled in (([new, new], False), ([new, replayed], True)):
        trainer = Trainer(settings, taught_by=taught)
        plain = Trainer(config(warmup=1, steps=9))
        batch = collate(samples)
        losses = [trainer.train_step(batch), plain.train_step(batch)]
        assert (losses[0] > losses[1] + 1) == pulled
