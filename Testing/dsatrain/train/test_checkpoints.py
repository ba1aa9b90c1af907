"""Two checkpoints on disk, and which of them is believed."""

import pytest
import torch

from dsanet.errors import WriteError
from dsatrain.train import Trainer, checkpoints, reached


def save(folder, step):
    checkpoints.store(folder, step, {"step": step, "weights": torch.full((3,), float(step))})


def names(folder):
    return sorted(path.name.split("-")[1] for path in folder.iterdir())


def test_the_last_two_are_kept(tmp_path):
    for step in (1, 2, 3):
        save(tmp_path, step)
    assert names(tmp_path) == ["00000002", "00000003"]
    assert checkpoints.newest(tmp_path)["step"] == 3


def test_a_damaged_newest_gives_the_one_before(tmp_path):
    save(tmp_path, 1)
    save(tmp_path, 2)
    newest = max(tmp_path.iterdir())
    data = bytearray(newest.read_bytes())
    data[len(data) // 2] ^= 1
    newest.write_bytes(data)
    assert checkpoints.newest(tmp_path)["step"] == 1


def test_only_damaged_ones_are_an_error_and_none_is_a_beginning(tmp_path):
    assert checkpoints.newest(tmp_path) is None
    save(tmp_path, 1)
    next(tmp_path.iterdir()).write_bytes(b"")
    with pytest.raises(ValueError, match="all checkpoints in .* are damaged"):
        checkpoints.newest(tmp_path)


def test_the_older_ones_stay_when_the_new_one_reads_back_wrongly(tmp_path, monkeypatch):
    save(tmp_path, 1)
    save(tmp_path, 2)
    monkeypatch.setattr("dsanet.atomic.write_bytes", lambda path, data: path.write_bytes(data[:-1]))
    with pytest.raises(WriteError, match="does not read back"):
        save(tmp_path, 3)
    assert "00000001" in names(tmp_path)
    assert checkpoints.newest(tmp_path)["step"] == 2


def test_a_checkpoint_is_never_unpickled_freely(tmp_path):
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").touch, ())

    checkpoints.store(tmp_path, 1, {"step": Evil()})
    with pytest.raises(Exception, match=r"[Ww]eights"):
        checkpoints.newest(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_what_was_reached_is_settings_step_and_averaged_weights(tmp_path, config):
    trainer = Trainer(config())
    checkpoints.store(tmp_path, 0, trainer.state())
    found = reached(tmp_path)
    assert (found.config, found.step) == (config(), 0)
    assert found.weights.keys() == trainer.averaged_weights().keys()
    assert all(torch.equal(found.weights[k], v) for k, v in trainer.averaged_weights().items())
